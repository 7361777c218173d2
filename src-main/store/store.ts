/** The store of a station: opens a data folder, holds its lock, and gives out its tables and blobs. */
import { existsSync } from 'node:fs';
import { type Clock, systemClock } from '../base/clock.ts';
import { type BlobStore, createBlobStore } from './blobs.ts';
import type { Database } from './connection.ts';
import { createFolder, locateFolder, type StoreFolder } from './folder.ts';
import { createMaintenance } from './maintenance.ts';
import { notInitialized, openStationDatabase } from './open-database.ts';
import type { Presence } from './presence.ts';
import { acquireStationLock, type StationLock } from './station-lock.ts';
import { createAnnotationsTable } from './tables/annotations.ts';
import { createAutoLabelsTable } from './tables/auto-labels.ts';
import { createCommentsTable } from './tables/comments.ts';
import { createDatasetsTable } from './tables/datasets.ts';
import { createDeploymentsTable } from './tables/deployments.ts';
import { createDisputesTable } from './tables/disputes.ts';
import { createDiversePicturesTable } from './tables/diverse-pictures.ts';
import { createEvaluationsTable } from './tables/evaluations.ts';
import { createExportsTable } from './tables/exports.ts';
import { createExposureQueries } from './tables/exposures.ts';
import { createGoldTable } from './tables/gold-pictures.ts';
import { createImageQueries } from './tables/image-queries.ts';
import { createImagesTable } from './tables/images.ts';
import { createImportsTable } from './tables/imports.ts';
import { createJobsTable } from './tables/jobs.ts';
import { createLabelJudgementsTable } from './tables/label-judgements.ts';
import { createModelsTable } from './tables/models.ts';
import { createOpinionsTable } from './tables/opinions.ts';
import { createPictureScoresTable } from './tables/picture-scores.ts';
import { createQualityTable } from './tables/quality.ts';
import { createQueueCounts } from './tables/queue-conditions.ts';
import { createRunsTable } from './tables/runs.ts';
import { createSelectionsTable } from './tables/selections.ts';
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
  if (!options.create && !isStation(folder)) throw notInitialized(folder);
  createFolder(folder);
  const clock = options.clock ?? systemClock;
  const lock = acquireStationLock(folder.dir, {
    pid: process.pid,
    host: options.host ?? 'cli',
    startedAt: clock.now(),
  });
  try {
    const db = openStationDatabase(folder, { ...options, clock, isAfterCrash: lock.isAfterCrash });
    return createStore(folder, db, lock, clock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whether `openStore` would find a station here without `create`. */
export function isInitialized(dataDir: string): boolean {
  return existsSync(locateFolder(dataDir).database);
}

/** A folder that is somebody else's is left as it is; one whose database alone is gone is damaged, and told so. */
function isStation(folder: StoreFolder): boolean {
  return existsSync(folder.database) || existsSync(folder.snapshots);
}

function createStore(folder: StoreFolder, db: Database, lock: StationLock, clock: Clock) {
  const blobs: BlobStore = createBlobStore(folder.blobs);
  let isClosed = false;
  return {
    folder,
    db,
    blobs,
    settings: createSettingsTable(db),
    jobs: createJobsTable(db),
    imports: createImportsTable(db),
    images: createImagesTable(db),
    annotations: createAnnotationsTable(db, clock),
    autoLabels: createAutoLabelsTable(db),
    quality: createQualityTable(db),
    pictureScores: createPictureScoresTable(db),
    labelJudgements: createLabelJudgementsTable(db),
    exposures: createExposureQueries(db),
    diversePictures: createDiversePicturesTable(db),
    disputes: createDisputesTable(db),
    queueCounts: createQueueCounts(db),
    opinions: createOpinionsTable(db),
    goldPictures: createGoldTable(db),
    comments: createCommentsTable(db),
    maintenance: createMaintenance({ db, blobs, folder, clock }),
    imageQueries: createImageQueries(db),
    selections: createSelectionsTable(db),
    datasets: createDatasetsTable(db),
    exports: createExportsTable(db),
    runs: createRunsTable(db),
    models: createModelsTable(db),
    evaluations: createEvaluationsTable(db),
    deployments: createDeploymentsTable(db),
    close(): void {
      if (isClosed) return;
      isClosed = true;
      db.close();
      lock.release();
    },
  };
}
