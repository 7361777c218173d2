/** Classes and labels as a person works on them: one step for many pictures, taken back and done again across restarts. */
import type {
  AnnotationReceipt,
  AnnotationRevision,
  AnnotationState,
  BoxAttributes,
  BoxGeometry,
  LabelClass,
  Annotation as PictureAnnotation,
} from '../../../src-preload/contract/annotation.ts';
import type { BoxId, ImageHash } from '../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Store } from '../../store/store.ts';
import type { BoxPut } from '../../store/tables/annotation-boxes.ts';
import type { LabelChange, NewStep, StoredClass } from '../../store/tables/annotations.ts';
import { clipBox } from './clip-box.ts';

export interface AnnotationOptions {
  readonly store: Pick<Store, 'db' | 'annotations' | 'imageQueries' | 'settings'>;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

export interface LabelRequest {
  readonly imageHashes: readonly ImageHash[];
  /** Null takes the label away. */
  readonly className: string | null;
  /** Whose step it is; absent: the station's operator. */
  readonly annotator?: string | undefined;
}

export interface AnnotationEdit {
  readonly imageHash: ImageHash;
  /** Whose stroke it is; absent: the station's operator. */
  readonly annotator?: string | undefined;
  readonly put: readonly EditedBox[];
  readonly remove: readonly BoxId[];
  /** Null takes the picture's own class away; absent: it stays. */
  readonly className?: string | null | undefined;
  /** Absent: a picture that nobody has looked at becomes a draft. */
  readonly state?: AnnotationState | undefined;
}

export interface EditedBox extends BoxGeometry {
  readonly id: BoxId;
  readonly className: string;
  readonly attributes: BoxAttributes;
}

export interface Annotation {
  /** In the order of creation. */
  listClasses(): LabelClass[];
  /** @throws {AppError} CLASS_EXISTS */
  addClass(name: string): LabelClass;
  /**
   * One step, whatever the number of pictures; pictures that have the label already are left out of it.
   * @throws {AppError} CLASS_UNKNOWN with the known ones, NOT_FOUND where a picture is not the station's: nothing is changed
   */
  setClass(request: LabelRequest): { changed: number };
  /**
   * Labels, drafts and suggestions keep what they show and wait to be looked at again.
   * @throws {AppError} NOT_FOUND
   */
  rejectLabels(request: Omit<LabelRequest, 'className'>): { changed: number };
  /** @throws {AppError} NOT_FOUND */
  getAnnotation(imageHash: ImageHash): PictureAnnotation;
  /**
   * One step on one picture. Boxes are cut at the picture's borders; a box that is there keeps who made it.
   * @throws {AppError} CLASS_UNKNOWN, BOX_INVALID for a box outside the picture, NOT_FOUND: nothing is changed
   */
  editAnnotation(edit: AnnotationEdit): AnnotationReceipt;
  /**
   * Takes back the newest step by a person that is not taken back. A picture that an import or a model has labelled
   * since keeps that label: undo never throws away what came from elsewhere. A step of such pictures alone is
   * taken back without a change. Boxes that another has touched since stay as they are.
   * @param imageHash only steps on this picture; such a step is taken back on all its pictures
   * @param annotator who takes it back; absent: the station's operator
   * @returns the pictures that changed; none where nothing is left to undo
   */
  undo(imageHash?: ImageHash, annotator?: string): { imageHashes: ImageHash[] };
  /** Does the last undone step again, by the same rule; a new step by a person ends what can be done again. */
  redo(imageHash?: ImageHash, annotator?: string): { imageHashes: ImageHash[] };
  /** The label history of a picture, oldest first. @throws {AppError} NOT_FOUND */
  listRevisions(imageHash: ImageHash): AnnotationRevision[];
}

export function createAnnotation({ store, clock, publish }: AnnotationOptions): Annotation {
  const { annotations, db } = store;
  const record = (step: Omit<NewStep, 'author' | 'source'>, annotator?: string): ImageHash[] => {
    const author = annotator ?? store.settings.read().operator;
    const imageHashes = annotations.recordStep({ ...step, author, source: 'human' }, clock.now());
    if (imageHashes.length > 0) db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes }));
    return imageHashes;
  };
  const takeBack = (kind: 'undo' | 'redo', reverts: number | undefined, annotator?: string) =>
    reverts === undefined
      ? []
      : record({ kind, reverts, changes: annotations.listReversal(reverts) }, annotator);
  return {
    listClasses: () => annotations.listClasses().map(toLabelClass),
    addClass: (name) => db.transaction(() => addClass(store, name)),
    setClass: ({ imageHashes, className, annotator }) =>
      db.transaction(() => {
        const classId = className === null ? null : getClassId(store, className);
        assertKnown(store, imageHashes);
        const changes = imageHashes.map((imageHash) => ({ imageHash, classId }));
        return { changed: record({ kind: 'edit', changes }, annotator).length };
      }),
    rejectLabels: ({ imageHashes, annotator }) =>
      db.transaction(() => {
        assertKnown(store, imageHashes);
        const labelled = imageHashes.filter((hash) => annotations.readLabel(hash).state !== 'none');
        const changes = labelled.map((imageHash) => ({ imageHash, state: 'rejected' as const }));
        return { changed: record({ kind: 'edit', changes }, annotator).length };
      }),
    getAnnotation: (imageHash) => {
      assertKnown(store, [imageHash]);
      return annotations.getAnnotation(imageHash);
    },
    editAnnotation: (edit) =>
      db.transaction(() => {
        const { imageHash } = edit;
        const previousRevisionId = annotations.readLabel(imageHash).revisionId;
        record({ kind: 'edit', changes: [toChange(store, edit)] }, edit.annotator);
        return { imageHash, previousRevisionId, ...annotations.readLabel(imageHash) };
      }),
    undo: (imageHash, annotator) =>
      db.transaction(() => ({
        imageHashes: takeBack('undo', annotations.findUndoable(imageHash), annotator),
      })),
    redo: (imageHash, annotator) =>
      db.transaction(() => ({
        imageHashes: takeBack('redo', annotations.findRedoable(imageHash), annotator),
      })),
    listRevisions: (imageHash) => {
      assertKnown(store, [imageHash]);
      return annotations.listRevisions(imageHash);
    },
  };
}

type Annotations = Pick<Store, 'annotations'>;

/** @throws {AppError} CLASS_UNKNOWN, BOX_INVALID, NOT_FOUND */
function toChange(
  store: Pick<Store, 'annotations' | 'imageQueries'>,
  { imageHash, put, remove, className, state }: AnnotationEdit,
): LabelChange {
  const picture = store.imageQueries.get(imageHash);
  const classId = className == null ? className : getClassId(store, className);
  const hasBoxes = put.length > 0 || remove.length > 0;
  const isUntouched = picture.state === 'none' && hasBoxes;
  return {
    imageHash,
    ...(classId !== undefined && { classId }),
    state: state ?? (isUntouched ? 'draft' : undefined),
    put: put.map((box): BoxPut => {
      const { id, attributes } = box;
      return { id, attributes, classId: getClassId(store, box.className), ...clipBox(box, picture) };
    }),
    remove,
  };
}

function addClass({ annotations }: Annotations, name: string): LabelClass {
  if (annotations.findClass(name)) {
    throw new AppError('CLASS_EXISTS', `there is a class ${name} already`, { data: { className: name } });
  }
  annotations.findOrAddClass(name);
  return toLabelClass(getClass({ annotations }, name));
}

function getClassId(tables: Annotations, name: string): number {
  return getClass(tables, name).id;
}

/** @throws {AppError} CLASS_UNKNOWN */
export function getClass({ annotations }: Annotations, name: string): StoredClass {
  const found = annotations.findClass(name);
  if (found) return found;
  const known = annotations.listClasses().map((known) => known.name);
  const instead = known.length === 0 ? 'there are none yet, add it first' : `there are ${abbreviate(known)}`;
  throw new AppError('CLASS_UNKNOWN', `there is no class ${name}: ${instead}`, {
    data: { className: name, known },
  });
}

function assertKnown({ annotations }: Annotations, imageHashes: readonly ImageHash[]): void {
  const unknown = annotations.listUnknownImages(imageHashes);
  if (unknown.length === 0) return;
  throw new AppError(
    'NOT_FOUND',
    `${unknown.length} of ${imageHashes.length} pictures are not in the station: ${abbreviate(unknown)}`,
    { data: { imageHashes: unknown } },
  );
}

function abbreviate(words: readonly string[], most = 20): string {
  const more = words.length - most;
  return words.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function toLabelClass({ name, position, color }: StoredClass): LabelClass {
  return { name, position, color };
}
