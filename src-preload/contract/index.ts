/** The shared language of the station and its faces: one contract, one file per domain. */
import type { ContractRouterClient } from '@orpc/contract';
import { agreementContract } from './agreement.ts';
import { annotationContract } from './annotation.ts';
import { autoLabelContract } from './auto-label.ts';
import { collectorContract } from './collector.ts';
import { datasetContract } from './dataset.ts';
import { deploymentContract } from './deployment.ts';
import { evaluationContract } from './evaluation.ts';
import { imagesContract } from './image.ts';
import { jobsContract } from './job.ts';
import { qualityContract } from './quality.ts';
import { queueContract } from './queue.ts';
import { registryContract } from './registry.ts';
import { systemContract } from './system.ts';
import { trainingContract } from './training.ts';

export const contract = {
  system: systemContract,
  jobs: jobsContract,
  collector: collectorContract,
  images: imagesContract,
  annotation: {
    ...annotationContract,
    ...autoLabelContract,
    ...qualityContract,
    ...agreementContract,
    ...queueContract,
  },
  dataset: datasetContract,
  training: trainingContract,
  evaluation: evaluationContract,
  registry: registryContract,
  deployment: deploymentContract,
};

/** The station as its callers see it, in the same process or across a port or socket. */
export type StationClient = ContractRouterClient<typeof contract>;

export * from './agreement.ts';
export * from './annotation.ts';
export * from './auto-label.ts';
export * from './collector.ts';
export * from './dataset.ts';
export * from './deployment.ts';
export * from './detection-report.ts';
export * from './errors.ts';
export * from './evaluation.ts';
export * from './format.ts';
export * from './gold-feedback.ts';
export * from './ids.ts';
export * from './image.ts';
export * from './image-map.ts';
export * from './job.ts';
export * from './quality.ts';
export * from './quality-check.ts';
export * from './queue.ts';
export * from './queue-order.ts';
export * from './reference.ts';
export * from './registry.ts';
export * from './system.ts';
export * from './task.ts';
export * from './team.ts';
export * from './training.ts';
