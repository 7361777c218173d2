/** Whole copies of the database: taken, listed, thinned out. */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../../src-preload/contract/system.ts';
import type { Clock } from '../base/clock.ts';
import { createId } from '../base/ids.ts';
import type { Database } from './connection.ts';
import { makeFolder, syncFileNow, syncFolderNow } from './durable-files.ts';
import type { StoreFolder } from './folder.ts';
import { listDatabaseProblems } from './integrity.ts';
import { withStoreErrorsSync } from './store-error.ts';

export type SnapshotReason = 'manual' | 'daily' | 'upgrade';

/** Kept by `pruneSnapshots`. */
export const keptSnapshots = 10;
const dayMs = 24 * 60 * 60_000;
const namePattern = /^station-(\d+)-([a-z]+)\.db$/;

/** Copies between the station's other work; the copy is durable, and good, when the promise resolves. */
export async function createSnapshot(
  db: Database,
  folder: StoreFolder,
  clock: Clock,
  reason: SnapshotReason,
): Promise<Snapshot> {
  const temporary = prepareTemporary(folder, clock);
  try {
    await db.backup(temporary);
    return keep(temporary, folder, clock, reason);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The same in one blocking step, for the moment before an upgrade, when nothing else runs. */
export function createSnapshotNow(
  db: Database,
  folder: StoreFolder,
  clock: Clock,
  reason: SnapshotReason,
): Snapshot {
  const temporary = prepareTemporary(folder, clock);
  try {
    db.run('VACUUM INTO ?', [temporary]);
    return keep(temporary, folder, clock, reason);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Newest first. `file` is the absolute path. */
export function listSnapshots(folder: StoreFolder): Snapshot[] {
  return readNames(folder)
    .flatMap((name) => toSnapshot(folder, name) ?? [])
    .sort((a, b) => b.createdAt - a.createdAt);
}

/** The newest copy in which SQLite finds nothing wrong. */
export function findIntactSnapshot(folder: StoreFolder): Snapshot | undefined {
  return listSnapshots(folder).find(({ file }) => isIntact(file));
}

/** Whether the newest copy is older than a day. */
export function isSnapshotDue(folder: StoreFolder, clock: Clock): boolean {
  const newest = listSnapshots(folder)[0];
  return newest === undefined || clock.now() - newest.createdAt >= dayMs;
}

/** Removes all but the newest, and what interrupted copies left. */
export function pruneSnapshots(folder: StoreFolder, clock: Clock, keptCount = keptSnapshots): void {
  for (const { file } of listSnapshots(folder).slice(keptCount)) rmSync(file, { force: true });
  for (const name of readNames(folder).filter((name) => name.endsWith('.tmp'))) {
    const file = join(folder.snapshots, name);
    if (clock.now() - statSync(file).mtimeMs > dayMs) rmSync(file, { force: true });
  }
}

function isIntact(file: string): boolean {
  try {
    return listDatabaseProblems(file).length === 0;
  } catch {
    return false;
  }
}

function prepareTemporary(folder: StoreFolder, clock: Clock): string {
  const temporary = join(folder.snapshots, `${createId(clock)}.tmp`);
  withStoreErrorsSync(folder.snapshots, () => makeFolder(folder.snapshots));
  return temporary;
}

function keep(temporary: string, folder: StoreFolder, clock: Clock, reason: SnapshotReason): Snapshot {
  return withStoreErrorsSync(folder.snapshots, () => {
    const name = `station-${clock.now()}-${reason}.db`;
    syncFileNow(temporary);
    renameSync(temporary, join(folder.snapshots, name));
    syncFolderNow(folder.snapshots);
    const snapshot = toSnapshot(folder, name);
    if (!snapshot) throw new Error(`bug: ${name} is not the name of a snapshot`);
    return snapshot;
  });
}

function toSnapshot(folder: StoreFolder, name: string): Snapshot | undefined {
  const [, createdAt, reason] = namePattern.exec(name) ?? [];
  if (createdAt === undefined || reason === undefined) return undefined;
  const file = join(folder.snapshots, name);
  return { file, createdAt: Number(createdAt), sizeBytes: statSync(file).size, reason };
}

function readNames(folder: StoreFolder): string[] {
  try {
    return readdirSync(folder.snapshots);
  } catch {
    return [];
  }
}
