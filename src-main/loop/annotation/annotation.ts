/** Classes and labels as a person works on them: one step for many pictures, taken back and done again across restarts. */
import type { AnnotationRevision, LabelClass } from '../../../src-preload/contract/annotation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Store } from '../../store/store.ts';
import type { NewStep, StoredClass } from '../../store/tables/annotations.ts';

export interface AnnotationOptions {
  readonly store: Pick<Store, 'db' | 'annotations' | 'settings'>;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

export interface LabelRequest {
  readonly imageHashes: readonly ImageHash[];
  /** Null takes the label away. */
  readonly className: string | null;
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
   * Takes back the newest step by a person that is not taken back. A picture that an import or a model has labelled
   * since keeps that label: undo never throws away what came from elsewhere. A step of such pictures alone is
   * taken back without a change.
   * @returns the pictures that changed; none where nothing is left to undo
   */
  undo(): { imageHashes: ImageHash[] };
  /** Does the last undone step again, by the same rule; a new step by a person ends what can be done again. */
  redo(): { imageHashes: ImageHash[] };
  /** The label history of a picture, oldest first. @throws {AppError} NOT_FOUND */
  listRevisions(imageHash: ImageHash): AnnotationRevision[];
}

export function createAnnotation({ store, clock, publish }: AnnotationOptions): Annotation {
  const { annotations, db } = store;
  const record = (step: Omit<NewStep, 'author' | 'source'>): ImageHash[] => {
    const author = store.settings.read().operator;
    const imageHashes = annotations.recordStep({ ...step, author, source: 'human' }, clock.now());
    if (imageHashes.length > 0) db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes }));
    return imageHashes;
  };
  const takeBack = (kind: 'undo' | 'redo', reverts: number | undefined) =>
    reverts === undefined ? [] : record({ kind, reverts, changes: annotations.listReversal(reverts) });
  return {
    listClasses: () => annotations.listClasses().map(toLabelClass),
    addClass: (name) => db.transaction(() => addClass(store, name)),
    setClass: ({ imageHashes, className }) =>
      db.transaction(() => {
        const classId = className === null ? null : getClassId(store, className);
        assertKnown(store, imageHashes);
        const changes = imageHashes.map((imageHash) => ({ imageHash, classId }));
        return { changed: record({ kind: 'edit', changes }).length };
      }),
    undo: () => db.transaction(() => ({ imageHashes: takeBack('undo', annotations.findUndoable()) })),
    redo: () => db.transaction(() => ({ imageHashes: takeBack('redo', annotations.findRedoable()) })),
    listRevisions: (imageHash) => {
      assertKnown(store, [imageHash]);
      return annotations.listRevisions(imageHash);
    },
  };
}

type Annotations = Pick<Store, 'annotations'>;

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
function getClass({ annotations }: Annotations, name: string): StoredClass {
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
