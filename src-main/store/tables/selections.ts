/** Pictures that a person has chosen, kept so that a filter can name them. */
import { createHash } from 'node:crypto';
import type { ImageHash, SelectionId } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';

/** Older ones are forgotten. */
const mostKept = 50;

export function createSelectionsTable(db: Database) {
  return {
    /** Pictures must exist. @returns the same id for the same pictures, in any order */
    keep(imageHashes: readonly ImageHash[], at: number): SelectionId {
      const id = toSelectionId(imageHashes);
      db.transaction(() => {
        const { changes } = db.run(
          'INSERT INTO selection (id, made_at) VALUES (:id, :at) ON CONFLICT DO NOTHING',
          { id, at },
        );
        if (changes === 0) return db.run('UPDATE selection SET made_at = :at WHERE id = :id', { id, at });
        db.run(
          `INSERT INTO selection_picture (selection_id, image_hash)
           SELECT DISTINCT :id, value FROM json_each(:imageHashes) ORDER BY value`,
          { id, imageHashes: JSON.stringify(imageHashes) },
        );
        return db.run(
          `DELETE FROM selection WHERE id NOT IN (
             SELECT id FROM selection ORDER BY made_at DESC, rowid DESC LIMIT ${mostKept})`,
        );
      });
      return id;
    },
  };
}

function toSelectionId(imageHashes: readonly ImageHash[]): SelectionId {
  const digest = createHash('sha256');
  for (const hash of [...new Set(imageHashes)].sort()) digest.update(hash);
  return digest.digest('hex').slice(0, 32) as SelectionId;
}
