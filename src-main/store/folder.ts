/** Where everything lies inside a data folder. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder, syncFolderNow } from './durable-files.ts';
import { withStoreErrorsSync } from './store-error.ts';

export interface StoreFolder {
  readonly dir: string;
  readonly database: string;
  readonly lock: string;
  readonly presence: string;
  readonly blobs: string;
  readonly snapshots: string;
  /** What a restore put aside. */
  readonly damaged: string;
  /** Files on their way in; may be emptied whenever no upload is open. */
  readonly staging: string;
  readonly logs: string;
}

export function locateFolder(dataDir: string): StoreFolder {
  const dir = resolve(dataDir);
  return {
    dir,
    database: join(dir, 'station.db'),
    lock: join(dir, 'station.lock'),
    presence: join(dir, 'station.json'),
    blobs: join(dir, 'blobs'),
    snapshots: join(dir, 'snapshots'),
    damaged: join(dir, 'damaged'),
    staging: join(dir, 'staging'),
    logs: join(dir, 'logs'),
  };
}

/** @throws {AppError} STORE_READ_ONLY, STORE_DISK_FULL */
export function createFolder(folder: StoreFolder): void {
  withStoreErrorsSync(folder.dir, () => {
    const isNew = !existsSync(folder.dir);
    for (const dir of [folder.dir, folder.blobs, folder.snapshots, folder.staging]) makeFolder(dir);
    if (isNew) syncFolderNow(dirname(folder.dir));
  });
}
