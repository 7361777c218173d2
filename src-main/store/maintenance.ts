/** The store's upkeep while a station runs: snapshots, checks for damage, room. */
import type { Health, Snapshot } from '../../src-preload/contract/system.ts';
import type { Clock } from '../base/clock.ts';
import { collectGarbage, type GarbageReport } from './blob-garbage.ts';
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
  /** Removes blobs that nothing refers to and that are older than an hour: superseded checkpoints, above all. */
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
    collectGarbage: collect,
    async maintain() {
      if (isSnapshotDue(folder, clock)) await createSnapshot(db, folder, clock, 'daily');
      pruneSnapshots(folder, clock);
      await collect();
    },
    measureUsage: () => measureUsage(folder, blobs),
  };
}
