/** Classes, and the labels of pictures: append-only revisions in steps, with the newest of each picture beside them. */
import {
  type Annotation,
  type AnnotationRevision,
  type AnnotationState,
  annotationRevisionSchema,
  type LabelClass,
  type LabelSource,
} from '../../../src-preload/contract/annotation.ts';
import type { BoxId, ImageHash } from '../../../src-preload/contract/ids.ts';
import { assert } from '../../base/app-error.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { Database } from '../connection.ts';
import {
  type BoxDifference,
  type BoxPut,
  createBoxQueries,
  findBoxDifference,
  listBoxReversal,
  writeBoxDifference,
} from './annotation-boxes.ts';
import { followLabel } from './score-queues.ts';

export type StoredClass = LabelClass & { readonly id: number };

/** What a step does to one picture; what is absent stays as it is. */
export interface LabelChange {
  readonly imageHash: ImageHash;
  /** The picture's own class; null takes it away. */
  readonly classId?: number | null | undefined;
  /** Absent: labelled with a class given, none with it taken away, else as it is. */
  readonly state?: AnnotationState | undefined;
  /** Boxes added, or changed where the picture has one of that id. */
  readonly put?: readonly BoxPut[];
  readonly remove?: readonly BoxId[];
  /** How sure the model is whose step this is, 0 to 1. */
  readonly certainty?: number;
}

export interface NewStep {
  readonly author: string;
  readonly source: LabelSource;
  readonly kind: 'edit' | 'undo' | 'redo';
  /** The step that an undo or redo takes back: an edit, or an undo. */
  readonly reverts?: number | undefined;
  readonly changes: readonly LabelChange[];
}

/**
 * Distinct for the common kinds of colour blindness: Okabe and Ito (2008) without black, then the muted scheme of
 * Paul Tol (technical note SRON/EPS/TN/09-002). From the 17th class on they come again.
 */
const palette = [
  ...['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442'],
  ...['#332288', '#44aa99', '#882255', '#999933', '#cc6677', '#117733', '#aa4499', '#88ccee', '#ddcc77'],
] as const;

/** @param clock for the time of a class */
export function createAnnotationsTable(db: Database, clock: Clock = systemClock) {
  return {
    ...createClasses(db, clock),
    ...createSteps(db),
    ...createUndoQueries(db),
    ...createLabelQueries(db),
    ...createBoxQueries(db),
  };
}

function createClasses(db: Database, clock: Clock) {
  const findClass = (name: string): StoredClass | undefined =>
    db.get<StoredClass>('SELECT id, name, position, color FROM class WHERE name = ?', [name]);
  return {
    findClass,
    /** In the order of creation. */
    listClasses(): StoredClass[] {
      return db.all<StoredClass>('SELECT id, name, position, color FROM class ORDER BY position');
    },
    /** @returns the id of the class, made at the end of the list where there was none of this name. */
    findOrAddClass(name: string): number {
      return db.transaction(() => findClass(name)?.id ?? insertClass(db, name, clock.now()));
    },
  };
}

function insertClass(db: Database, name: string, at: number): number {
  const row = db.get<{ position: number }>('SELECT coalesce(max(position) + 1, 0) AS position FROM class');
  const position = row?.position ?? 0;
  const color = palette[position % palette.length] ?? palette[0];
  return db.run('INSERT INTO class (name, position, color, created_at) VALUES (?, ?, ?, ?)', [
    name,
    position,
    color,
    at,
  ]).lastId;
}

function createSteps(db: Database) {
  return {
    /**
     * Writes one labelling step: all of it or nothing. Pictures that have the label already are skipped, and an edit
     * that changes none leaves no step; an undo or redo always does, so that the next one goes one step further.
     * Pictures and classes must exist.
     * @returns the pictures whose label is now another one, in the order of the changes.
     */
    recordStep(step: NewStep, at: number): ImageHash[] {
      return db.transaction(() => {
        const differences = step.changes.filter((change) => findDifference(db, change));
        if (differences.length === 0 && step.kind === 'edit') return [];
        const stepId = insertStep(db, step, at);
        const changed = differences.filter((change) => writeRevision(db, stepId, step, change, at));
        return changed.map(({ imageHash }) => imageHash);
      });
    },
  };
}

/** Where a step or revision must touch a picture, if one is named. */
const touchesPicture = (step: string) =>
  `(:imageHash IS NULL OR EXISTS (SELECT 1 FROM annotation_revision
     WHERE annotation_revision.image_hash = :imageHash AND annotation_revision.step_id = ${step}.id))`;

function createUndoQueries(db: Database) {
  return {
    /**
     * The newest edit by a person that is not taken back, of all pictures or of one. Steps of imports and models are
     * not among them: they are not this person's to undo.
     * @param author only steps of this one
     */
    findUndoable(imageHash?: ImageHash, author?: string): number | undefined {
      const row = db.get<{ id: number }>(
        `SELECT edit.id FROM annotation_step AS edit
         WHERE edit.kind = 'edit' AND edit.source = 'human' AND ${touchesPicture('edit')}
           AND (:author IS NULL OR edit.author = :author) AND NOT EXISTS (
           SELECT 1 FROM annotation_step AS undo WHERE undo.reverts = edit.id AND NOT EXISTS (
             SELECT 1 FROM annotation_step AS redo WHERE redo.reverts = undo.id))
         ORDER BY edit.id DESC LIMIT 1`,
        { imageHash: imageHash ?? null, author: author ?? null },
      );
      return row?.id;
    },
    /** The newest undo that is not taken back itself and has no later edit by a person behind it. */
    findRedoable(imageHash?: ImageHash): number | undefined {
      const row = db.get<{ id: number }>(
        `SELECT undo.id FROM annotation_step AS undo
         WHERE undo.kind = 'undo' AND undo.source = 'human' AND ${touchesPicture('undo')}
           AND undo.id > (SELECT coalesce(max(edit.id), 0) FROM annotation_step AS edit
             WHERE edit.kind = 'edit' AND edit.source = 'human' AND ${touchesPicture('edit')})
           AND NOT EXISTS (SELECT 1 FROM annotation_step AS redo WHERE redo.reverts = undo.id)
         ORDER BY undo.id DESC LIMIT 1`,
        { imageHash: imageHash ?? null },
      );
      return row?.id;
    },
    /**
     * The way back from a step, for its pictures that no import and no model has labelled since: the class and the state
     * from before where it changed them, and its boxes that nobody has touched since.
     */
    listReversal(stepId: number): LabelChange[] {
      return db
        .all<ReversedRevision>(
          `SELECT revision.id, revision.image_hash AS imageHash, revision.class_id AS classId, revision.state,
             previous.class_id AS previousClassId, coalesce(previous.state, 'none') AS previousState
           FROM annotation_revision AS revision
           LEFT JOIN annotation_revision AS previous ON previous.id = revision.previous_id
           WHERE revision.step_id = ? AND NOT EXISTS (
             SELECT 1 FROM annotation_revision AS later JOIN annotation_step AS step ON step.id = later.step_id
             WHERE later.image_hash = revision.image_hash AND later.id > revision.id AND step.source <> 'human')
           ORDER BY revision.id`,
          [stepId],
        )
        .map(({ id, imageHash, ...row }) => ({
          imageHash,
          ...(row.classId !== row.previousClassId && {
            classId: row.previousClassId,
            state: row.previousState,
          }),
          ...(row.state !== row.previousState && { state: row.previousState }),
          ...listBoxReversal(db, imageHash, id),
        }));
    },
  };
}

interface ReversedRevision {
  readonly id: number;
  readonly imageHash: ImageHash;
  readonly classId: number | null;
  readonly state: AnnotationState;
  readonly previousClassId: number | null;
  readonly previousState: AnnotationState;
}

function createLabelQueries(db: Database) {
  /** The newest revision of a picture with what it says, save its boxes. */
  const readLabel = (imageHash: ImageHash): Pick<Annotation, 'revisionId' | 'state' | 'className'> =>
    db.get<Pick<Annotation, 'revisionId' | 'state' | 'className'>>(
      `SELECT revision_id AS revisionId, state, class.name AS className
       FROM image_label LEFT JOIN class ON class.id = class_id WHERE image_hash = ?`,
      [imageHash],
    ) ?? { revisionId: null, state: 'none', className: null };
  return {
    /** The label history of a picture, oldest first. */
    listRevisions(imageHash: ImageHash): AnnotationRevision[] {
      return db
        .all<Record<string, unknown>>(
          `SELECT revision.id, image_hash AS imageHash, class.name AS className, state, step.source, step.author,
             step.created_at AS createdAt, ${countBoxesPut} AS boxesPut, ${countBoxesRemoved} AS boxesRemoved
           FROM annotation_revision AS revision
           JOIN annotation_step AS step ON step.id = revision.step_id
           LEFT JOIN class ON class.id = revision.class_id
           WHERE image_hash = ? ORDER BY revision.id`,
          [imageHash],
        )
        .map((row) => annotationRevisionSchema.parse(row));
    },
    readLabel,
    /** What a picture shows, as it stands; nothing where it has no revision. */
    getAnnotation: (imageHash: ImageHash): Annotation => ({
      imageHash,
      ...readLabel(imageHash),
      boxes: createBoxQueries(db).listBoxes(imageHash),
    }),
    /** Those of the hashes that are no picture of the station. */
    listUnknownImages(imageHashes: readonly ImageHash[]): ImageHash[] {
      return imageHashes.filter((hash) => !db.get('SELECT 1 FROM image WHERE hash = ?', [hash]));
    },
  };
}

const countBoxesPut = '(SELECT count(*) FROM annotation_box WHERE from_revision = revision.id)';
const countBoxesRemoved = `(SELECT count(*) FROM annotation_box AS ended WHERE ended.until_revision = revision.id
  AND NOT EXISTS (SELECT 1 FROM annotation_box AS begun WHERE begun.image_hash = ended.image_hash
    AND begun.box_id = ended.box_id AND begun.from_revision = revision.id))`;

interface CurrentLabel {
  readonly classId: number | null;
  readonly state: AnnotationState;
  /** Null where there is none yet. */
  readonly revisionId: number | null;
}

function readCurrent(db: Database, imageHash: ImageHash): CurrentLabel {
  const found = db.get<CurrentLabel>(
    'SELECT class_id AS classId, state, revision_id AS revisionId FROM image_label WHERE image_hash = ?',
    [imageHash],
  );
  return found ?? { classId: null, state: 'none', revisionId: null };
}

interface LabelDifference {
  readonly before: CurrentLabel;
  readonly classId: number | null;
  readonly state: AnnotationState;
  readonly boxes: BoxDifference;
}

/** Undefined where the picture is as the change wants it. */
function findDifference(db: Database, change: LabelChange): LabelDifference | undefined {
  const before = readCurrent(db, change.imageHash);
  const { classId = before.classId } = change;
  const state = change.state ?? (change.classId === undefined ? before.state : impliedState(classId));
  const boxes = findBoxDifference(db, change.imageHash, change);
  const isSame = classId === before.classId && state === before.state;
  if (isSame && boxes.put.length === 0 && boxes.removed.length === 0) return undefined;
  return { before, classId, state, boxes };
}

function impliedState(classId: number | null): AnnotationState {
  return classId === null ? 'none' : 'labelled';
}

function insertStep(db: Database, { author, source, kind, reverts }: NewStep, at: number): number {
  assert((kind === 'edit') === (reverts === undefined), `a step of kind ${kind} reverts ${reverts}`);
  return db.run(
    'INSERT INTO annotation_step (author, source, created_at, reverts, kind) VALUES (?, ?, ?, ?, ?)',
    [author, source, at, reverts ?? null, kind],
  ).lastId;
}

/** @returns false where an earlier change of the same step made the picture so already. */
function writeRevision(
  db: Database,
  stepId: number,
  step: NewStep,
  change: LabelChange,
  at: number,
): boolean {
  const difference = findDifference(db, change);
  if (!difference) return false;
  const { imageHash } = change;
  const { before, classId, state, boxes } = difference;
  const revision = db.run(
    `INSERT INTO annotation_revision (step_id, image_hash, class_id, state, previous_id) VALUES (?, ?, ?, ?, ?)`,
    [stepId, imageHash, classId, state, before.revisionId],
  ).lastId;
  const { author, source } = step;
  writeBoxDifference(db, imageHash, revision, boxes, { author, source, score: null, model: null });
  writeCurrent(db, imageHash, { revision, classId, state, author, certainty: change.certainty ?? null });
  const isDecision = source === 'human' && step.kind !== 'undo';
  followLabel(db, imageHash, { state, editedBy: isDecision ? author : null, at });
  return true;
}

/** The newest revision beside the picture, and the classes that it shows. */
function writeCurrent(
  db: Database,
  imageHash: ImageHash,
  current: {
    readonly revision: number;
    readonly classId: number | null;
    readonly state: AnnotationState;
    readonly author: string;
    readonly certainty: number | null;
  },
): void {
  const { classId } = current;
  db.run('DELETE FROM image_class WHERE image_hash = ?', [imageHash]);
  db.run(
    `INSERT INTO image_class (image_hash, class_id, box_count)
     SELECT image_hash, class_id, count(*) FROM annotation_box
     WHERE image_hash = ? AND until_revision IS NULL GROUP BY class_id`,
    [imageHash],
  );
  if (classId !== null) {
    db.run(
      `INSERT INTO image_class (image_hash, class_id, box_count) VALUES (?, ?, 0) ON CONFLICT DO NOTHING`,
      [imageHash, classId],
    );
  }
  db.run(
    `INSERT INTO image_label (image_hash, revision_id, class_id, state, author, certainty, box_count)
     VALUES (:imageHash, :revision, :classId, :state, :author, :certainty,
       (SELECT coalesce(sum(box_count), 0) FROM image_class WHERE image_hash = :imageHash))
     ON CONFLICT (image_hash) DO UPDATE SET revision_id = excluded.revision_id, class_id = excluded.class_id,
       state = excluded.state, author = excluded.author, certainty = excluded.certainty,
       box_count = excluded.box_count`,
    { imageHash, ...current },
  );
}
