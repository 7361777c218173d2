/** Blobs: named by content, never seen half written, never lost to a collection. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src-main/base/clock.ts';
import { collectGarbage } from '../../../src-main/store/blob-garbage.ts';
import { type BlobStore, createBlobStore } from '../../../src-main/store/blobs.ts';
import { openStore, type Store } from '../../../src-main/store/store.ts';
import type { BlobHash, JobId } from '../../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

const bytes = (text: string) => Buffer.from(text);
const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

async function listAll(blobs: BlobStore): Promise<BlobHash[]> {
  const hashes: BlobHash[] = [];
  for await (const hash of blobs.list()) hashes.push(hash);
  return hashes;
}

test('bytes, streams and files of the same content are one blob under its sha-256', async () => {
  const blobs = createBlobStore(join(createTemporaryFolder(), 'blobs'));
  const content = bytes('a leaf');
  const file = join(createTemporaryFolder(), 'leaf with "quotes"\n.jpg');
  writeFileSync(file, content);
  async function* stream() {
    yield content.subarray(0, 2);
    yield content.subarray(2);
  }
  const hashes = [await blobs.write(content), await blobs.writeStream(stream()), await blobs.writeFile(file)];
  expect(new Set(hashes)).toEqual(new Set([hashOf(content)]));
  const hash = hashes[0] as BlobHash;
  expect(await blobs.read(hash)).toEqual(content);
  expect(await blobs.has(hash)).toBe(true);
  expect(await blobs.readSizeBytes(hash)).toBe(content.length);
  expect(await listAll(blobs)).toEqual([hash]);
  expect(readdirSync(join(blobs.dir, 'tmp'))).toEqual([]);
});

test('a thousand writes at once, many of them equal, neither collide nor run out of files', async () => {
  const blobs = createBlobStore(join(createTemporaryFolder(), 'blobs'));
  const contents = Array.from({ length: 1_000 }, (_, index) => bytes(`leaf ${index % 700}`));
  const hashes = await Promise.all(contents.map((content) => blobs.write(content)));
  expect(hashes).toEqual(contents.map(hashOf));
  expect(await blobs.measure()).toMatchObject({ blobs: 700 });
});

test('a batch answers in the order of its contents', async () => {
  const blobs = createBlobStore(join(createTemporaryFolder(), 'blobs'));
  const contents = Array.from({ length: 300 }, (_, index) => bytes(`leaf ${index % 250}`));
  expect(await blobs.writeMany(contents)).toEqual(contents.map(hashOf));
  expect(await blobs.writeMany([])).toEqual([]);
});

test('a stream that breaks leaves no blob and no rest', async () => {
  const blobs = createBlobStore(join(createTemporaryFolder(), 'blobs'));
  async function* broken() {
    yield bytes('half a leaf');
    throw new Error('the cable was pulled');
  }
  await expect(blobs.writeStream(broken())).rejects.toThrow('the cable was pulled');
  expect(await blobs.measure()).toEqual({ blobs: 0, sizeBytes: 0 });
  expect(readdirSync(join(blobs.dir, 'tmp'))).toEqual([]);
});

test('a blob that is gone is told by its hash, one that is cut short is found and healed by the next write', async () => {
  const blobs = createBlobStore(join(createTemporaryFolder(), 'blobs'));
  const hash = await blobs.write(bytes('a leaf'));
  expect(await blobs.verify(hash)).toBe('intact');
  truncateSync(blobs.pathOf(hash), 3);
  expect(await blobs.verify(hash)).toBe('damaged');
  await blobs.write(bytes('a leaf'));
  expect(await blobs.verify(hash)).toBe('intact');
  rmSync(blobs.pathOf(hash));
  expect(await blobs.verify(hash)).toBe('missing');
  await expect(blobs.read(hash)).rejects.toMatchObject({ code: 'BLOB_MISSING', data: { hash } });
});

test('an error of the file that is read is not taken for one of the store', async () => {
  const blobs = createBlobStore(join(createTemporaryFolder(), 'blobs'));
  await expect(blobs.writeFile('/nowhere/leaf.jpg')).rejects.toMatchObject({ code: 'ENOENT' });
  async function* forbidden(): AsyncIterable<Uint8Array> {
    yield bytes('half');
    throw Object.assign(new Error('not yours'), { code: 'EACCES' });
  }
  await expect(blobs.writeStream(forbidden())).rejects.toMatchObject({ code: 'EACCES' });
});

const hourMs = 60 * 60_000;

function createStoreWithBlobs(): Store {
  const store = openStore(createTemporaryFolder(), { create: true });
  onTestFinished(() => store.close());
  return store;
}

async function writeOld(store: Store, text: string): Promise<BlobHash> {
  const hash = await store.blobs.write(bytes(text));
  const old = new Date(Date.now() - 2 * hourMs);
  utimesSync(store.blobs.pathOf(hash), old, old);
  return hash;
}

const collect = (store: Store) => collectGarbage({ ...store, clock: systemClock, graceMs: hourMs });

/** An evaluation's model is a reference that needs no other rows than a dataset version. */
function refer(store: Store, hash: BlobHash): void {
  store.db.execute(`
    INSERT OR IGNORE INTO dataset (id, name, created_at) VALUES (1, 'leaf', 0);
    INSERT OR IGNORE INTO dataset_version (dataset_id, version, seed, class_names, train_count, val_count, test_count, digest, created_at)
    VALUES (1, 1, 0, '[]', 0, 0, 0, '', 0)`);
  store.db.run(
    `INSERT INTO evaluation (id, model_hash, model_label, dataset_id, dataset_version, split, request, created_at)
     VALUES (?, ?, 'leaf/1', 1, 1, 'test', '{}', 0)`,
    [hash, hash],
  );
}

test('garbage is what is old and referred to by no row, no snapshot and no waiting job', async () => {
  const store = createStoreWithBlobs();
  const [garbage, referred, bySnapshot, byJob] = await Promise.all(
    ['garbage', 'referred', 'by snapshot', 'by job'].map((text) => writeOld(store, text)),
  );
  const fresh = await store.blobs.write(bytes('fresh'));
  if (!garbage || !referred || !bySnapshot || !byJob) throw new Error('bug: four were written');
  refer(store, bySnapshot);
  await store.maintenance.createSnapshot();
  store.db.run('DELETE FROM evaluation');
  refer(store, referred);
  const request = { file: byJob };
  store.jobs.insert({ id: 'j' as JobId, kind: 'evaluate', subject: 's', title: 't', request, createdAt: 0 });

  expect(await collect(store)).toEqual({ removed: 1, removedBytes: 'garbage'.length });
  const left = await listAll(store.blobs);
  expect(new Set(left)).toEqual(new Set([referred, bySnapshot, byJob, fresh]));
});

test('writing a blob again keeps the collection away from it', async () => {
  const store = createStoreWithBlobs();
  const hash = await writeOld(store, 'a leaf');
  await store.blobs.write(bytes('a leaf'));
  await collect(store);
  expect(await store.blobs.has(hash)).toBe(true);
});

test('collections beside writers of the same blobs lose none that a write has returned', async () => {
  const store = createStoreWithBlobs();
  const texts = Array.from({ length: 40 }, (_, index) => `leaf ${index}`);
  for (let round = 0; round < 5; round++) {
    await Promise.all(texts.map((text) => writeOld(store, text)));
    const written = texts.map((text) => store.blobs.write(bytes(text)));
    await Promise.all([collect(store), ...written]);
    const states = await Promise.all((await Promise.all(written)).map((hash) => store.blobs.verify(hash)));
    expect(new Set(states)).toEqual(new Set(['intact']));
  }
});

test('a blob is discarded at once, unless a row, a snapshot or a waiting job needs it', async () => {
  const store = createStoreWithBlobs();
  const texts = ['superseded', 'referred', 'by snapshot', 'by job'];
  const hashes = await store.blobs.writeMany(texts.map(bytes));
  const [superseded, referred, bySnapshot, byJob] = hashes;
  if (!superseded || !referred || !bySnapshot || !byJob) throw new Error('bug: four were written');
  refer(store, bySnapshot);
  await store.maintenance.createSnapshot();
  store.db.run('DELETE FROM evaluation');
  refer(store, referred);
  const request = { file: byJob };
  store.jobs.insert({ id: 'j' as JobId, kind: 'evaluate', subject: 's', title: 't', request, createdAt: 0 });

  for (const hash of hashes) await store.maintenance.discardBlob(hash);
  await store.maintenance.discardBlob(superseded);
  expect(new Set(await listAll(store.blobs))).toEqual(new Set([referred, bySnapshot, byJob]));
  expect(readdirSync(join(store.blobs.dir, 'tmp'))).toEqual([]);
});

test('what killed writers left behind is removed once it is old', async () => {
  const store = createStoreWithBlobs();
  const dir = join(store.blobs.dir, 'tmp');
  mkdirSync(dir, { recursive: true });
  const old = new Date(Date.now() - 2 * hourMs);
  for (const name of ['old', 'new']) writeFileSync(join(dir, name), 'half');
  utimesSync(join(dir, 'old'), old, old);
  await collect(store);
  expect(readdirSync(dir)).toEqual(['new']);
});
