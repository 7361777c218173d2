/** Opens the station's own database: completes a restore, tells damage, upgrades the schema behind a snapshot. */
import { existsSync } from 'node:fs';
import { AppError } from '../base/app-error.ts';
import type { Clock } from '../base/clock.ts';
import { type Database, openDatabase } from './connection.ts';
import { syncFolderNow } from './durable-files.ts';
import type { StoreFolder } from './folder.ts';
import { listDatabaseProblems } from './integrity.ts';
import { migrate, readSchemaVersion } from './migrate.ts';
import { finishRestore } from './restore.ts';
import { createSnapshotNow, findIntactSnapshot, listSnapshots } from './snapshots.ts';

export interface OpenDatabaseOptions {
  readonly create: boolean;
  readonly clock: Clock;
  /** Look through the whole file first: the station before this one was killed. */
  readonly isAfterCrash: boolean;
}

/**
 * With the station's lock held.
 * @throws {AppError} STATION_NOT_INITIALIZED, STORE_CORRUPT with the newest intact snapshot, STORE_FROM_FUTURE
 */
export function openStationDatabase(folder: StoreFolder, options: OpenDatabaseOptions): Database {
  finishRestore(folder);
  assertThere(folder, options.create);
  if (options.isAfterCrash && existsSync(folder.database)) assertIntact(folder);
  const db = open(folder);
  try {
    if (!options.create && readSchemaVersion(db) === 0) throw notInitialized(folder);
    const isNew = readSchemaVersion(db) === 0;
    migrate(db, { beforeUpgrade: () => createSnapshotNow(db, folder, options.clock, 'upgrade') });
    if (isNew) syncFolderNow(folder.dir);
    return db;
  } catch (error) {
    db.close();
    throw told(folder, error);
  }
}

export function notInitialized(folder: StoreFolder): AppError {
  return new AppError(
    'STATION_NOT_INITIALIZED',
    `there is no station in ${folder.dir}: run \`init --data-dir ${folder.dir}\` first`,
    { data: { dataDir: folder.dir } },
  );
}

/** A database that is gone while its snapshots are there is damage, not a folder waiting for `init`. */
function assertThere(folder: StoreFolder, create: boolean): void {
  if (existsSync(folder.database)) return;
  if (listSnapshots(folder).length > 0) throw damaged(folder, ['the file is not there']);
  if (!create) throw notInitialized(folder);
}

function assertIntact(folder: StoreFolder): void {
  const problems = listDatabaseProblems(folder.database);
  if (problems.length > 0) throw damaged(folder, problems);
}

function open(folder: StoreFolder): Database {
  try {
    return openDatabase(folder.database);
  } catch (error) {
    throw told(folder, error);
  }
}

function told(folder: StoreFolder, error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'STORE_CORRUPT') return error;
  return damaged(folder, [error.message], error);
}

function damaged(folder: StoreFolder, problems: readonly string[], cause?: unknown): AppError {
  const snapshot = findIntactSnapshot(folder);
  const advice = snapshot
    ? `restore the snapshot of ${new Date(snapshot.createdAt).toISOString()} with \`doctor --data-dir ${folder.dir} --restore ${snapshot.file}\``
    : 'there is no intact snapshot of it; bring the file back from a copy of the folder';
  return new AppError(
    'STORE_CORRUPT',
    `the database ${folder.database} is damaged (${problems[0]}): ${advice}`,
    {
      data: { path: folder.database, problems: problems.slice(0, 20), snapshot: snapshot?.file },
      cause,
    },
  );
}
