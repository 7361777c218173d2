/** Pictures of known truth: the accepted labels as they were when they were marked. */
import type { GoldPicture } from '../../../src-preload/contract/agreement.ts';
import type { Annotation } from '../../../src-preload/contract/annotation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';
import { readBoxes } from './opinions.ts';

export type GoldTruth = Pick<Annotation, 'imageHash' | 'className' | 'boxes'>;

export function createGoldTable(db: Database) {
  const select = 'SELECT image_hash AS imageHash, class_name AS className, boxes FROM gold_picture';
  const toTruth = ({ boxes, ...row }: Omit<GoldTruth, 'boxes'> & { boxes: string }): GoldTruth => ({
    ...row,
    boxes: readBoxes(boxes),
  });
  return {
    find(imageHash: ImageHash): GoldTruth | undefined {
      const row = db.get<Parameters<typeof toTruth>[0]>(`${select} WHERE image_hash = ?`, [imageHash]);
      return row && toTruth(row);
    },
    listTruths: (): GoldTruth[] => db.all<Parameters<typeof toTruth>[0]>(select).map(toTruth),
    mark({ imageHash, className, boxes }: GoldTruth, markedBy: string, markedAt: number): void {
      db.run(
        `INSERT INTO gold_picture (image_hash, class_name, boxes, marked_by, marked_at)
         VALUES (:imageHash, :className, :boxes, :markedBy, :markedAt)
         ON CONFLICT DO UPDATE SET class_name = excluded.class_name, boxes = excluded.boxes,
           marked_by = excluded.marked_by, marked_at = excluded.marked_at`,
        { imageHash, className, boxes: JSON.stringify(boxes), markedBy, markedAt },
      );
    },
    unmark(imageHash: ImageHash): void {
      db.run('DELETE FROM gold_picture WHERE image_hash = ?', [imageHash]);
    },
    /** Newest first. */
    list: (): GoldPicture[] =>
      db.all(
        `SELECT gold.image_hash AS imageHash, image.file_name AS fileName, marked_by AS markedBy,
           marked_at AS markedAt, (SELECT count(*) FROM opinion
             WHERE opinion.image_hash = gold.image_hash AND opinion.state = 'labelled') AS answers
         FROM gold_picture AS gold JOIN image ON image.hash = gold.image_hash
         ORDER BY marked_at DESC, gold.image_hash`,
      ),
  };
}
