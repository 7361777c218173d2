/** The store of a station: opens a data folder, holds its lock, and gives out its tables and blobs. */
import { existsSync } from 'node:fs';
import { AppError } from '../base/app-error.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { type BlobStore, createBlobStore } from './blobs.ts';
import { type Database, openDatabase } from './connection.ts';
import { createFolder, locateFolder, type StoreFolder } from './folder.ts';
import { migrate, readSchemaVersion } from './migrate.ts';
import type { Presence } from './presence.ts';
import { acquireStationLock, type StationLock } from './station-lock.ts';
import { createJobsTable } from './tables/jobs.ts';
import { createSettingsTable } from './tables/settings.ts';

export interface OpenStoreOptions {
  /** Make the data folder and the database where they are not there yet. */
  readonly create: boolean;
  /** Told to others that find the folder in use; `cli` by default. */
  readonly host?: Presence['host'];
  readonly clock?: Clock;
}

export type Store = ReturnType<typeof createStore>;

/**
 * @throws {AppError} STATION_NOT_INITIALIZED, STATION_IN_USE, STORE_FROM_FUTURE, STORE_CORRUPT, STORE_READ_ONLY,
 * STORE_DISK_FULL
 */
export function openStore(dataDir: string, options: OpenStoreOptions): Store {
  const folder = locateFolder(dataDir);
  if (!options.create && !existsSync(folder.database)) throw notInitialized(folder);
  createFolder(folder);
  const clock = options.clock ?? systemClock;
  const lock = acquireStationLock(folder.dir, {
    pid: process.pid,
    host: options.host ?? 'cli',
    startedAt: clock.now(),
  });
  try {
    return createStore(folder, openStationDatabase(folder, options.create), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whether `openStore` would find a station here without `create`. */
export function isInitialized(dataDir: string): boolean {
  return existsSync(locateFolder(dataDir).database);
}

function openStationDatabase(folder: StoreFolder, create: boolean): Database {
  const db = openDatabase(folder.database);
  try {
    if (!create && readSchemaVersion(db) === 0) throw notInitialized(folder);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function createStore(folder: StoreFolder, db: Database, lock: StationLock) {
  const blobs: BlobStore = createBlobStore(folder.blobs);
  let isClosed = false;
  return {
    folder,
    db,
    blobs,
    settings: createSettingsTable(db),
    jobs: createJobsTable(db),
    close(): void {
      if (isClosed) return;
      isClosed = true;
      db.close();
      lock.release();
    },
  };
}

function notInitialized(folder: StoreFolder): AppError {
  return new AppError(
    'STATION_NOT_INITIALIZED',
    `there is no station in ${folder.dir}: run \`init --data-dir ${folder.dir}\` first`,
    { data: { dataDir: folder.dir } },
  );
}
