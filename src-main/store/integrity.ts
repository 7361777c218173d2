/** Looks for damage: in the database file, between its rows, and between rows and blobs. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlobHash } from '../../src-preload/contract/ids.ts';
import type { Health } from '../../src-preload/contract/system.ts';
import { AppError } from '../base/app-error.ts';
import type { Clock } from '../base/clock.ts';
import { readRequiredBlobs } from './blob-references.ts';
import type { BlobStore } from './blobs.ts';
import { openDatabaseForReading, type ReadableDatabase } from './connection.ts';
import { readSchemaVersion } from './migrate.ts';

export type IntegrityReport = Health['database'];

export interface IntegrityCheck {
  /** The station's database; read through a connection of its own. */
  readonly file: string;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Also read every referenced blob and compare it with its hash. */
  readonly isDeep: boolean;
}

/** Told at most; the last line then says how many there are. */
const toldProblems = 50;

/** Yields to the station's other work between tables and between blobs. */
export async function checkIntegrity(check: IntegrityCheck): Promise<IntegrityReport> {
  const db = openDatabaseForReading(check.file);
  try {
    const inDatabase = await inTurns(findDatabaseProblems(db));
    const problems =
      inDatabase.length > 0 ? inDatabase : await findBlobProblems(await readRequiredBlobs(db), check);
    return {
      schemaVersion: readSchemaVersion(db),
      integrity: problems.length === 0 ? 'ok' : 'damaged',
      checkedAt: check.clock.now(),
      problems: abridge(problems),
    };
  } finally {
    db.close();
  }
}

/**
 * What SQLite finds wrong in a database file, in one go; empty for a good one.
 * @throws what keeps the file from being read at all, damage excepted.
 */
export function listDatabaseProblems(file: string): string[] {
  try {
    const db = openDatabaseForReading(file);
    try {
      return [...findDatabaseProblems(db)].flat();
    } finally {
      db.close();
    }
  } catch (error) {
    return [damageOrThrow(file, error)];
  }
}

/** One step per table, then the foreign keys. */
function* findDatabaseProblems(db: ReadableDatabase): Generator<string[]> {
  const tables = listTables(db);
  for (const table of tables) yield findTableProblems(db, table);
  yield findForeignKeyProblems(db);
}

function listTables(db: ReadableDatabase): string[] {
  const rows = db.all<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`);
  return ['sqlite_schema', ...rows.map(({ name }) => name)];
}

function findTableProblems(db: ReadableDatabase, table: string): string[] {
  try {
    const rows = db.all<{ integrity_check: string }>(`PRAGMA integrity_check("${table}")`);
    return rows
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok')
      .map((line) => `table ${table}: ${line}`);
  } catch (error) {
    return [damageOrThrow(`table ${table}`, error)];
  }
}

function findForeignKeyProblems(db: ReadableDatabase): string[] {
  const rows = db.all<{ table: string; parent: string }>('PRAGMA foreign_key_check');
  return rows.map(
    ({ table, parent }) => `table ${table}: a row points at a row of ${parent} that is not there`,
  );
}

async function findBlobProblems(
  required: ReadonlySet<BlobHash>,
  { blobs, isDeep }: IntegrityCheck,
): Promise<string[]> {
  const present = new Set<BlobHash>();
  for await (const hash of blobs.list()) present.add(hash);
  const problems: string[] = [];
  for (const hash of required) {
    if (!present.has(hash) && !(await blobs.has(hash))) problems.push(`blob ${hash} is missing`);
    else if (isDeep && (await blobs.verify(hash)) === 'damaged')
      problems.push(`blob ${hash} does not match its hash`);
  }
  return problems;
}

async function inTurns(steps: Iterable<string[]>): Promise<string[]> {
  const found: string[][] = [];
  for (const problems of steps) {
    found.push(problems);
    await nextTurn();
  }
  return found.flat();
}

function abridge(problems: readonly string[]): string[] {
  if (problems.length <= toldProblems) return [...problems];
  return [...problems.slice(0, toldProblems), `and ${problems.length - toldProblems} more`];
}

function damageOrThrow(where: string, error: unknown): string {
  if (!(error instanceof AppError) || error.code !== 'STORE_CORRUPT') throw error;
  return `${where}: ${error.cause instanceof Error ? error.cause.message : error.message}`;
}
