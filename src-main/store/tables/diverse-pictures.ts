/** Descriptors of pictures, and the pictures that were chosen by them to be unlike each other. */
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';

export interface DescribedPicture {
  readonly imageHash: ImageHash;
  readonly descriptor: Uint8Array;
}

/** Of pictures that are not set aside: those that nobody has labelled, or those that are labelled. */
const selectDescribed = `
  SELECT hash AS imageHash, descriptor FROM image JOIN picture_quality AS quality ON quality.image_hash = hash
  LEFT JOIN image_label AS label ON label.image_hash = hash
  WHERE descriptor IS NOT NULL AND (label.state IS 'labelled') = :isLabelled AND label.state IS NOT 'rejected'
    AND NOT EXISTS (SELECT 1 FROM set_aside WHERE set_aside.image_hash = hash) ORDER BY sequence`;

export function createDiversePicturesTable(db: Database) {
  return {
    /** The oldest first. */
    listDescribed: (isLabelled: boolean): DescribedPicture[] =>
      db.all<DescribedPicture>(selectDescribed, { isLabelled: Number(isLabelled) }),
    countDescribed: (): number =>
      db.get<{ count: number }>('SELECT count(*) AS count FROM picture_quality WHERE descriptor IS NOT NULL')
        ?.count ?? 0,
    /** In place of those that were chosen before. */
    replace: (imageHashes: readonly ImageHash[]): void =>
      db.transaction(() => {
        db.run('DELETE FROM diverse_picture');
        for (const [index, imageHash] of imageHashes.entries()) {
          db.run('INSERT INTO diverse_picture (image_hash, rank) VALUES (?, ?)', [imageHash, index + 1]);
        }
      }),
  };
}
