/** How far the answers of annotators to a picture differ: measured once for each change of them. */
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';

export function createDisputesTable(db: Database) {
  return {
    /** Pictures whose answers have changed, or were compared with another overlap. */
    listStale: (iou: number): ImageHash[] =>
      db
        .all<{ imageHash: ImageHash }>(
          'SELECT image_hash AS imageHash FROM opinion_dispute WHERE degree IS NULL OR iou <> ?',
          [iou],
        )
        .map(({ imageHash }) => imageHash),
    /** @param degree 0: all say the same */
    put(imageHash: ImageHash, degree: number, iou: number): void {
      db.run('UPDATE opinion_dispute SET degree = ?, iou = ? WHERE image_hash = ?', [degree, iou, imageHash]);
    },
  };
}

/** An answer has changed. To be called in the transaction that writes it. */
export function followOpinion(db: Database, imageHash: ImageHash): void {
  db.run(`INSERT INTO opinion_dispute (image_hash) VALUES (?) ON CONFLICT DO UPDATE SET degree = NULL`, [
    imageHash,
  ]);
}
