/** Measures of pictures and labels, and decisions about pictures that look alike. */
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { QualityDecision } from '../../../src-preload/contract/quality.ts';
import type { Database } from '../connection.ts';

export interface PictureMeasures {
  readonly sharpness: number;
  /** 0 to 1. */
  readonly brightness: number;
  /** Share of pixels at white, 0 to 1. */
  readonly clipped: number;
  readonly fingerprint: string;
  readonly pixelDigest: string;
  /** What it looks like, in bytes: `describePixels`. */
  readonly descriptor: Uint8Array;
}

export interface FingerprintedPicture {
  readonly imageHash: ImageHash;
  readonly fingerprint: string;
  readonly pixelDigest: string;
}

/** The labels of a picture as they stand, as they are to be measured. */
export interface UncheckedLabels {
  readonly imageHash: ImageHash;
  readonly revisionId: number;
  readonly width: number;
  readonly height: number;
  /** Times that the class of the picture or of one of its boxes became another. */
  readonly classChanges: number;
  readonly boxes: readonly {
    readonly className: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
}

export interface LabelMeasureRow {
  readonly imageHash: ImageHash;
  readonly revisionId: number;
  readonly shortestSide: number | null;
  readonly largestShare: number | null;
  readonly highestOverlap: number | null;
  readonly borderBoxes: number;
  readonly classChanges: number;
}

export interface NewQualityDecision {
  readonly author: string;
  readonly at: number;
  readonly keep: readonly ImageHash[];
  readonly setAside: readonly ImageHash[];
  /** Of those that are set aside. */
  readonly takeBack: readonly ImageHash[];
}

export function createQualityTable(db: Database) {
  return { ...createMeasures(db), ...createLabelMeasures(db), ...createDecisions(db) };
}

function createMeasures(db: Database) {
  return {
    /** Of pictures that were measured by an earlier version only the descriptor is new. */
    insertPicture(imageHash: ImageHash, measures: PictureMeasures): void {
      db.run(
        `INSERT INTO picture_quality (image_hash, sharpness, brightness, clipped, fingerprint, pixel_digest, descriptor)
         VALUES (:imageHash, :sharpness, :brightness, :clipped, :fingerprint, :pixelDigest, :descriptor)
         ON CONFLICT DO UPDATE SET descriptor = excluded.descriptor WHERE descriptor IS NULL`,
        { imageHash, ...measures },
      );
    },
    /** Pictures of which the pixels or the header have not been read, with their sizes in pixels, the oldest first. */
    listUnmeasured: (): { imageHash: ImageHash; width: number; height: number }[] =>
      db.all(
        `SELECT hash AS imageHash, width, height FROM image
         WHERE placeholder IS NULL OR NOT EXISTS (
           SELECT 1 FROM picture_quality WHERE image_hash = hash AND descriptor IS NOT NULL)
         ORDER BY sequence`,
      ),
    /** Of all that are measured, the oldest first. */
    listFingerprints: (): FingerprintedPicture[] =>
      db.all(
        `SELECT image_hash AS imageHash, fingerprint, pixel_digest AS pixelDigest
         FROM image JOIN picture_quality ON image_hash = hash ORDER BY sequence`,
      ),
    countMeasured: (): number =>
      db.get<{ count: number }>('SELECT count(*) AS count FROM picture_quality')?.count ?? 0,
  };
}

function createLabelMeasures(db: Database) {
  return {
    /** Pictures whose labels have changed since they were measured. */
    listUnchecked: (): ImageHash[] =>
      db
        .all<{ imageHash: ImageHash }>(
          `SELECT label.image_hash AS imageHash FROM image_label AS label
           LEFT JOIN label_measure AS measure ON measure.image_hash = label.image_hash
           WHERE measure.revision_id IS NOT label.revision_id`,
        )
        .map(({ imageHash }) => imageHash),
    readUnchecked: (imageHashes: readonly ImageHash[]): UncheckedLabels[] => readUnchecked(db, imageHashes),
    putLabelMeasures(rows: readonly LabelMeasureRow[]): void {
      for (const row of rows) {
        db.run(
          `INSERT OR REPLACE INTO label_measure (image_hash, revision_id, shortest_side, largest_share, highest_overlap,
             border_boxes, class_changes)
           VALUES (:imageHash, :revisionId, :shortestSide, :largestShare, :highestOverlap, :borderBoxes, :classChanges)`,
          { ...row },
        );
      }
    },
  };
}

const isAsked = 'IN (SELECT value FROM json_each(:imageHashes))';

function readUnchecked(db: Database, imageHashes: readonly ImageHash[]): UncheckedLabels[] {
  const asked = { imageHashes: JSON.stringify(imageHashes) };
  const labels = db.all<Omit<UncheckedLabels, 'boxes' | 'classChanges'>>(
    `SELECT image_hash AS imageHash, revision_id AS revisionId, width, height
     FROM image_label JOIN image ON image.hash = image_label.image_hash WHERE image_hash ${isAsked}`,
    asked,
  );
  const boxes = db.all<UncheckedLabels['boxes'][number] & { imageHash: ImageHash }>(
    `SELECT image_hash AS imageHash, class.name AS className, x, y, width, height
     FROM annotation_box JOIN class ON class.id = class_id WHERE until_revision IS NULL AND image_hash ${isAsked}`,
    asked,
  );
  const boxesOf = Map.groupBy(boxes, ({ imageHash }) => imageHash);
  const changes = countClassChanges(db, asked);
  return labels.map((label) => ({
    ...label,
    boxes: boxesOf.get(label.imageHash) ?? [],
    classChanges: changes.get(label.imageHash) ?? 0,
  }));
}

function countClassChanges(db: Database, asked: { imageHashes: string }): Map<ImageHash, number> {
  const rows = db.all<{ imageHash: ImageHash; changes: number }>(
    `SELECT imageHash, count(*) AS changes FROM (
       SELECT revision.image_hash AS imageHash FROM annotation_revision AS revision
       JOIN annotation_revision AS previous ON previous.id = revision.previous_id
       WHERE revision.image_hash ${isAsked} AND previous.class_id <> revision.class_id
       UNION ALL
       SELECT box.image_hash FROM annotation_box AS box
       JOIN annotation_box AS previous ON previous.image_hash = box.image_hash AND previous.box_id = box.box_id
         AND previous.until_revision = box.from_revision
       WHERE box.image_hash ${isAsked} AND previous.class_id <> box.class_id)
     GROUP BY imageHash`,
    asked,
  );
  return new Map(rows.map(({ imageHash, changes }) => [imageHash, changes]));
}

const ofDecision = 'SELECT image_hash FROM quality_decision_picture WHERE decision_id = :id';

/** Of the pictures of a decision: what the newest says that is not undone, and set one aside or took it back. */
const lastOutcomes = `SELECT picture.image_hash AS imageHash, max(picture.decision_id) AS decisionId, picture.outcome
  FROM quality_decision_picture AS picture JOIN quality_decision AS decision ON decision.id = picture.decision_id
  WHERE picture.image_hash IN (${ofDecision}) AND undone_at IS NULL AND outcome <> 'kept' GROUP BY picture.image_hash`;

function createDecisions(db: Database) {
  const findLast = (): QualityDecision | undefined =>
    db.get<QualityDecision>(
      `SELECT id, author, decided_at AS decidedAt,
         count(*) FILTER (WHERE outcome = 'kept') AS kept, count(*) FILTER (WHERE outcome = 'setAside') AS setAside,
         count(*) FILTER (WHERE outcome = 'takenBack') AS takenBack
       FROM quality_decision JOIN quality_decision_picture ON decision_id = id
       WHERE undone_at IS NULL GROUP BY id ORDER BY id DESC LIMIT 1`,
    );
  return {
    /** The newest decision that is not undone. */
    findLastDecision: findLast,
    countSetAside: (): number =>
      db.get<{ count: number }>('SELECT count(*) AS count FROM set_aside')?.count ?? 0,
    listSetAside: (): ImageHash[] =>
      db
        .all<{ imageHash: ImageHash }>('SELECT image_hash AS imageHash FROM set_aside')
        .map(({ imageHash }) => imageHash),
    insertDecision({ author, at, keep, setAside, takeBack }: NewQualityDecision): void {
      const { lastId } = db.run('INSERT INTO quality_decision (author, decided_at) VALUES (?, ?)', [
        author,
        at,
      ]);
      const insert = (imageHash: ImageHash, outcome: 'kept' | 'setAside' | 'takenBack') =>
        db.run('INSERT INTO quality_decision_picture (decision_id, image_hash, outcome) VALUES (?, ?, ?)', [
          lastId,
          imageHash,
          outcome,
        ]);
      for (const imageHash of keep) insert(imageHash, 'kept');
      for (const imageHash of setAside) {
        insert(imageHash, 'setAside');
        db.run('INSERT INTO set_aside (image_hash, decision_id) VALUES (?, ?) ON CONFLICT DO NOTHING', [
          imageHash,
          lastId,
        ]);
      }
      for (const imageHash of takeBack) {
        insert(imageHash, 'takenBack');
        db.run('DELETE FROM set_aside WHERE image_hash = ?', [imageHash]);
      }
    },
    /** The pictures are again as the decision before said. @returns the pictures of the decision */
    undoDecision(id: number, at: number): ImageHash[] {
      db.run('UPDATE quality_decision SET undone_at = ? WHERE id = ?', [at, id]);
      db.run(`DELETE FROM set_aside WHERE image_hash IN (${ofDecision})`, { id });
      db.run(
        `INSERT INTO set_aside (image_hash, decision_id) SELECT imageHash, decisionId FROM (${lastOutcomes})
         WHERE outcome = 'setAside'`,
        { id },
      );
      return db
        .all<{ imageHash: ImageHash }>(
          'SELECT image_hash AS imageHash FROM quality_decision_picture WHERE decision_id = ?',
          [id],
        )
        .map(({ imageHash }) => imageHash);
    },
    /** Decisions that keep a picture, as far as they are not undone. */
    listKept: (): { imageHash: ImageHash; decisionId: number }[] =>
      db.all(
        `SELECT image_hash AS imageHash, decision_id AS decisionId FROM quality_decision_picture
         JOIN quality_decision ON id = decision_id WHERE outcome = 'kept' AND undone_at IS NULL`,
      ),
  };
}
