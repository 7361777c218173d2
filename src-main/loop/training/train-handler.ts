/** The books of a training job: its spec from the run's rows, its metrics and checkpoints, and what it ends in. */
import type { BlobHash, JobId, RunId } from '../../../src-preload/contract/ids.ts';
import type { Job } from '../../../src-preload/contract/job.ts';
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import { unreachable } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { JobHandler, JobOutcome } from '../../jobs/job-kind.ts';
import type { Store } from '../../store/store.ts';
import type { NewModelVersion } from '../../store/tables/models.ts';
import type { EndedRunStatus, RunRecord } from '../../store/tables/runs.ts';
import { isResumable } from './resumable.ts';
import type { TestResult, TrainRequest, TrainResult, TrainSpec, TrainUpdate } from './train-job.ts';
import type { TrainingDatasets } from './training.ts';

export interface TrainHandlerOptions {
  readonly store: Pick<Store, 'db' | 'runs' | 'maintenance'>;
  readonly clock: Clock;
  readonly datasets: Pick<TrainingDatasets, 'getVersion' | 'listSplit'>;
  readonly publish: (event: StationEvent) => void;
  /** Of the registry, inside a transaction. */
  readonly registerVersion: (draft: Omit<NewModelVersion, 'createdAt'>) => ModelVersion;
  /** Of the evaluation, inside a transaction: the run's own try on the test pictures counts as one. */
  readonly recordEvaluation: (measured: TestedModel) => void;
}

export interface TestedModel extends TestResult {
  readonly model: { readonly name: string; readonly version: number; readonly blobHash: BlobHash };
  readonly dataset: { readonly name: string; readonly version: number; readonly split: 'test' };
  readonly jobId: JobId;
}

export type TrainHandler = JobHandler<TrainRequest, TrainSpec, TrainUpdate, TrainResult>;

const maxAttempts = 3;

export function createTrainHandler(options: TrainHandlerOptions): TrainHandler {
  return {
    resumesAfterRestart: true,
    maxAttempts,
    prepare: (_job, request) => prepare(options, request),
    onUpdate: (_job, { runId }, update) => recordUpdate(options, runId, update),
    onEnd: (job, request, outcome) => recordEnd(options, job, request, outcome),
  };
}

function prepare({ store, datasets, clock, publish }: TrainHandlerOptions, request: TrainRequest): TrainSpec {
  const { plan, provider, threads, runId } = request;
  const run = store.runs.get(runId);
  const label = `${run.dataset.name}@${run.dataset.version}`;
  const dataset = datasets.getVersion(label);
  store.runs.start(runId, clock.now());
  publish({ type: 'run.updated', runId });
  return {
    plan,
    provider,
    askedDevice: store.runs.readParameters(runId).device,
    threads,
    classNames: dataset.classNames,
    pictures: {
      train: datasets.listSplit(`${label}/train`),
      val: datasets.listSplit(`${label}/val`),
      test: datasets.listSplit(`${label}/test`),
    },
    metadata: {
      'fieldstation.dataset': label,
      'fieldstation.dataset_digest': dataset.digest,
      'fieldstation.seed': String(plan.seed),
    },
    checkpointHash: store.runs.findCheckpoint(runId)?.hash ?? null,
  };
}

function recordUpdate(
  options: TrainHandlerOptions,
  runId: RunId,
  { step, metrics, checkpoint }: TrainUpdate,
): void {
  const { store, publish } = options;
  recordMetrics(options, runId, step, metrics);
  if (checkpoint) {
    replaceCheckpoint(options, runId, checkpoint.hash, () => store.runs.recordCheckpoint(runId, checkpoint));
  }
  store.db.afterCommit(() => publish({ type: 'run.updated', runId }));
}

/** The row first, then the blob of the checkpoint before: a run needs one to go on from, not one for each epoch. */
function replaceCheckpoint(
  { store }: TrainHandlerOptions,
  runId: RunId,
  by: BlobHash | null,
  write: () => void,
): void {
  const before = store.runs.findCheckpoint(runId)?.hash;
  write();
  if (before === undefined || before === by) return;
  store.db.afterCommit(() => void store.maintenance.discardBlob(before));
}

function recordMetrics(
  { store, clock }: TrainHandlerOptions,
  runId: RunId,
  step: number,
  metrics: Readonly<Record<string, number>>,
): void {
  const timestamp = clock.now();
  const points = Object.entries(metrics).map(([key, value]) => ({ key, step, value, timestamp }));
  store.runs.recordMetrics(
    runId,
    points.filter(({ value }) => Number.isFinite(value)),
  );
}

function recordEnd(
  options: TrainHandlerOptions,
  job: Job,
  request: TrainRequest,
  outcome: JobOutcome<TrainResult>,
): void {
  const { store, clock, publish } = options;
  const { runId } = request;
  store.db.transaction(() => {
    const run = store.runs.get(runId);
    const end = describeEnd(run, outcome);
    if (outcome.status === 'succeeded' && outcome.result.outcome !== 'diverged')
      register(options, job, run, request, outcome.result);
    store.runs.end(runId, { ...end, at: clock.now() });
    if (!isResumable(end.status)) {
      replaceCheckpoint(options, runId, null, () => store.runs.dropCheckpoint(runId));
    }
    store.db.afterCommit(() => publish({ type: 'run.updated', runId }));
  });
}

function describeEnd(
  run: RunRecord,
  outcome: JobOutcome<TrainResult>,
): { status: EndedRunStatus; reason: string } {
  switch (outcome.status) {
    case 'succeeded':
      return { status: outcome.result.outcome, reason: outcome.result.reason };
    case 'failed':
      return { status: 'failed', reason: outcome.error.message };
    case 'crashed':
      return { status: 'crashed', reason: outcome.reason };
    case 'cancelled': {
      const epoch = run.checkpointEpoch;
      const kept = epoch === null ? 'nothing was kept yet' : `the state after epoch ${epoch} is kept`;
      return { status: 'cancelled', reason: `cancelled; ${kept}` };
    }
    default:
      return unreachable(outcome);
  }
}

type TrainedModel = Exclude<TrainResult, { outcome: 'diverged' }>;

/** The run's model becomes the next version of its name, with what it was measured at. */
function register(
  options: TrainHandlerOptions,
  job: Job,
  run: RunRecord,
  { plan }: TrainRequest,
  result: TrainedModel,
): void {
  const { store, datasets } = options;
  const { model, test, step } = result;
  const { classNames } = datasets.getVersion(`${run.dataset.name}@${run.dataset.version}`);
  const version = options.registerVersion({
    name: run.modelName,
    runId: run.id,
    dataset: run.dataset,
    architecture: plan.architecture,
    classNames,
    imageSize: plan.imageSize,
    blobHash: model.hash,
    sizeBytes: model.sizeBytes,
    metrics: test ? describeReport(test) : {},
  });
  const testMetrics = Object.entries(test ? describeReport(test) : {});
  recordMetrics(options, run.id, step, {
    ...result.metrics,
    ...Object.fromEntries(testMetrics.map(([key, value]) => [`test/${key}`, value])),
  });
  store.runs.writeArtifact(run.id, { path: 'model.onnx', blobHash: model.hash, sizeBytes: model.sizeBytes });
  if (!test) return;
  const { name, version: number, blobHash } = version;
  const dataset = { ...run.dataset, split: 'test' } as const;
  options.recordEvaluation({ ...test, model: { name, version: number, blobHash }, dataset, jobId: job.id });
}

function describeReport({ report }: TestResult): Record<string, number> {
  const { accuracy, f1, precision, recall, logLoss, latencyMs } = report;
  return { accuracy, f1, precision, recall, logLoss, latencyMs: latencyMs.p50 };
}
