/** The pictures of a detector's evaluation: judged boxes as they were packed, and what pictures are looked for by. */
import type { DetectionQuery } from '../../../src-preload/contract/detection-report.ts';
import type { EvaluationId, ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';

export interface NewEvaluationPicture {
  readonly imageHash: ImageHash;
  /** Given back as they are. */
  readonly detections: Uint8Array;
  readonly truths: string;
  readonly findings: readonly {
    readonly kind: string;
    /** Empty: the background. */
    readonly predictedClass: string;
    readonly trueClass: string;
    readonly score: number;
  }[];
}

export interface EvaluationPicture {
  readonly imageHash: ImageHash;
  readonly fileName: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly detections: Uint8Array;
  readonly truths: string;
}

const selectPictures = `
  SELECT image_hash AS imageHash, file_name AS fileName, width, height, detections, truths
  FROM evaluation_picture JOIN image ON image.hash = image_hash`;

export function createEvaluationPicturesTable(db: Database) {
  return {
    /** Inside a transaction: they are many. */
    insert(id: EvaluationId, { imageHash, detections, truths, findings }: NewEvaluationPicture): void {
      const { lastId } = db.run(
        'INSERT INTO evaluation_picture (evaluation_id, image_hash, detections, truths) VALUES (?, ?, ?, ?)',
        [id, imageHash, detections, truths],
      );
      // All in one statement: each costs beside its rows.
      const rows = findings.map(({ kind, predictedClass, trueClass, score }) => [
        kind,
        predictedClass,
        trueClass,
        score,
      ]);
      db.run(
        `INSERT INTO evaluation_finding (picture_id, kind, predicted_class, true_class, score)
         SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`,
        [lastId, JSON.stringify(rows)],
      );
    },
    /** All of them, with what they are looked for by. */
    drop(id: EvaluationId): void {
      db.run('DELETE FROM evaluation_picture WHERE evaluation_id = ?', [id]);
    },
    find(id: EvaluationId, imageHash: ImageHash): EvaluationPicture | undefined {
      return db.get<EvaluationPicture>(`${selectPictures} WHERE evaluation_id = ? AND image_hash = ?`, [
        id,
        imageHash,
      ]);
    },
    /** In the order of their hashes, one at a time: together they may be large. */
    iterate(id: EvaluationId): IterableIterator<EvaluationPicture> {
      return db.iterate<EvaluationPicture>(`${selectPictures} WHERE evaluation_id = ? ORDER BY image_hash`, [
        id,
      ]);
    },
    /** Those with such a detection, in the order of their hashes. */
    iterateFound(id: EvaluationId, query: DetectionQuery): IterableIterator<EvaluationPicture> {
      return db.iterate<EvaluationPicture>(
        `${selectPictures} WHERE evaluation_id = :id AND EXISTS (
           SELECT 1 FROM evaluation_finding WHERE picture_id = evaluation_picture.id
             AND kind NOT IN ('missed', 'cell')
             AND (:outcome IS NULL OR kind = :outcome)
             AND (:className IS NULL OR predicted_class = :className)
             AND (:trueClass IS NULL OR true_class = :trueClass)
             AND (:minScore IS NULL OR score >= :minScore))
         ORDER BY image_hash`,
        {
          id,
          outcome: query.outcome ?? null,
          className: query.className ?? null,
          trueClass: query.trueClass ?? null,
          minScore: query.minScore ?? null,
        },
      );
    },
  };
}
