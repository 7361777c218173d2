/** The books of a job in which a model only looks: what it says of each picture, and of the label that is there. */
import type { Clock } from '../../../base/clock.ts';
import type { JobHandler } from '../../../jobs/job-kind.ts';
import type { Store } from '../../../store/store.ts';
import { judgeLabels } from '../queues/stale-labels.ts';
import type {
  AutoLabelResult,
  AutoLabelSpec,
  AutoLabelUpdate,
  ScoreRequest,
  Suggestion,
} from './auto-label-job.ts';

export interface ScoreHandlerOptions {
  readonly store: Pick<Store, 'pictureScores' | 'labelJudgements' | 'exposures'>;
  readonly clock: Clock;
}

export type ScoreHandler = JobHandler<ScoreRequest, AutoLabelSpec, AutoLabelUpdate, AutoLabelResult>;

export function createScoreHandler(options: ScoreHandlerOptions): ScoreHandler {
  const { pictureScores } = options.store;
  return {
    resumesAfterRestart: true,
    maxAttempts: 3,
    prepare: ({ createdAt }, { model, imageHashes, ...spec }) => {
      const seen = new Set(pictureScores.listSeen(model, createdAt));
      return { ...spec, imageHashes: imageHashes.filter((hash) => !seen.has(hash)) };
    },
    onUpdate: (_job, request, { suggestions }) => keepScores(options, request, suggestions),
    onEnd: () => options.store.labelJudgements.refreshConfidences(),
  };
}

/** For the queues of the desk; labels that are there are held against it. */
export function keepScores(
  { store, clock }: ScoreHandlerOptions,
  { model }: Pick<ScoreRequest, 'model'>,
  suggestions: readonly Suggestion[],
): void {
  const lineage = store.exposures.readLineage(model);
  const scoredAt = clock.now();
  for (const { imageHash, score } of suggestions) {
    const exposure = store.exposures.exposureOf(imageHash, lineage);
    store.pictureScores.put({ imageHash, model, scoredAt, exposure, ...score });
  }
  const seen = suggestions.map(({ imageHash }) => imageHash);
  judgeLabels(store, seen);
}
