/** Training runs as the station sees them: started, watched, cancelled, resumed, and what comes of them. */
import type { DatasetStatistics, DatasetVersion } from '../../../src-preload/contract/dataset.ts';
import type { RunId } from '../../../src-preload/contract/ids.ts';
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import type { Task } from '../../../src-preload/contract/task.ts';
import type {
  ArchitectureName,
  Device,
  MetricPoint,
  Run,
  StartTraining,
  TrainingEstimate,
} from '../../../src-preload/contract/training.ts';
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import { createId } from '../../base/ids.ts';
import { classifierArchitectures, detectorArchitectures, type ProviderName } from '../../engine/index.ts';
import type { JobQueue } from '../../jobs/queue.ts';
import type { Store } from '../../store/store.ts';
import type { RunRecord } from '../../store/tables/runs.ts';
import type { DetectionPlan } from './detection/detection-plan.ts';
import { estimateRun } from './estimate.ts';
import { planRun } from './plan-run.ts';
import { isResumable } from './resumable.ts';
import type { ProvenAmp } from './run-precision.ts';
import type { BoxedEntry, LabelledPicture, TrainRequest } from './train-job.ts';
import { type TrainingPlan, toParams } from './training-plan.ts';

/** Filled by the dataset domain. */
export interface TrainingDatasets {
  /** @param reference `NAME` or `NAME@VERSION` @throws {AppError} NOT_FOUND */
  getVersion(reference: string): DatasetVersion;
  getStatistics(reference: string): DatasetStatistics;
  /** @param reference `NAME@VERSION/SPLIT` @returns always in the same order */
  listSplit(reference: string): readonly LabelledPicture[];
  /** The same of a dataset of boxes. */
  listDetectionSplit(reference: string): readonly BoxedEntry[];
}

export interface TrainingOptions {
  readonly store: Pick<Store, 'db' | 'runs' | 'jobs' | 'blobs'>;
  readonly clock: Clock;
  readonly jobs: Pick<JobQueue, 'enqueue' | 'cancel'>;
  readonly datasets: Pick<TrainingDatasets, 'getVersion' | 'getStatistics' | 'listDetectionSplit'>;
  readonly publish: (event: StationEvent) => void;
  /** What `auto` and the other devices mean on this machine. @throws {AppError} PROVIDER_UNAVAILABLE */
  readonly resolveProvider: (device: Device) => Promise<ProviderName>;
  /** Whether mixed precision trains right on a provider that `resolveProvider` gave. */
  readonly getAmp: (provider: ProviderName) => ProvenAmp;
  /** Of the registry: what a run goes on from. @throws {AppError} NOT_FOUND, INPUT_INVALID */
  readonly getModel: (reference: string) => ModelVersion;
  /** CPU threads where the request names none. */
  readonly threads: number;
  /** Of this Fieldstation, and with it of its pinned engine. */
  readonly version: string;
}

export interface Training {
  listArchitectures(): {
    name: ArchitectureName;
    task: Task;
    description: string;
    parameters: number;
    flops: number;
  }[];
  /** @throws {AppError} NOT_FOUND, DATASET_SPLIT_EMPTY, DATASET_SINGLE_CLASS, PROVIDER_UNAVAILABLE */
  startRun(request: StartTraining): Promise<Run>;
  /** What `startRun` would take. @throws as `startRun` */
  estimate(request: StartTraining): Promise<TrainingEstimate>;
  /** From the newest checkpoint, or the beginning where there is none. @throws {AppError} NOT_FOUND, RUN_NOT_RESUMABLE */
  resumeRun(id: RunId): Run;
  /** @throws {AppError} NOT_FOUND, JOB_NOT_CANCELLABLE */
  cancelRun(id: RunId): Run;
  /** Newest first. */
  listRuns(limit: number): Run[];
  /** @throws {AppError} NOT_FOUND */
  getRun(id: RunId): Run;
  listMetrics(id: RunId): MetricPoint[];
}

export function createTraining(options: TrainingOptions): Training {
  const { store, jobs } = options;
  const toRun = (record: RunRecord): Run => ({
    ...record,
    isResumable: isResumable(record.status),
    job: store.jobs.findBySubject(record.id) ?? null,
  });
  const getRun = (id: RunId): Run => toRun(store.runs.get(id));
  return {
    listArchitectures: describeArchitectures,
    startRun: async (request) => getRun(await startRun(options, request)),
    estimate: (request) => estimateRun(options, request),
    resumeRun: (id) => {
      resumeRun(options, getRun(id));
      return getRun(id);
    },
    cancelRun: (id) => {
      const { job } = getRun(id);
      if (job) jobs.cancel(job.id);
      return getRun(id);
    },
    listRuns: (limit) => store.runs.list(limit).map(toRun),
    getRun,
    listMetrics: (id) => {
      store.runs.get(id);
      return store.runs.listMetrics(id);
    },
  };
}

function describeArchitectures(): ReturnType<Training['listArchitectures']> {
  const classifiers = classifierArchitectures.map((architecture) => ({
    name: architecture.name,
    task: 'classification' as const,
    description: architecture.description,
    parameters: architecture.countParameters(10),
    flops: architecture.countFlops(128, 10),
  }));
  const detectors = detectorArchitectures.map((architecture) => ({
    name: architecture.name,
    task: 'detection' as const,
    description: architecture.description,
    parameters: architecture.countParameters(10),
    flops: architecture.countFlops(640, 10),
  }));
  return [...classifiers, ...detectors];
}

async function startRun(options: TrainingOptions, request: StartTraining): Promise<RunId> {
  const { dataset, plan, provider, precision } = await planRun(options, request);
  const id = createId(options.clock) as RunId;
  const threads = request.parameters.threads ?? options.threads;
  enqueueNewRun(options, { runId: id, plan, provider, threads, precision }, dataset, request);
  return id;
}

function enqueueNewRun(
  { store, jobs, clock, publish, version }: TrainingOptions,
  job: TrainRequest,
  dataset: DatasetVersion,
  { model, experiment, parameters }: StartTraining,
): void {
  const { runId, plan, provider, threads, precision } = job;
  const label = `${dataset.name}@${dataset.version}`;
  const modelName = model ?? dataset.name;
  store.db.transaction(() => {
    store.runs.insert({
      id: runId,
      name: `${plan.base?.label ?? plan.architecture} on ${label}`,
      experiment: experiment ?? modelName,
      dataset,
      modelName,
      parameters,
      params: {
        ...describePlan(plan),
        ...{ device: provider, threads: String(threads), amp: String(precision?.amp ?? false) },
        ...{ dataset: label, version },
      },
      tags: { datasetDigest: dataset.digest },
      createdAt: clock.now(),
    });
    jobs.enqueue({ kind: 'train', subject: runId, title: `Train ${modelName} on ${label}`, request: job });
    store.db.afterCommit(() => publish({ type: 'run.updated', runId }));
  });
}

function describePlan(plan: TrainingPlan | DetectionPlan): Record<string, string> {
  return toParams({ ...plan, base: plan.base?.label ?? null });
}

function resumeRun({ store, jobs, publish }: TrainingOptions, run: Run): void {
  const request = run.job && store.jobs.readRequest(run.job.id);
  if (!run.isResumable || !run.job || !request) {
    throw new AppError(
      'RUN_NOT_RESUMABLE',
      `the run ${run.id} is ${run.status}: only a run that was cancelled, failed or crashed goes on`,
      { data: { id: run.id, status: run.status } },
    );
  }
  const { title } = run.job;
  store.db.transaction(() => {
    store.runs.requeue(run.id);
    jobs.enqueue({ kind: 'train', subject: run.id, title, request });
    store.db.afterCommit(() => publish({ type: 'run.updated', runId: run.id }));
  });
}
