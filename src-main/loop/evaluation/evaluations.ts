/** Evaluations as the station sees them: asked for once per model and pictures, kept, and compared. */
import type { DatasetVersion } from '../../../src-preload/contract/dataset.ts';
import type {
  CocoFiles,
  DetectionQuery,
  JudgedDetection,
  JudgedPicture,
  JudgedTruth,
  TruthQuery,
} from '../../../src-preload/contract/detection-report.ts';
import type {
  Comparison,
  Evaluation,
  EvaluationSummary,
  StartEvaluation,
} from '../../../src-preload/contract/evaluation.ts';
import type { BlobHash, EvaluationId, ImageHash, JobId } from '../../../src-preload/contract/ids.ts';
import { formatDatasetReference } from '../../../src-preload/contract/reference.ts';
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import { createId } from '../../base/ids.ts';
import type { ProviderName } from '../../engine/index.ts';
import type { JobQueue } from '../../jobs/queue.ts';
import type { WorkerLauncher } from '../../jobs/worker-port.ts';
import type { TruePicture } from '../../statistics/detector-measurement.ts';
import type { Store } from '../../store/store.ts';
import type { EvaluationRecord } from '../../store/tables/evaluations.ts';
import { toCocoFiles } from './coco-files.ts';
import { compareDetectors, type DetectionEvaluation } from './detector-comparison.ts';
import { completeEvaluation } from './evaluate-handler.ts';
import type { EvaluateRequest, EvaluateResult, ModelReading } from './evaluate-job.ts';
import { getPicture, listDetections, listTruths, type Window } from './judged-boxes.ts';
import { comparePaired } from './paired-comparison.ts';
import {
  type ResolvedModel,
  type ResolvedSplit,
  readingOf,
  resolveModel,
  resolveSplit,
  toReading,
} from './resolve-request.ts';

export interface EvaluationDatasets {
  /** @param reference `NAME` or `NAME@VERSION` @throws {AppError} NOT_FOUND */
  getVersion(reference: string): DatasetVersion;
  /** @param reference `NAME@VERSION/SPLIT` @returns always in the same order */
  listSplit(reference: string): readonly { readonly imageHash: ImageHash; readonly className: string }[];
  /** The same of a dataset of boxes. */
  listDetectionSplit(reference: string): readonly TruePicture[];
}

export interface EvaluationsOptions {
  readonly store: Pick<Store, 'db' | 'evaluations' | 'jobs' | 'blobs'>;
  readonly clock: Clock;
  readonly jobs: Pick<JobQueue, 'enqueue' | 'wait'>;
  readonly datasets: EvaluationDatasets;
  /** Of the registry. @throws {AppError} NOT_FOUND, INPUT_INVALID */
  readonly getVersion: (reference: string) => ModelVersion;
  /** What evaluates now. */
  readonly chooseProvider: () => ProviderName | Promise<ProviderName>;
  /** CPU threads. */
  readonly threads: number;
  /** Of the processes that compare detectors. */
  readonly launcher: WorkerLauncher;
}

/** A model that was tried elsewhere, as by the run that made it. */
export type MeasuredModel = EvaluateResult & {
  readonly model: { readonly name: string; readonly version: number; readonly blobHash: BlobHash };
  readonly dataset: Evaluation['dataset'];
  readonly jobId: JobId;
};

export interface Evaluations {
  /**
   * Queues an evaluation, or gives the one that has already tried the same model bytes on the same pictures.
   * @throws {AppError} NOT_FOUND, INPUT_INVALID, MODEL_UNREADABLE, DATASET_SPLIT_EMPTY
   */
  startEvaluation(request: StartEvaluation): Promise<{ id: EvaluationId; jobId: JobId }>;
  /** Those that have ended well, newest first, with their main figures. */
  listEvaluations(filter: {
    modelName?: string | undefined;
    modelVersion?: number | undefined;
  }): EvaluationSummary[];
  /** @throws {AppError} NOT_FOUND; what its job failed with */
  getEvaluation(id: EvaluationId): Evaluation;
  /** What a detector found, the most certain first. @throws {AppError} NOT_FOUND, TASK_MISMATCH */
  listDetections(
    id: EvaluationId,
    query: DetectionQuery,
    window: Window,
  ): { detections: JudgedDetection[]; total: number };
  /** What it should have found. @throws {AppError} NOT_FOUND, TASK_MISMATCH */
  listTruths(id: EvaluationId, query: TruthQuery, window: Window): { truths: JudgedTruth[]; total: number };
  /** @throws {AppError} NOT_FOUND, TASK_MISMATCH */
  getPicture(id: EvaluationId, imageHash: ImageHash): JudgedPicture;
  /** @throws {AppError} NOT_FOUND, TASK_MISMATCH */
  exportCoco(id: EvaluationId): CocoFiles;
  /** Evaluates what is missing first. @throws as `startEvaluation` and `getEvaluation` */
  compareModels(
    request: { a: string; b: string; dataset: string },
    signal?: AbortSignal,
  ): Promise<Comparison>;
  /** Inside a transaction. */
  recordEvaluation(measured: MeasuredModel): void;
}

export function createEvaluations(options: EvaluationsOptions): Evaluations {
  const { store } = options;
  const getEvaluation = (id: EvaluationId) => toEvaluation(options, id);
  return {
    startEvaluation: async (request) => startEvaluation(options, request),
    listEvaluations: store.evaluations.listSummaries,
    getEvaluation,
    listDetections: (id, query, window) => listDetections(store, getEvaluation(id), query, window),
    listTruths: (id, query, window) => listTruths(store, getEvaluation(id), query, window),
    getPicture: (id, imageHash) => getPicture(store, getEvaluation(id), imageHash),
    exportCoco: (id) => toCocoFiles(store, getEvaluation(id)),
    compareModels: (request, signal) => compareModels(options, request, signal),
    recordEvaluation: (measured) => recordEvaluation(options, measured),
  };
}

async function startEvaluation(
  options: EvaluationsOptions,
  request: StartEvaluation,
): Promise<{ id: EvaluationId; jobId: JobId }> {
  const dataset = resolveSplit(options, request.dataset);
  const model = await resolveModel(options, request.model);
  const reading = toReading(request, dataset.task);
  const provider = await options.chooseProvider();
  return (
    findSame(options, model, dataset, reading) ?? enqueue(options, { model, dataset, reading, provider })
  );
}

/** One that has its report, or is still being worked on. */
function findSame(
  { store }: EvaluationsOptions,
  model: ResolvedModel,
  dataset: ResolvedSplit,
  reading: ModelReading,
): { id: EvaluationId; jobId: JobId } | undefined {
  const known = store.evaluations.listByContent({ modelHash: model.hash, dataset });
  for (const { id, jobId, report, request, model: label } of known) {
    if (jobId === null || label !== model.label) continue;
    if (JSON.stringify(request) !== JSON.stringify(reading)) continue;
    if (report !== null || store.jobs.find(jobId)?.endedAt === null) return { id, jobId };
  }
  return undefined;
}

interface EvaluationOrder {
  readonly model: ResolvedModel;
  readonly dataset: ResolvedSplit;
  readonly reading: ModelReading;
  readonly provider: ProviderName;
}

function enqueue(
  { store, jobs, clock, threads }: EvaluationsOptions,
  { model, dataset, reading, provider }: EvaluationOrder,
): { id: EvaluationId; jobId: JobId } {
  const id = createId(clock) as EvaluationId;
  return store.db.transaction(() => {
    store.evaluations.insert({
      id,
      modelHash: model.hash,
      modelLabel: model.label,
      model: model.registered,
      dataset,
      request: reading,
      createdAt: clock.now(),
    });
    const title = `Evaluate ${model.label} on ${formatDatasetReference(dataset)}`;
    const request: EvaluateRequest = { id, provider, threads };
    const job = jobs.enqueue({ kind: 'evaluate', subject: id, title, request });
    store.evaluations.setJob(id, job.id);
    return { id, jobId: job.id };
  });
}

function toEvaluation({ store }: EvaluationsOptions, id: EvaluationId): Evaluation {
  const record = store.evaluations.find(id);
  if (!record) throw new AppError('NOT_FOUND', `there is no evaluation ${id}`, { data: { id } });
  const { jobId: _jobId, modelHash: _modelHash, request: _request, report, ...evaluation } = record;
  if (report === null) throw whyUnfinished(store, record);
  return { ...evaluation, report };
}

function whyUnfinished({ jobs }: Pick<Store, 'jobs'>, { id, jobId, model }: EvaluationRecord): Error {
  const job = jobId === null ? undefined : jobs.find(jobId);
  if (job?.error && job.error.code !== 'BUG') return AppError.fromRecord(job.error);
  const state = job?.error?.message ?? job?.status ?? 'gone';
  return new AppError('NOT_FOUND', `the evaluation of ${model} has no report: its job is ${state}`, {
    data: { id, jobId, status: job?.status ?? null },
  });
}

async function compareModels(
  options: EvaluationsOptions,
  request: { a: string; b: string; dataset: string },
  signal: AbortSignal | undefined,
): Promise<Comparison> {
  const { store } = options;
  const [a, b] = await Promise.all([
    evaluateNow(options, request.a, request.dataset, signal),
    evaluateNow(options, request.b, request.dataset, signal),
  ]);
  const pair = { a: a.model, b: b.model, dataset: a.dataset };
  if (isOfDetector(a) && isOfDetector(b))
    return { ...pair, ...(await compareDetectors(options, a, b, signal)) };
  const { listPredictions } = store.evaluations;
  return { ...pair, ...comparePaired(listPredictions(a.id), listPredictions(b.id)) };
}

function isOfDetector(evaluation: Evaluation): evaluation is DetectionEvaluation {
  return evaluation.report.task === 'detection';
}

async function evaluateNow(
  options: EvaluationsOptions,
  model: string,
  dataset: string,
  signal: AbortSignal | undefined,
): Promise<Evaluation> {
  const { id, jobId } = await startEvaluation(options, { model, dataset });
  await options.jobs.wait(jobId, signal);
  return toEvaluation(options, id);
}

function recordEvaluation({ store, clock }: EvaluationsOptions, measured: MeasuredModel): void {
  const { model, dataset, jobId } = measured;
  const id = createId(clock) as EvaluationId;
  store.evaluations.insert({
    id,
    modelHash: model.blobHash,
    modelLabel: `${model.name}/${model.version}`,
    model: { name: model.name, version: model.version },
    dataset,
    request: readingOf(measured.report),
    createdAt: clock.now(),
  });
  store.evaluations.setJob(id, jobId);
  completeEvaluation(store, id, measured);
}
