/** The answers of annotators beside the accepted labels: append-only revisions, and where each stands among them. */
import type { z } from 'zod';
import {
  type Annotation,
  type AnnotationState,
  boxSchema,
} from '../../../src-preload/contract/annotation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';
import { followOpinion } from './disputes.ts';
import { isDecided, isOpenAgain, toOverlapBound } from './overlap-conditions.ts';

/** What an annotator says of a picture. */
export type Opinion = Pick<Annotation, 'revisionId' | 'className' | 'boxes'> & {
  readonly state: Exclude<AnnotationState, 'predicted'>;
};

/** An answer that is submitted. */
export interface StoredAnswer extends Pick<Annotation, 'imageHash' | 'className' | 'boxes'> {
  readonly annotator: string;
}

export interface Whose {
  readonly imageHash: ImageHash;
  readonly annotator: string;
}

export interface AnnotatorRow {
  readonly name: string;
  readonly pictures: number;
  readonly strokes: number;
  readonly boxes: number;
  readonly corrections: number;
  /** Sum of the gaps of less than five minutes between strokes. */
  readonly activeMs: number;
  readonly lastSeenAt: number;
}

/** The author of steps that nobody has drawn by hand. */
export const consensusAuthor = 'consensus';

const boxesSchema = boxSchema.array();

interface OpinionRow {
  revisionId: number;
  state: Opinion['state'];
  className: string | null;
  boxes: string;
}

const untouched: Opinion = { revisionId: null, state: 'none', className: null, boxes: [] };

export function createOpinionsTable(db: Database) {
  const get = (whose: Whose): Opinion => {
    const row = db.get<OpinionRow>(
      `SELECT revision.id AS revisionId, revision.state, class_name AS className, boxes
       FROM opinion JOIN opinion_revision AS revision ON revision.id = revision_id
       WHERE opinion.image_hash = :imageHash AND opinion.annotator = :annotator`,
      { ...whose },
    );
    return row ? { ...row, boxes: readBoxes(row.boxes) } : untouched;
  };
  return {
    get,
    /** Adds a revision on the one where the annotator stands. */
    record: (whose: Whose, opinion: Omit<Opinion, 'revisionId'>, at: number): void =>
      db.transaction(() => {
        const { revisionId } = get(whose);
        const { lastId } = db.run(
          `INSERT INTO opinion_revision (image_hash, annotator, parent_id, state, class_name, boxes, created_at)
           VALUES (:imageHash, :annotator, :revisionId, :state, :className, :boxes, :at)`,
          { ...whose, ...opinion, boxes: JSON.stringify(opinion.boxes), revisionId, at },
        );
        moveTo(db, whose, lastId);
      }),
    /** @returns false where nothing is left to undo */
    undo: (whose: Whose): boolean =>
      db.transaction(() => {
        const { revisionId } = get(whose);
        if (revisionId === null) return false;
        const row = db.get<{ id: number | null }>(
          'SELECT parent_id AS id FROM opinion_revision WHERE id = ?',
          [revisionId],
        );
        moveTo(db, whose, row?.id ?? null);
        return true;
      }),
    /** To the newest of the revisions made on this one. @returns false where there is none */
    redo: (whose: Whose): boolean =>
      db.transaction(() => {
        const row = db.get<{ id: number }>(
          `SELECT id FROM opinion_revision
           WHERE image_hash = :imageHash AND annotator = :annotator AND parent_id IS :revisionId
           ORDER BY id DESC LIMIT 1`,
          { ...whose, revisionId: get(whose).revisionId },
        );
        if (row) moveTo(db, whose, row.id);
        return row !== undefined;
      }),
    hasAny: (imageHash: ImageHash): boolean =>
      db.get('SELECT 1 FROM opinion WHERE image_hash = ? AND revision_id IS NOT NULL', [imageHash]) !==
      undefined,
    /** Whether the annotator answers a picture that is labelled. @param overlapShare of the pictures, 0 to 1 */
    isOpenAgain: (whose: Whose, overlapShare: number): boolean =>
      db.get(
        `SELECT 1 FROM image_label WHERE image_hash = :imageHash AND state = 'labelled' AND ${isOpenAgain}`,
        {
          ...whose,
          overlapBound: toOverlapBound(overlapShare),
        },
      ) !== undefined,
    ...createAnswerQueries(db),
    /** All who have labelled by hand, by name. */
    listAnnotators: (): AnnotatorRow[] => db.all(selectAnnotators),
  };
}

function createAnswerQueries(db: Database) {
  return {
    /** In the order of pictures and names. @param imageHash of this picture alone */
    listAnswers: (imageHash?: ImageHash): StoredAnswer[] =>
      db
        .all<Whose & Omit<OpinionRow, 'state' | 'revisionId'>>(
          `SELECT opinion.image_hash AS imageHash, opinion.annotator, class_name AS className, boxes
           FROM opinion JOIN opinion_revision AS revision ON revision.id = revision_id
           WHERE opinion.state = 'labelled' AND (:imageHash IS NULL OR opinion.image_hash = :imageHash)
           ORDER BY opinion.image_hash, opinion.annotator`,
          { imageHash: imageHash ?? null },
        )
        .map(({ boxes, ...row }) => ({ ...row, boxes: readBoxes(boxes) })),
    /** Who has rejected the picture instead of labelling it, by name. */
    listRejections: (imageHash: ImageHash): string[] =>
      db
        .all<{ annotator: string }>(
          `SELECT annotator FROM opinion WHERE image_hash = ? AND state = 'rejected' ORDER BY annotator`,
          [imageHash],
        )
        .map(({ annotator }) => annotator),
    /**
     * Pictures with answers that nobody has decided about; most answers first. A labelled one only where there is a
     * second answer to hold against the label; pictures of known truth are left out.
     */
    listWaiting: (limit: number): { imageHash: ImageHash; answers: number }[] =>
      db.all(
        `SELECT opinion.image_hash AS imageHash, count(*) FILTER (WHERE opinion.state = 'labelled') AS answers
         FROM opinion LEFT JOIN image_label AS label ON label.image_hash = opinion.image_hash
         WHERE opinion.state IN ('labelled','rejected')
           AND (label.state IS NULL OR label.state NOT IN ('labelled','rejected')
             OR NOT ${isDecided('opinion.image_hash')})
           AND opinion.image_hash NOT IN (SELECT image_hash FROM gold_picture)
         GROUP BY opinion.image_hash HAVING label.state IS NOT 'labelled' OR count(*) > 1
         ORDER BY answers DESC, opinion.image_hash LIMIT ?`,
        [limit],
      ),
  };
}

/** A first answer is the label that was there, of the same moment: one stroke. */
const selectAnnotators = `
  WITH stroke AS (
    SELECT annotator AS name, created_at AS at FROM opinion_revision
    UNION SELECT author, created_at FROM annotation_step
    WHERE source = 'human' AND author <> '${consensusAuthor}'
  ), timed AS (
    SELECT name, at, at - lag(at) OVER (PARTITION BY name ORDER BY at) AS gap FROM stroke
  ), touched AS (
    SELECT annotator AS name, image_hash FROM opinion_revision
    UNION SELECT author, image_hash FROM annotation_revision
    JOIN annotation_step ON annotation_step.id = step_id WHERE source = 'human'
  ), drawn AS (
    SELECT author AS name, image_hash, box_id FROM annotation_box WHERE source = 'human'
    UNION SELECT annotator, image_hash, json_extract(box.value, '$.id')
    FROM opinion_revision, json_each(boxes) AS box WHERE json_extract(box.value, '$.author') = annotator
  ), corrected AS (
    SELECT DISTINCT box.author AS name, box.image_hash, box.box_id AS what
    FROM annotation_box AS box JOIN annotation_revision AS revision ON revision.id = box.until_revision
    JOIN annotation_step AS step ON step.id = revision.step_id
    WHERE box.source = 'human' AND step.kind = 'edit' AND step.source = 'human'
      AND step.author NOT IN (box.author, '${consensusAuthor}')
    UNION ALL
    SELECT made.author, revision.image_hash, revision.id
    FROM annotation_revision AS revision JOIN annotation_step AS step ON step.id = revision.step_id
    JOIN annotation_revision AS before ON before.id = revision.previous_id
    JOIN annotation_step AS made ON made.id = before.step_id
    WHERE made.source = 'human' AND made.author <> '${consensusAuthor}' AND step.kind = 'edit'
      AND step.source = 'human' AND step.author NOT IN (made.author, '${consensusAuthor}')
      AND ((before.class_id IS NOT NULL AND revision.class_id IS NOT before.class_id)
        OR (before.state = 'labelled' AND revision.state = 'rejected'))
  )
  SELECT name, count(*) AS strokes, max(at) AS lastSeenAt,
    coalesce(sum(gap) FILTER (WHERE gap < 300000), 0) AS activeMs,
    (SELECT count(*) FROM touched WHERE touched.name = timed.name) AS pictures,
    (SELECT count(*) FROM drawn WHERE drawn.name = timed.name) AS boxes,
    (SELECT count(*) FROM corrected WHERE corrected.name = timed.name) AS corrections
  FROM timed GROUP BY name ORDER BY name`;

function moveTo(db: Database, whose: Whose, revisionId: number | null): void {
  db.run(
    `INSERT INTO opinion (image_hash, annotator, revision_id, state)
     VALUES (:imageHash, :annotator, :revisionId,
       coalesce((SELECT state FROM opinion_revision WHERE id = :revisionId), 'none'))
     ON CONFLICT DO UPDATE SET revision_id = excluded.revision_id, state = excluded.state`,
    { ...whose, revisionId },
  );
  followOpinion(db, whose.imageHash);
}

export function readBoxes(text: string): z.infer<typeof boxesSchema> {
  return boxesSchema.parse(JSON.parse(text));
}
