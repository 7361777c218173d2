/** Every call of the contract, answered: a missing one does not compile. */
import type { Collector } from '../loop/collector/collector.ts';
import type { Images } from '../loop/collector/images.ts';
import type { Datasets } from '../loop/dataset/datasets.ts';
import type { Exports } from '../loop/dataset/export/exports.ts';
import type { Evaluations } from '../loop/evaluation/evaluations.ts';
import type { Registry } from '../loop/registry/registry.ts';
import type { Training } from '../loop/training/training.ts';
import { type AnnotationServices, createAnnotationApi } from './annotation.ts';
import type { CallErrorOptions } from './call-error.ts';
import { createCollectorApi } from './collector.ts';
import { createDatasetApi } from './dataset.ts';
import { createDeploymentApi, type DeploymentServices } from './deployment.ts';
import { createEvaluationApi } from './evaluation.ts';
import { createImagesApi } from './images.ts';
import { createImplementer } from './implementer.ts';
import { createJobsApi, type JobsServices } from './jobs.ts';
import { createRegistryApi } from './registry.ts';
import { createSystemApi, type SystemServices } from './system.ts';
import { createTrainingApi } from './training.ts';

export interface RouterServices
  extends SystemServices,
    JobsServices,
    DeploymentServices,
    AnnotationServices,
    CallErrorOptions {
  readonly store: SystemServices['store'] & JobsServices['store'];
  readonly collector: Collector;
  readonly images: Images;
  readonly datasets: Datasets;
  readonly exports: Exports;
  readonly training: Training;
  readonly evaluations: Evaluations;
  readonly registry: Registry;
}

export function createRouter(services: RouterServices) {
  const implementer = createImplementer(services);
  return implementer.router({
    system: createSystemApi(implementer, services),
    jobs: createJobsApi(implementer, services),
    collector: createCollectorApi(implementer, services.collector),
    images: createImagesApi(implementer, services.images, services.quality, services.queues),
    annotation: createAnnotationApi(implementer, services),
    dataset: createDatasetApi(implementer, services.datasets, services.exports),
    training: createTrainingApi(implementer, services.training),
    evaluation: createEvaluationApi(implementer, services.evaluations),
    registry: createRegistryApi(implementer, services),
    deployment: createDeploymentApi(implementer, services),
  });
}

export type StationRouter = ReturnType<typeof createRouter>;
