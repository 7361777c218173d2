/**
 * Labelling at a desk by a named annotator: strokes go to the picture's accepted labels, or, where it is one that several
 * answer, to an answer of the annotator's own that is made without a look at the others.
 */
import { isDeepStrictEqual } from 'node:util';
import type {
  AnnotationReceipt,
  Annotation as PictureAnnotation,
} from '../../../../src-preload/contract/annotation.ts';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Store } from '../../../store/store.ts';
import type { Opinion, Whose } from '../../../store/tables/opinions.ts';
import { isDrawn } from '../../../store/tables/overlap-conditions.ts';
import { type Annotation, type AnnotationEdit, getClass, type LabelRequest } from '../annotation.ts';
import { clipBox } from '../clip-box.ts';
import { judgeAnswer } from './gold.ts';

export interface BlindDeskOptions {
  readonly store: Pick<
    Store,
    'db' | 'annotations' | 'imageQueries' | 'settings' | 'opinions' | 'goldPictures'
  >;
  readonly annotation: Annotation;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

/** Without an annotator all calls are about the accepted labels. */
export interface BlindDesk {
  /** @throws {AppError} NOT_FOUND */
  getAnnotation(request: { imageHash: ImageHash; annotator?: string | undefined }): PictureAnnotation;
  /** Of a picture of known truth the answer is judged once it is submitted. @throws {AppError} as `Annotation` does */
  editAnnotation(edit: AnnotationEdit): AnnotationReceipt;
  /**
   * Labels many pictures in one step, save those that the annotator is to answer without a look at others: these are
   * left out, for the desk. @throws {AppError} as `Annotation` does
   */
  setClass(request: LabelRequest): { changed: number; leftOut: ImageHash[] };
  undo(request: Travel): { imageHashes: ImageHash[] };
  redo(request: Travel): { imageHashes: ImageHash[] };
}

interface Travel {
  readonly imageHash?: ImageHash | undefined;
  readonly annotator?: string | undefined;
}

export function createBlindDesk({ store, annotation, clock, publish }: BlindDeskOptions): BlindDesk {
  const { opinions, db } = store;
  const tell = (imageHash: ImageHash) =>
    db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes: [imageHash] }));
  const travel = (way: 'undo' | 'redo', { imageHash, annotator }: Travel) =>
    db.transaction(() => {
      const whose = findWhose(store, { imageHash, annotator });
      if (!whose) return annotation[way](imageHash, annotator);
      const hasMoved = opinions[way](whose);
      if (hasMoved) tell(whose.imageHash);
      return { imageHashes: hasMoved ? [whose.imageHash] : [] };
    });
  return {
    getAnnotation: ({ imageHash, annotator }) => {
      const accepted = annotation.getAnnotation(imageHash);
      const whose = findWhose(store, { imageHash, annotator });
      return whose ? { imageHash, ...opinions.get(whose), isAnswer: true } : accepted;
    },
    editAnnotation: (edit) =>
      db.transaction(() => {
        const whose = findWhose(store, edit);
        if (!whose) return annotation.editAnnotation(edit);
        if (!opinions.hasAny(whose.imageHash)) keepFirstAnswer(store, whose.imageHash);
        const before = opinions.get(whose);
        const after = applyEdit(store, before, edit, whose.annotator);
        if (!isDeepStrictEqual({ revisionId: before.revisionId, ...after }, before)) {
          opinions.record(whose, after, clock.now());
          tell(whose.imageHash);
        }
        return toReceipt(store, whose, before, edit);
      }),
    setClass: ({ imageHashes, className, annotator }) =>
      db.transaction(() => {
        const unknown = new Set(store.annotations.listUnknownImages(imageHashes));
        const leftOut = imageHashes.filter(
          (imageHash) => !unknown.has(imageHash) && findWhose(store, { imageHash, annotator }),
        );
        const isLeftOut = new Set(leftOut);
        const others = imageHashes.filter((imageHash) => !isLeftOut.has(imageHash));
        return { ...annotation.setClass({ imageHashes: others, className, annotator }), leftOut };
      }),
    undo: (request) => travel('undo', request),
    redo: (request) => travel('redo', request),
  };
}

/** The answer that the annotator's strokes go to; undefined: to the accepted labels. */
function findWhose(store: BlindDeskOptions['store'], { imageHash, annotator }: Travel): Whose | undefined {
  if (annotator === undefined || imageHash === undefined) return undefined;
  const whose = { imageHash, annotator };
  return isAnsweredBlindly(store, whose) ? whose : undefined;
}

/**
 * Known truth always is. Pictures that nobody has labelled are where they are drawn, or where someone has answered; those
 * that someone has labelled also for the others, until it is decided whose word holds.
 */
function isAnsweredBlindly(store: BlindDeskOptions['store'], whose: Whose): boolean {
  const { imageHash } = whose;
  if (store.goldPictures.find(imageHash)) return true;
  const { state } = store.annotations.readLabel(imageHash);
  const { overlapShare } = store.settings.read().team;
  if (state === 'labelled') return store.opinions.isOpenAgain(whose, overlapShare);
  if (state !== 'none' && state !== 'predicted') return false;
  return isDrawn(imageHash, overlapShare) || store.opinions.hasAny(imageHash);
}

/** Who has labelled the picture so far has answered it: their word is kept as the first answer beside the second. */
function keepFirstAnswer(store: BlindDeskOptions['store'], imageHash: ImageHash): void {
  const { state, className, boxes } = store.annotations.getAnnotation(imageHash);
  const label = store.annotations.listRevisions(imageHash).at(-1);
  if (state !== 'labelled' || label?.source !== 'human' || store.goldPictures.find(imageHash)) return;
  store.opinions.record({ imageHash, annotator: label.author }, { state, className, boxes }, label.createdAt);
}

function applyEdit(
  store: Pick<Store, 'annotations' | 'imageQueries'>,
  before: Opinion,
  { imageHash, put, remove, className, state }: AnnotationEdit,
  author: string,
): Omit<Opinion, 'revisionId'> {
  const picture = store.imageQueries.get(imageHash);
  if (typeof className === 'string') getClass(store, className);
  const boxes = new Map(before.boxes.map((box) => [box.id, box]));
  for (const id of remove) boxes.delete(id);
  for (const { id, className, attributes, ...shape } of put) {
    const { name } = getClass(store, className);
    const made = { source: 'human', author, score: null, model: null } as const;
    boxes.set(id, { id, className: name, ...clipBox(shape, picture), ...made, attributes });
  }
  const asked = state === 'predicted' ? 'draft' : state;
  const implied = className === undefined ? before.state : className === null ? 'none' : 'labelled';
  return {
    state: asked ?? (implied === 'none' && boxes.size > 0 ? 'draft' : implied),
    className: className === undefined ? before.className : className,
    boxes: [...boxes.values()],
  };
}

function toReceipt(
  store: BlindDeskOptions['store'],
  whose: Whose,
  before: Opinion,
  { state, className }: AnnotationEdit,
): AnnotationReceipt {
  const { boxes, ...after } = store.opinions.get(whose);
  const isSubmitted = after.state === 'labelled' && (state !== undefined || className !== undefined);
  const truth = isSubmitted ? store.goldPictures.find(whose.imageHash) : undefined;
  const { iou } = store.settings.read().team;
  return {
    imageHash: whose.imageHash,
    previousRevisionId: before.revisionId,
    ...after,
    ...(truth && { goldFeedback: judgeAnswer(truth, { className: after.className, boxes }, iou) }),
  };
}
