/** The books of a training job: its spec from the run's rows, its metrics and checkpoints, and what it ends in. */
import type { BlobHash, JobId, RunId } from '../../../src-preload/contract/ids.ts';
import type { Job } from '../../../src-preload/contract/job.ts';
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import { unreachable } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import { describeDetector } from '../../engine/index.ts';
import type { JobHandler, JobOutcome } from '../../jobs/job-kind.ts';
import type { Store } from '../../store/store.ts';
import type { NewModelVersion } from '../../store/tables/models.ts';
import type { EndedRunStatus, RunRecord } from '../../store/tables/runs.ts';
import type { Attempt } from './attempts.ts';
import type { KeptForms } from './kept-forms.ts';
import { isResumable } from './resumable.ts';
import { formsPath, type KnownForms, type RunForms } from './run-forms.ts';
import type { RunPrecision } from './run-precision.ts';
import type {
  ClassifierTest,
  DetectorTest,
  TrainedModel,
  TrainRequest,
  TrainResult,
  TrainSpec,
  TrainUpdate,
} from './train-job.ts';
import type { TrainingDatasets } from './training.ts';

export interface TrainHandlerOptions {
  readonly store: Pick<Store, 'db' | 'runs' | 'maintenance'>;
  readonly clock: Clock;
  readonly datasets: Pick<TrainingDatasets, 'getVersion' | 'listSplit' | 'listDetectionSplit'>;
  readonly keptForms: KeptForms;
  readonly publish: (event: StationEvent) => void;
  /** Of the registry, inside a transaction. */
  readonly registerVersion: (draft: Omit<NewModelVersion, 'createdAt'>) => ModelVersion;
  /** Of the evaluation, inside a transaction: the run's own try on the test pictures counts as one. */
  readonly recordEvaluation: (measured: TestedModel) => void;
}

export type TestedModel = (ClassifierTest | DetectorTest) & {
  readonly model: { readonly name: string; readonly version: number; readonly blobHash: BlobHash };
  readonly dataset: { readonly name: string; readonly version: number; readonly split: 'test' };
  readonly jobId: JobId;
};

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

function prepare(options: TrainHandlerOptions, request: TrainRequest): TrainSpec {
  const { store, datasets, clock, publish } = options;
  const { plan, threads, runId, precision = formerPrecision } = request;
  const run = store.runs.get(runId);
  const label = `${run.dataset.name}@${run.dataset.version}`;
  const { classNames, digest } = datasets.getVersion(label);
  store.runs.start(runId, clock.now());
  publish({ type: 'run.updated', runId });
  const metadata = {
    'fieldstation.dataset': label,
    'fieldstation.dataset_digest': digest,
    'fieldstation.seed': String(plan.seed),
  };
  const parameters = store.runs.readParameters(runId);
  const { device: askedDevice, checkpointEveryS, batchSize } = parameters;
  const common = {
    ...readAttempt(run, { ...request, ...precision }),
    precision,
    isBatchGiven: batchSize !== undefined,
    askedDevice,
    checkpointEveryMs: 1000 * checkpointEveryS,
    threads,
    classNames,
    checkpointHash: store.runs.findCheckpoint(runId)?.hash ?? null,
    forms: readForms(options, runId, parameters.forms === 'timed'),
  };
  if (plan.task === 'detection') {
    const pictures = listSplits(label, datasets.listDetectionSplit);
    const description = describeDetector({ ...plan, classNames });
    return { ...common, task: 'detection', plan, pictures, metadata: { ...metadata, ...description } };
  }
  return {
    ...common,
    ...{ task: 'classification', plan, metadata, pictures: listSplits(label, datasets.listSplit) },
  };
}

function readForms({ store, keptForms }: TrainHandlerOptions, runId: RunId, isTimed: boolean): KnownForms {
  const artifact = store.runs.listArtifacts(runId).find(({ path }) => path === formsPath);
  return { isTimed, runHash: artifact?.blobHash ?? null, ...keptForms.read() };
}

/** A run that had to fall back stays where it is, also after a restart: its steps are then the same. */
function readAttempt({ tags }: RunRecord, planned: Omit<Attempt, 'pieces'>): Attempt {
  const provider = tags.provider === 'cpu' ? 'cpu' : planned.provider;
  return { provider, pieces: Number(tags.pieces ?? 1), amp: planned.amp && tags.amp !== 'false' };
}

/** Of a run that was queued when there was no other. */
const formerPrecision: RunPrecision = {
  ...{ amp: false, reason: 'float32, as the run was planned' },
  isOtherThanAsked: false,
};

function listSplits<T>(label: string, list: (reference: string) => readonly T[]) {
  return { train: list(`${label}/train`), val: list(`${label}/val`), test: list(`${label}/test`) };
}

function recordUpdate(
  options: TrainHandlerOptions,
  runId: RunId,
  { step, metrics, checkpoint, tags, forms }: TrainUpdate,
): void {
  const { store, publish } = options;
  recordMetrics(options, runId, step, metrics);
  if (tags) store.runs.writeTags(runId, tags);
  if (forms) keepForms(options, runId, forms);
  if (checkpoint) {
    replaceCheckpoint(options, runId, checkpoint.hash, () => store.runs.recordCheckpoint(runId, checkpoint));
  }
  store.db.afterCommit(() => publish({ type: 'run.updated', runId }));
}

/** The machine's first: a run that finds none of its own takes those. */
function keepForms({ store, keptForms }: TrainHandlerOptions, runId: RunId, forms: RunForms): void {
  const { hash, sizeBytes, machine, choices } = forms;
  keptForms.add(machine, choices);
  store.runs.writeArtifact(runId, { path: formsPath, blobHash: hash, sizeBytes });
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
      const kept =
        epoch === null
          ? 'nothing was kept yet'
          : `its last checkpoint is kept: it goes on in epoch ${epoch + 1}`;
      return { status: 'cancelled', reason: `cancelled; ${kept}` };
    }
    default:
      return unreachable(outcome);
  }
}

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
    architecture: (plan.task === 'classification' && plan.base?.architecture) || plan.architecture,
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

function describeReport({ report }: ClassifierTest | DetectorTest): Record<string, number> {
  if (report.task === 'detection') {
    const { map50, map75, map5095, ar100, precision, recall, f1, bestThreshold, latencyMs } = report;
    const figures = { map50, map75, map5095, ar100, precision, recall, f1, bestThreshold };
    const defined = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== null);
    return { ...Object.fromEntries(defined), latencyMs: latencyMs.p50 };
  }
  const { accuracy, f1, precision, recall, logLoss, latencyMs } = report;
  return { accuracy, f1, precision, recall, logLoss, latencyMs: latencyMs.p50 };
}
