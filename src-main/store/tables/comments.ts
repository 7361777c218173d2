/** What people say about pictures. */
import type { PictureComment } from '../../../src-preload/contract/agreement.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';

export function createCommentsTable(db: Database) {
  const select = `SELECT id, image_hash AS imageHash, author, text, created_at AS createdAt,
    resolved_by AS resolvedBy, resolved_at AS resolvedAt FROM picture_comment`;
  return {
    find: (id: number): PictureComment | undefined => db.get<PictureComment>(`${select} WHERE id = ?`, [id]),
    /** Oldest first. */
    list: (imageHash: ImageHash): PictureComment[] =>
      db.all<PictureComment>(`${select} WHERE image_hash = ? ORDER BY id`, [imageHash]),
    /** @returns its id */
    insert: (made: { imageHash: ImageHash; author: string; text: string }, at: number): number =>
      db.run(
        `INSERT INTO picture_comment (image_hash, author, text, created_at)
         VALUES (:imageHash, :author, :text, :at)`,
        { ...made, at },
      ).lastId,
    /** @param by null opens it again */
    resolve(id: number, by: string | null, at: number): void {
      db.run('UPDATE picture_comment SET resolved_by = ?, resolved_at = ? WHERE id = ?', [
        ...[by, by === null ? null : at],
        id,
      ]);
    },
  };
}
