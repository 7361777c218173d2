/** The books of a labelling job: what the model says is kept, and becomes labels or waits, with the model named on it. */
import type { BoxId, ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import type { Clock } from '../../../base/clock.ts';
import { createRandom } from '../../../base/random.ts';
import type { JobHandler } from '../../../jobs/job-kind.ts';
import type { Store } from '../../../store/store.ts';
import type { BoxPut } from '../../../store/tables/annotation-boxes.ts';
import type { LabelChange } from '../../../store/tables/annotations.ts';
import type { AutoLabelOutcome, AutoLabelPicture } from '../../../store/tables/auto-labels.ts';
import { clipBox } from '../clip-box.ts';
import type {
  AutoLabelRequest,
  AutoLabelResult,
  AutoLabelSpec,
  AutoLabelUpdate,
  SuggestedBox,
  Suggestion,
} from './auto-label-job.ts';
import { keepScores } from './score-handler.ts';

export interface AutoLabelHandlerOptions {
  readonly store: Pick<
    Store,
    'db' | 'annotations' | 'autoLabels' | 'imageQueries' | 'pictureScores' | 'labelJudgements' | 'exposures'
  >;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

export type AutoLabelHandler = JobHandler<AutoLabelRequest, AutoLabelSpec, AutoLabelUpdate, AutoLabelResult>;

export function createAutoLabelHandler(options: AutoLabelHandlerOptions): AutoLabelHandler {
  const { store, clock, publish } = options;
  return {
    resumesAfterRestart: true,
    maxAttempts: 3,
    prepare: (_job, { id, task, modelHash, confidence, provider, threads, imageHashes }) => {
      const done = new Set(store.autoLabels.listDone(id));
      const left = imageHashes.filter((hash) => !done.has(hash));
      return { task, modelHash, confidence, provider, threads, imageHashes: left };
    },
    onUpdate: (_job, request, { suggestions }) => {
      const changed = keepSuggestions(options, request, suggestions);
      keepScores(options, request, suggestions);
      if (changed.length > 0)
        store.db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes: changed }));
    },
    onEnd: (_job, { id }) => {
      store.labelJudgements.refreshConfidences();
      store.autoLabels.end(id, clock.now());
    },
  };
}

/** @returns the pictures that show something else now */
function keepSuggestions(
  { store, clock }: AutoLabelHandlerOptions,
  request: AutoLabelRequest,
  suggestions: readonly Suggestion[],
): ImageHash[] {
  const { annotations, autoLabels } = store;
  const open = suggestions.filter(({ imageHash }) => isOpen(annotations.readLabel(imageHash).state));
  const outcomes = new Map(open.map((one) => [one.imageHash, judge(request, one)]));
  const changes = open.map((one) => toChange(store, request, one, outcomes.get(one.imageHash) ?? 'waiting'));
  const step = { author: request.model, source: 'model', kind: 'edit', changes } as const;
  const changed = annotations.recordStep(step, clock.now());
  const isChanged = new Set(changed);
  const pictures = suggestions.map(({ imageHash }): AutoLabelPicture => {
    const outcome = outcomes.get(imageHash) ?? 'left';
    const { revisionId } = annotations.readLabel(imageHash);
    return { imageHash, outcome, revisionId: isChanged.has(imageHash) ? revisionId : null };
  });
  autoLabels.insertPictures(request.id, pictures);
  return changed;
}

/** What a person has labelled, begun or rejected while the model was at work is theirs. */
function isOpen(state: string): boolean {
  return state === 'none' || state === 'predicted';
}

/** Who is audited is drawn by the job and the picture, not by the order of the work. */
function judge({ id, acceptFrom, auditShare }: AutoLabelRequest, suggestion: Suggestion): AutoLabelOutcome {
  if (suggestion.certainty < acceptFrom) return 'waiting';
  const draw = createRandom(0, 'audit', id, suggestion.imageHash).next();
  return draw < auditShare ? 'audited' : 'accepted';
}

/** Suggestions of a model before make room; boxes of persons stay. */
function toChange(
  { annotations, imageQueries }: AutoLabelHandlerOptions['store'],
  { model }: AutoLabelRequest,
  { imageHash, className, boxes, certainty }: Suggestion,
  outcome: AutoLabelOutcome,
): LabelChange {
  const earlier = annotations.listBoxes(imageHash).filter(({ source }) => source === 'model');
  const picture = imageQueries.get(imageHash);
  const put = boxes.flatMap((box, index): BoxPut[] => {
    const shape = clipOrNone(box, picture);
    if (!shape) return [];
    const origin = { source: 'model', author: model, score: box.score, model } as const;
    const classId = annotations.findOrAddClass(box.className);
    return [{ id: `m${index}` as BoxId, classId, ...shape, attributes: {}, origin }];
  });
  const kept = new Set<string>(put.map(({ id }) => id));
  return {
    imageHash,
    state: outcome === 'accepted' ? 'labelled' : 'predicted',
    certainty,
    ...(className !== null && { classId: annotations.findOrAddClass(className) }),
    put,
    remove: earlier.map(({ id }) => id).filter((id) => !kept.has(id)),
  };
}

function clipOrNone(box: SuggestedBox, picture: { readonly width: number; readonly height: number }) {
  const isBeside = box.x >= picture.width || box.y >= picture.height;
  if (isBeside || box.x + box.width <= 0 || box.y + box.height <= 0) return undefined;
  return box.width > 0 && box.height > 0 ? clipBox(box, picture) : undefined;
}
