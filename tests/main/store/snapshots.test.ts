/** Copies of the database, damage to it, and the way back. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isCancellation } from '../../../src-main/base/cancellation.ts';
import { systemClock } from '../../../src-main/base/clock.ts';
import { restoreSnapshot } from '../../../src-main/store/restore.ts';
import { createSnapshotNow, listSnapshots, pruneSnapshots } from '../../../src-main/store/snapshots.ts';
import { openStore, type Store } from '../../../src-main/store/store.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

function open(dataDir: string): Store {
  const store = openStore(dataDir, { create: true });
  onTestFinished(() => store.close());
  return store;
}

const nameOf = (store: Store) => store.settings.read().stationName;

/** Overwrites pages in the middle of the file, behind the header. */
function damage(file: string): void {
  const content = readFileSync(file);
  content.fill(0xa5, 4096 * 2, 4096 * 12);
  writeFileSync(file, content);
}

/** A station, closed, with a snapshot that says "before" and a database that says "after". */
async function createStationWithSnapshot(): Promise<{ dataDir: string; store: Store; snapshot: string }> {
  const dataDir = createTemporaryFolder();
  const store = open(dataDir);
  store.settings.update({ stationName: 'before' });
  const { file } = await store.maintenance.createSnapshot();
  store.settings.update({ stationName: 'after' });
  store.close();
  return { dataDir, store, snapshot: file };
}

test('a snapshot holds what was committed, beside a station that goes on writing', async () => {
  const store = open(createTemporaryFolder());
  store.settings.update({ stationName: 'before' });
  const copying = store.maintenance.createSnapshot();
  store.settings.update({ operator: 'someone else' });
  const snapshot = await copying;
  expect(store.maintenance.listSnapshots()).toEqual([snapshot]);
  expect(snapshot).toMatchObject({ reason: 'manual', sizeBytes: expect.any(Number) });
  expect(existsSync(`${snapshot.file}-wal`)).toBe(false);
});

test('a restore brings back the snapshot, and keeps aside what was there', async () => {
  const { dataDir, snapshot } = await createStationWithSnapshot();
  const { aside } = restoreSnapshot(dataDir, snapshot, systemClock);
  const store = open(dataDir);
  expect(nameOf(store)).toBe('before');
  expect(await store.maintenance.checkIntegrity({ isDeep: true })).toMatchObject({
    integrity: 'ok',
    problems: [],
  });
  store.close();
  expect(existsSync(join(aside ?? '', 'station.db'))).toBe(true);
  expect(restoreSnapshot(dataDir, join(aside ?? '', 'station.db'), systemClock).aside).not.toBe(aside);
  expect(nameOf(open(dataDir))).toBe('after');
});

test('a bare file name means a file of the snapshots folder; one that is not there is told', async () => {
  const { dataDir, snapshot } = await createStationWithSnapshot();
  const bare = snapshot.split('/').at(-1) ?? '';
  expect(restoreSnapshot(dataDir, bare, systemClock).snapshot).toBe(snapshot);
  const missing = () => restoreSnapshot(dataDir, 'station-1-manual.db', systemClock);
  expect(missing).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

test('a restore into a running station is refused', async () => {
  const { dataDir, snapshot } = await createStationWithSnapshot();
  open(dataDir);
  const restore = () => restoreSnapshot(dataDir, snapshot, systemClock);
  expect(restore).toThrow(expect.objectContaining({ code: 'STATION_IN_USE' }));
});

test('a damaged snapshot is refused and the database left alone', async () => {
  const { dataDir, snapshot } = await createStationWithSnapshot();
  damage(snapshot);
  const restore = () => restoreSnapshot(dataDir, snapshot, systemClock);
  expect(restore).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
  expect(nameOf(open(dataDir))).toBe('after');
});

test('a restore that was interrupted after its point of no return is completed at the next start', async () => {
  const { dataDir, store, snapshot } = await createStationWithSnapshot();
  writeFileSync(`${store.folder.database}.restored`, readFileSync(snapshot));
  expect(nameOf(open(dataDir))).toBe('before');
});

const damages: readonly (readonly [string, (file: string) => void])[] = [
  ['overwritten', (file) => writeFileSync(file, 'this is no database, it is a shopping list '.repeat(500))],
  ['removed', (file) => rmSync(file)],
];

test.each(damages)(
  'a database that was %s names the newest intact snapshot at the start',
  async (_how, harm) => {
    const { dataDir, store, snapshot } = await createStationWithSnapshot();
    writeFileSync(
      join(store.folder.snapshots, `station-${Date.now() + 1000}-daily.db`),
      'no database either',
    );
    harm(store.folder.database);
    expect(() => openStore(dataDir, { create: true })).toThrow(
      expect.objectContaining({
        code: 'STORE_CORRUPT',
        message: expect.stringContaining(`--restore ${snapshot}`),
        data: expect.objectContaining({ snapshot }),
      }),
    );
    restoreSnapshot(dataDir, snapshot, systemClock);
    expect(nameOf(open(dataDir))).toBe('before');
  },
);

test('after a crash the whole file is looked through, so silent damage is told before it spreads', async () => {
  const { dataDir, store, snapshot } = await createStationWithSnapshot();
  damage(store.folder.database);
  writeFileSync(store.folder.presence, JSON.stringify({ pid: 1, host: 'headless', startedAt: 0 }));
  expect(() => openStore(dataDir, { create: false })).toThrow(
    expect.objectContaining({ code: 'STORE_CORRUPT', message: expect.stringContaining(snapshot) }),
  );
});

test('the check tells damaged tables, rows that point nowhere, and blobs that are gone or changed', async () => {
  const store = open(createTemporaryFolder());
  const hash = await store.blobs.write(Buffer.from('a model'));
  store.db.execute("INSERT INTO registered_model VALUES ('leaf', 0)");
  const insert = `INSERT INTO model_version (name, version, architecture, class_names, image_size, blob_hash, size_bytes, created_at)
    VALUES ('leaf', ?, 'classifier-nano', '[]', 64, ?, 7, 0)`;
  store.db.run(insert, [1, hash]);
  store.db.run(insert, [2, 'f'.repeat(64)]);
  const check = (isDeep: boolean) => store.maintenance.checkIntegrity({ isDeep });
  expect((await check(true)).problems).toEqual([`blob ${'f'.repeat(64)} is missing`]);

  store.db.run('DELETE FROM model_version WHERE version = 2');
  truncateSync(store.blobs.pathOf(hash), 3);
  expect((await check(false)).integrity).toBe('ok');
  expect((await check(true)).problems).toEqual([`blob ${hash} does not match its hash`]);

  store.db.execute('PRAGMA foreign_keys = OFF; DELETE FROM registered_model');
  expect(await check(false)).toMatchObject({
    integrity: 'damaged',
    problems: [expect.stringContaining('registered_model')],
  });
  expect(store.maintenance.integrity.integrity).toBe('damaged');
});

test('upkeep takes one snapshot a day and keeps the newest ten', async () => {
  const store = open(createTemporaryFolder());
  await store.maintenance.maintain();
  await store.maintenance.maintain();
  expect(store.maintenance.listSnapshots().map(({ reason }) => reason)).toEqual(['daily']);
  for (let at = 1; at <= 12; at++) {
    createSnapshotNow(store.db, store.folder, { ...systemClock, now: () => at }, 'manual');
  }
  pruneSnapshots(store.folder, systemClock);
  const kept = listSnapshots(store.folder);
  expect(kept).toHaveLength(10);
  expect(kept.map(({ createdAt }) => createdAt).slice(1)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4]);
});

test('the check tells of more problems than a call can have arguments, and names only the first', async () => {
  const store = open(createTemporaryFolder());
  store.db.execute(`PRAGMA foreign_keys = OFF;
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 150000)
    INSERT INTO job_log (job_id, at, level, message) SELECT 'nobody', 0, 'info', '' FROM number`);
  const { problems } = await store.maintenance.checkIntegrity({ isDeep: false });
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toBe('and 149950 more');
});

test('a store that is closed while it is copied calls the copy off and leaves no half of it', async () => {
  const store = open(createTemporaryFolder());
  store.db.execute(`WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)
    INSERT INTO setting SELECT 'key ' || n, json_quote(hex(randomblob(2000))) FROM number`);
  const copying = store.maintenance.createSnapshot().catch((error: unknown) => error);
  store.close();
  expect(isCancellation(await copying)).toBe(true);
  expect(readdirSync(store.folder.snapshots)).toEqual([]);
});
