/** The books of an evaluation job: its spec from the rows, and its report. */
import type { EvaluationId } from '../../../src-preload/contract/ids.ts';
import { formatDatasetReference } from '../../../src-preload/contract/reference.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import { AppError } from '../../base/app-error.ts';
import type { JobHandler } from '../../jobs/job-kind.ts';
import type { Store } from '../../store/store.ts';
import type {
  EvaluateRequest,
  EvaluateResult,
  EvaluateSpec,
  EvaluateUpdate,
  ModelReading,
} from './evaluate-job.ts';
import type { EvaluationDatasets } from './evaluations.ts';

export interface EvaluateHandlerOptions {
  readonly store: Pick<Store, 'db' | 'evaluations'>;
  readonly datasets: EvaluationDatasets;
  readonly publish: (event: StationEvent) => void;
}

export type EvaluateHandler = JobHandler<EvaluateRequest, EvaluateSpec, EvaluateUpdate, EvaluateResult>;

export function createEvaluateHandler(options: EvaluateHandlerOptions): EvaluateHandler {
  const { store, publish } = options;
  return {
    resumesAfterRestart: true,
    maxAttempts: 2,
    prepare: (_job, request) => prepare(options, request),
    onUpdate: (_job, { id }, { pictures }) => store.evaluations.addPictures(id, pictures),
    onEnd: (_job, { id }, outcome) => {
      if (outcome.status !== 'succeeded') return store.evaluations.dropPictures(id);
      completeEvaluation(store, id, outcome.result);
      store.db.afterCommit(() => publish({ type: 'evaluation.finished', id }));
    },
  };
}

function prepare(
  { store, datasets }: EvaluateHandlerOptions,
  { id, provider, threads }: EvaluateRequest,
): EvaluateSpec {
  const evaluation = findEvaluation(store, id);
  // A start before this one may have brought some.
  store.evaluations.dropPictures(id);
  const { dataset, modelHash, request } = evaluation;
  const { classNames, task } = datasets.getVersion(formatDatasetReference({ ...dataset, split: undefined }));
  const base = { modelHash, reading: request as ModelReading, classNames, provider, threads };
  const split = formatDatasetReference(dataset);
  return task === 'classification'
    ? { ...base, task, pictures: datasets.listSplit(split) }
    : {
        ...base,
        task,
        pictures: datasets.listDetectionSplit(split),
        comparedProviders: provider === 'cpu' ? [] : ['cpu'],
      };
}

/** Inside a transaction. */
export function completeEvaluation(
  { evaluations }: Pick<Store, 'evaluations'>,
  id: EvaluationId,
  result: EvaluateResult,
): void {
  if ('pictures' in result) evaluations.completeDetection(id, result.report, result.pictures);
  else evaluations.complete(id, result.report, result.predictions);
}

function findEvaluation({ evaluations }: Pick<Store, 'evaluations'>, id: EvaluationId) {
  const evaluation = evaluations.find(id);
  if (!evaluation) throw new AppError('NOT_FOUND', `there is no evaluation ${id}`, { data: { id } });
  return evaluation;
}
