/** Puts a snapshot in the place of a damaged database; an interruption leaves the old one or the new one, whole. */
import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { AppError } from '../base/app-error.ts';
import type { Clock } from '../base/clock.ts';
import { openDatabaseForReading } from './connection.ts';
import { copyFileDurably, makeFolder, syncFolderNow } from './durable-files.ts';
import { locateFolder, type StoreFolder } from './folder.ts';
import { listDatabaseProblems } from './integrity.ts';
import { assertNotFromFuture } from './migrate.ts';
import { acquireStationLock } from './station-lock.ts';
import { withStoreErrorsSync } from './store-error.ts';

export interface Restoration {
  readonly snapshot: string;
  /** The folder that keeps the database as it was, undefined where there was none. */
  readonly aside: string | undefined;
}

const databaseSuffixes = ['', '-wal', '-shm'] as const;

/**
 * For a station that does not run; it may be opened right after.
 * @param file a path, or the bare name of a file in the snapshots folder.
 * @throws {AppError} STATION_IN_USE, NOT_FOUND, STORE_CORRUPT (the snapshot itself is damaged), STORE_FROM_FUTURE
 */
export function restoreSnapshot(dataDir: string, file: string, clock: Clock): Restoration {
  const folder = locateFolder(dataDir);
  const snapshot = isAbsolute(file) || existsSync(file) ? file : join(folder.snapshots, basename(file));
  assertRestorable(snapshot);
  const lock = acquireStationLock(folder.dir, { pid: process.pid, host: 'cli', startedAt: clock.now() });
  try {
    return withStoreErrorsSync(folder.dir, () => {
      copyFileDurably(snapshot, `${incoming(folder)}.tmp`);
      const aside = keepAside(folder, clock);
      renameSync(`${incoming(folder)}.tmp`, incoming(folder));
      syncFolderNow(folder.dir);
      finishRestore(folder);
      return { snapshot, aside };
    });
  } finally {
    lock.release();
  }
}

/** Completes a restore that was interrupted after its point of no return; called with the lock held, before opening. */
export function finishRestore(folder: StoreFolder): void {
  if (!existsSync(incoming(folder))) return;
  withStoreErrorsSync(folder.dir, () => {
    for (const suffix of ['-wal', '-shm']) rmSync(folder.database + suffix, { force: true });
    syncFolderNow(folder.dir);
    renameSync(incoming(folder), folder.database);
    syncFolderNow(folder.dir);
  });
}

function incoming(folder: StoreFolder): string {
  return `${folder.database}.restored`;
}

function assertRestorable(snapshot: string): void {
  if (!existsSync(snapshot)) {
    throw new AppError('NOT_FOUND', `there is no snapshot ${snapshot}`, { data: { file: snapshot } });
  }
  const problems = listDatabaseProblems(snapshot);
  if (problems.length > 0) {
    throw new AppError(
      'STORE_CORRUPT',
      `the snapshot ${snapshot} is damaged itself (${problems[0]}): choose another`,
      {
        data: { file: snapshot, problems },
      },
    );
  }
  const db = openDatabaseForReading(snapshot);
  try {
    assertNotFromFuture(db);
  } finally {
    db.close();
  }
}

/** A second name for the same bytes costs nothing; the database's own name is then free to change hands. */
function keepAside(folder: StoreFolder, clock: Clock): string | undefined {
  const present = databaseSuffixes
    .map((suffix) => folder.database + suffix)
    .filter((file) => existsSync(file));
  if (present.length === 0) return undefined;
  const aside = join(folder.damaged, String(clock.now()));
  makeFolder(aside);
  for (const file of present) linkOrCopy(file, join(aside, basename(file)));
  syncFolderNow(aside);
  syncFolderNow(folder.damaged);
  return aside;
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileDurably(from, to);
  }
}
