/** The store's upkeep while a station runs: snapshots, checks for damage, room. */
import type { BlobHash } from '../../src-preload/contract/ids.ts';
import type { Health, Snapshot } from '../../src-preload/contract/system.ts';
import type { Clock } from '../base/clock.ts';
import { collectGarbage, discardBlob, type GarbageReport } from './blob-garbage.ts';
import type { BlobStore } from './blobs.ts';
import type { Database } from './connection.ts';
import type { StoreFolder } from './folder.ts';
import { checkIntegrity, type IntegrityReport } from './integrity.ts';
import { readSchemaVersion } from './migrate.ts';
import { createSnapshot, isSnapshotDue, listSnapshots, pruneSnapshots } from './snapshots.ts';
import { measureUsage } from './usage.ts';

export interface MaintenanceOptions {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly folder: StoreFolder;
  readonly clock: Clock;
}

export interface Maintenance {
  createSnapshot(): Promise<Snapshot>;
  /** Newest first. */
  listSnapshots(): Snapshot[];
  /** @param check `isDeep` also reads every referenced blob and compares it with its hash. */
  checkIntegrity(check: { readonly isDeep: boolean }): Promise<IntegrityReport>;
  /** The report of the last check since the store was opened; `unknown` before the first. */
  readonly integrity: IntegrityReport;
  /**
   * Removes a blob whose row points elsewhere by now, unless something else needs it; what can not be removed is
   * left to the collection, without a word. @param hash of a blob that is no picture
   */
  discardBlob(hash: BlobHash): Promise<void>;
  /** Removes blobs that nothing refers to and that are older than an hour: what killed workers left, above all. */
  collectGarbage(): Promise<GarbageReport>;
  /** For the start of a station that stays: a snapshot if the last is older than a day, old ones and garbage removed. */
  maintain(): Promise<void>;
  measureUsage(): Promise<Health['disk']>;
}

const garbageGraceMs = 60 * 60_000;

export function createMaintenance(options: MaintenanceOptions): Maintenance {
  const { db, blobs, folder, clock } = options;
  let integrity: IntegrityReport = {
    schemaVersion: readSchemaVersion(db),
    integrity: 'unknown',
    checkedAt: null,
    problems: [],
  };
  const collect = () => collectGarbage({ ...options, graceMs: garbageGraceMs });
  return {
    createSnapshot: () => createSnapshot(db, folder, clock, 'manual'),
    listSnapshots: () => listSnapshots(folder),
    get integrity() {
      return integrity;
    },
    async checkIntegrity({ isDeep }) {
      integrity = await checkIntegrity({ file: folder.database, blobs, clock, isDeep });
      return integrity;
    },
    discardBlob: (hash) =>
      discardBlob(options, hash).then(
        () => undefined,
        () => undefined,
      ),
    collectGarbage: collect,
    async maintain() {
      if (isSnapshotDue(folder, clock)) await createSnapshot(db, folder, clock, 'daily');
      pruneSnapshots(folder, clock);
      await collect();
    },
    measureUsage: () => measureUsage(folder, blobs),
  };
}
