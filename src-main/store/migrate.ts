/** Brings a database to the newest schema, or refuses it: numbered, frozen migrations on `PRAGMA user_version`. */
import { AppError } from '../base/app-error.ts';
import type { Database, ReadableDatabase } from './connection.ts';
import { type Migration, migrations } from './migrations/index.ts';

export interface MigrationOptions {
  /** Called before the first migration of a database that already holds something. */
  readonly beforeUpgrade?: (from: number, to: number) => void;
  /** For tests; by default the station's own. */
  readonly migrations?: readonly Migration[];
}

export function readSchemaVersion(db: ReadableDatabase): number {
  return db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

/**
 * Each migration runs in a transaction of its own together with its version number: an interrupted upgrade
 * leaves the version before it, whole.
 * @throws {AppError} STORE_FROM_FUTURE for a database that a newer Fieldstation wrote.
 */
export function migrate(db: Database, options: MigrationOptions = {}): void {
  const steps = options.migrations ?? migrations;
  const from = readSchemaVersion(db);
  assertNotFromFuture(db, steps.length);
  if (from === steps.length) return;
  if (from > 0) options.beforeUpgrade?.(from, steps.length);
  for (const [index, step] of steps.entries()) {
    if (index >= from) apply(db, step, index + 1);
  }
}

/** @throws {AppError} STORE_FROM_FUTURE */
export function assertNotFromFuture(db: ReadableDatabase, newest = migrations.length): void {
  const version = readSchemaVersion(db);
  if (version <= newest) return;
  throw new AppError(
    'STORE_FROM_FUTURE',
    `${db.file} has schema version ${version}, this Fieldstation knows up to ${newest}: use the newer Fieldstation that wrote it, or restore a snapshot taken before the upgrade`,
    { data: { path: db.file, version, supported: newest } },
  );
}

function apply(db: Database, step: Migration, version: number): void {
  db.transaction(() => {
    db.execute(step.sql);
    db.execute(`PRAGMA user_version = ${version}`);
  });
}
