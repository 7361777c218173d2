/** Classes, and the labels of pictures: append-only revisions in steps, with the newest of each picture beside them. */
import {
  type AnnotationRevision,
  annotationRevisionSchema,
  type LabelClass,
} from '../../../src-preload/contract/annotation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import { assert } from '../../base/app-error.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { Database } from '../connection.ts';

export type StoredClass = LabelClass & { readonly id: number };

export interface LabelChange {
  readonly imageHash: ImageHash;
  /** Null takes the label away. */
  readonly classId: number | null;
}

export interface NewStep {
  readonly author: string;
  readonly source: AnnotationRevision['source'];
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
  return { ...createClasses(db, clock), ...createSteps(db), ...createLabelQueries(db) };
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
        const changes = step.changes.filter((change) => !hasLabel(db, change));
        if (changes.length === 0 && step.kind === 'edit') return [];
        const stepId = insertStep(db, step, at);
        const changed = changes.filter((change) => writeRevision(db, stepId, change));
        return changed.map(({ imageHash }) => imageHash);
      });
    },
    /**
     * The newest edit by a person that is not taken back. Steps of imports and models are not among them: they are
     * not this person's to undo.
     */
    findUndoable(): number | undefined {
      const row = db.get<{ id: number }>(
        `SELECT edit.id FROM annotation_step AS edit
         WHERE edit.kind = 'edit' AND edit.source = 'human' AND NOT EXISTS (
           SELECT 1 FROM annotation_step AS undo WHERE undo.reverts = edit.id AND NOT EXISTS (
             SELECT 1 FROM annotation_step AS redo WHERE redo.reverts = undo.id))
         ORDER BY edit.id DESC LIMIT 1`,
      );
      return row?.id;
    },
    /** The newest undo that is not taken back itself and has no later edit by a person behind it. */
    findRedoable(): number | undefined {
      const row = db.get<{ id: number }>(
        `SELECT undo.id FROM annotation_step AS undo
         WHERE undo.kind = 'undo' AND undo.source = 'human'
           AND undo.id > (SELECT coalesce(max(id), 0) FROM annotation_step WHERE kind = 'edit' AND source = 'human')
           AND NOT EXISTS (SELECT 1 FROM annotation_step AS redo WHERE redo.reverts = undo.id)
         ORDER BY undo.id DESC LIMIT 1`,
      );
      return row?.id;
    },
    /** The labels from before a step, for its pictures that no import and no model has labelled since. */
    listReversal(stepId: number): LabelChange[] {
      return db.all<LabelChange>(
        `SELECT revision.image_hash AS imageHash, previous.class_id AS classId
         FROM annotation_revision AS revision
         LEFT JOIN annotation_revision AS previous ON previous.id = revision.previous_id
         WHERE revision.step_id = ? AND NOT EXISTS (
           SELECT 1 FROM annotation_revision AS later JOIN annotation_step AS step ON step.id = later.step_id
           WHERE later.image_hash = revision.image_hash AND later.id > revision.id AND step.source <> 'human')
         ORDER BY revision.id`,
        [stepId],
      );
    },
  };
}

function createLabelQueries(db: Database) {
  return {
    /** The label history of a picture, oldest first. */
    listRevisions(imageHash: ImageHash): AnnotationRevision[] {
      return db
        .all<Record<string, unknown>>(
          `SELECT revision.id, image_hash AS imageHash, class.name AS className, step.source, step.author,
             step.created_at AS createdAt
           FROM annotation_revision AS revision
           JOIN annotation_step AS step ON step.id = revision.step_id
           LEFT JOIN class ON class.id = revision.class_id
           WHERE image_hash = ? ORDER BY revision.id`,
          [imageHash],
        )
        .map((row) => annotationRevisionSchema.parse(row));
    },
    /** Those of the hashes that are no picture of the station. */
    listUnknownImages(imageHashes: readonly ImageHash[]): ImageHash[] {
      return imageHashes.filter((hash) => !db.get('SELECT 1 FROM image WHERE hash = ?', [hash]));
    },
  };
}

function readLabel(
  db: Database,
  imageHash: ImageHash,
): { classId: number | null; revisionId: number } | undefined {
  return db.get(
    'SELECT class_id AS classId, revision_id AS revisionId FROM image_label WHERE image_hash = ?',
    [imageHash],
  );
}

function hasLabel(db: Database, { imageHash, classId }: LabelChange): boolean {
  return (readLabel(db, imageHash)?.classId ?? null) === classId;
}

function insertStep(db: Database, { author, source, kind, reverts }: NewStep, at: number): number {
  assert((kind === 'edit') === (reverts === undefined), `a step of kind ${kind} reverts ${reverts}`);
  return db.run(
    'INSERT INTO annotation_step (author, source, created_at, reverts, kind) VALUES (?, ?, ?, ?, ?)',
    [author, source, at, reverts ?? null, kind],
  ).lastId;
}

/** @returns false where an earlier change of the same step gave the picture this label already. */
function writeRevision(db: Database, stepId: number, { imageHash, classId }: LabelChange): boolean {
  const before = readLabel(db, imageHash);
  if ((before?.classId ?? null) === classId) return false;
  const revision = db.run(
    'INSERT INTO annotation_revision (step_id, image_hash, class_id, previous_id) VALUES (?, ?, ?, ?)',
    [stepId, imageHash, classId, before?.revisionId ?? null],
  );
  db.run(
    `INSERT INTO image_label (image_hash, revision_id, class_id) VALUES (?, ?, ?)
     ON CONFLICT (image_hash) DO UPDATE SET revision_id = excluded.revision_id, class_id = excluded.class_id`,
    [imageHash, revision.lastId, classId],
  );
  return true;
}
