/** Removes blobs that nothing refers to, neither the station's rows nor its snapshots. */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobHash } from '../../src-preload/contract/ids.ts';
import type { Clock } from '../base/clock.ts';
import { readSparedBlobs } from './blob-references.ts';
import { type BlobStore, temporaryBlobs } from './blobs.ts';
import { openDatabaseForReading, type ReadableDatabase } from './connection.ts';
import type { StoreFolder } from './folder.ts';
import { listSnapshots } from './snapshots.ts';
import { withStoreErrors } from './store-error.ts';

export interface GarbageCollection {
  readonly db: ReadableDatabase;
  readonly blobs: BlobStore;
  readonly folder: StoreFolder;
  readonly clock: Clock;
  /** A blob written, or written again, more recently than this is spared: its row may be on the way. */
  readonly graceMs: number;
}

export interface GarbageReport {
  readonly removed: number;
  readonly removedBytes: number;
}

export async function collectGarbage(collection: GarbageCollection): Promise<GarbageReport> {
  const { db, blobs, folder } = collection;
  return withStoreErrors(folder.blobs, async () => {
    const spared = await readSparedBlobs(db);
    for (const { file } of listSnapshots(folder)) await addSparedBySnapshot(spared, file);
    let removed = 0;
    let removedBytes = 0;
    for await (const hash of blobs.list()) {
      if (spared.has(hash)) continue;
      const sizeBytes = await removeIfOld(collection, hash);
      if (sizeBytes === undefined) continue;
      removed += 1;
      removedBytes += sizeBytes;
    }
    await removeOldTemporaries(collection);
    return { removed, removedBytes };
  });
}

/** A damaged snapshot can not be restored, so what it refers to need not be kept for it. */
async function addSparedBySnapshot(spared: Set<BlobHash>, file: string): Promise<void> {
  try {
    const db = openDatabaseForReading(file);
    try {
      for (const hash of await readSparedBlobs(db)) spared.add(hash);
    } finally {
      db.close();
    }
  } catch {
    return;
  }
}

/**
 * Taken out of its place first and looked at again there: a writer that has meanwhile found the blob in its
 * place, and set its time, gets it back; one that comes later finds none and writes it anew.
 */
async function removeIfOld(collection: GarbageCollection, hash: BlobHash): Promise<number | undefined> {
  const file = collection.blobs.pathOf(hash);
  if (!(await isOld(collection, file))) return undefined;
  const aside = join(temporaryBlobs(collection.blobs.dir), hash);
  await rename(file, aside);
  if (!(await isOld(collection, aside))) {
    await rename(aside, file);
    return undefined;
  }
  const { size } = await stat(aside);
  await rm(aside, { force: true });
  return size;
}

/** What killed writers left behind. */
async function removeOldTemporaries(collection: GarbageCollection): Promise<void> {
  const dir = temporaryBlobs(collection.blobs.dir);
  for (const name of await readdir(dir).catch(() => [])) {
    const file = join(dir, name);
    if (await isOld(collection, file)) await rm(file, { force: true });
  }
}

async function isOld({ clock, graceMs }: GarbageCollection, file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && clock.now() - found.mtimeMs > graceMs;
}
