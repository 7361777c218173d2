/** Removes blobs that nothing refers to, neither the station's rows nor its snapshots. */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlobHash } from '../../src-preload/contract/ids.ts';
import type { Clock } from '../base/clock.ts';
import { isReferred, readSparedBlobs } from './blob-references.ts';
import { type BlobStore, temporaryBlobs } from './blobs.ts';
import { openDatabaseForReading, type ReadableDatabase } from './connection.ts';
import type { StoreFolder } from './folder.ts';
import { listSnapshots } from './snapshots.ts';
import { codeOf, withStoreErrors } from './store-error.ts';

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
      const sizeBytes = await removeIf(blobs, hash, (file) => isOld(collection, file));
      if (sizeBytes === undefined) continue;
      removed += 1;
      removedBytes += sizeBytes;
    }
    await removeOldTemporaries(collection);
    return { removed, removedBytes };
  });
}

/**
 * Removes one blob at once, to be called when the row that had it points elsewhere: a checkpoint is as large as all
 * of a small station's pictures, and there is one for each epoch. It stays where another row or a snapshot needs it,
 * or where it is being written again; a kill on the way leaves garbage that the collection takes.
 * @param hash of a blob that is no picture
 * @returns whether it was removed
 */
export async function discardBlob(
  { db, blobs, folder }: Omit<GarbageCollection, 'clock' | 'graceMs'>,
  hash: BlobHash,
): Promise<boolean> {
  const written = await readModifiedAt(blobs.pathOf(hash));
  if (written === undefined || isReferred(db, hash)) return false;
  for (const { file } of listSnapshots(folder)) {
    await nextTurn();
    if (isNeededBySnapshot(file, hash)) return false;
  }
  const isUntouched = async (file: string) => (await readModifiedAt(file)) === written;
  return (await removeIf(blobs, hash, isUntouched)) !== undefined;
}

/** One that can not be read can not be restored. */
function isNeededBySnapshot(file: string, hash: BlobHash): boolean {
  try {
    const db = openDatabaseForReading(file);
    try {
      return isReferred(db, hash);
    } finally {
      db.close();
    }
  } catch {
    return false;
  }
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
 * @returns its size, undefined where it stays
 */
async function removeIf(
  blobs: BlobStore,
  hash: BlobHash,
  isUnused: (file: string) => Promise<boolean>,
): Promise<number | undefined> {
  const file = blobs.pathOf(hash);
  if (!(await isUnused(file))) return undefined;
  const aside = join(temporaryBlobs(blobs.dir), hash);
  if (!(await moveIfThere(file, aside))) return undefined;
  if (!(await isUnused(aside))) {
    await rename(aside, file);
    return undefined;
  }
  const { size } = await stat(aside);
  await rm(aside, { force: true });
  return size;
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
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
  const modifiedAt = await readModifiedAt(file);
  return modifiedAt !== undefined && clock.now() - modifiedAt > graceMs;
}

async function readModifiedAt(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.mtimeMs;
}
