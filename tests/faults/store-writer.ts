/** Writes blobs and rows without end, and says on stdout what it was told is durable; made to be killed. */
import { writeSync } from 'node:fs';
import { openStore } from '../../src-main/store/store.ts';

const [dataDir = '', round = '0'] = process.argv.slice(2);
const store = openStore(dataDir, { create: true });
store.db.run('INSERT OR IGNORE INTO registered_model VALUES (?, 0)', ['leaf']);

for (let count = 0; ; count++) {
  const contents = [0, 1, 2].map((part) => Buffer.from(`${round} ${count} ${part}`.repeat(500)));
  const hashes = await store.blobs.writeMany(contents);
  const first = store.db.transaction(() => {
    const ids = hashes.map((hash) => insertVersion(hash));
    store.settings.update({ operator: `${round} ${count}` });
    return ids[0];
  });
  writeSync(1, `${first}\n`);
}

function insertVersion(hash: string): number {
  const { next } = store.db.get<{ next: number }>(
    'SELECT coalesce(max(version), 0) + 1 AS next FROM model_version',
  ) ?? { next: 1 };
  store.db.run(
    `INSERT INTO model_version (name, version, architecture, class_names, image_size, blob_hash, size_bytes, created_at)
     VALUES ('leaf', ?, 'classifier-nano', '[]', 64, ?, 0, 0)`,
    [next, hash],
  );
  return next;
}
