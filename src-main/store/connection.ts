/** The only door to SQLite: handles that can read or also write, cached statements, nested transactions, told errors. */
import Sqlite from 'better-sqlite3';
import { assert } from '../base/app-error.ts';
import { CancelledError } from '../base/cancellation.ts';
import { codeOf, toStoreError, withStoreErrorsSync } from './store-error.ts';

export type SqlValue = string | number | bigint | null | Uint8Array;
/** By position (`?`) or by name (`:name`). */
export type SqlParameters = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** What can be asked of a database. A `Row` type states the columns of the query beside it; it is not checked. */
export interface ReadableDatabase {
  readonly file: string;
  get<Row>(sql: string, parameters?: SqlParameters): Row | undefined;
  all<Row>(sql: string, parameters?: SqlParameters): Row[];
  /** Rows one at a time. The connection is busy until the loop ends: do not write inside it. */
  iterate<Row>(sql: string, parameters?: SqlParameters): IterableIterator<Row>;
  close(): void;
}

declare const writable: unique symbol;

/**
 * `full`: on the disk when the call returns. `eventual`: survives kill -9 of the process, and a power cut only
 * once a later full transaction has been committed; for progress and heartbeats, never for what is acknowledged.
 */
export type Durability = 'full' | 'eventual';

export interface Database extends ReadableDatabase {
  readonly [writable]: true;
  run(sql: string, parameters?: SqlParameters): { readonly changes: number; readonly lastId: number };
  /** Several statements without parameters. */
  execute(sql: string): void;
  /**
   * All of the work or nothing of it; nested calls are savepoints. The work must not be asynchronous.
   * @param durability of the outermost transaction.
   */
  transaction<T>(work: () => T, durability?: Durability): T;
  /** Runs the listener once the transaction around the call is committed, never if it is rolled back; at once outside one. */
  afterCommit(listener: () => void): void;
  /**
   * Copies the database into a new, self-contained file, a few pages at a time, between the station's other work.
   * @throws {CancelledError} when the database is closed meanwhile.
   */
  backup(file: string): Promise<void>;
}

/** Opens, and where needed creates, a database for writing: WAL, every commit on the disk, foreign keys held. */
export function openDatabase(file: string): Database {
  return withStoreErrorsSync(file, () => {
    const connection = new Connection(new Sqlite(file, { timeout: 5_000 }), file);
    connection.execute(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384',
    );
    return connection as unknown as Database;
  });
}

/** Opens an existing database that is only read. */
export function openDatabaseForReading(file: string): ReadableDatabase {
  return withStoreErrorsSync(
    file,
    () => new Connection(new Sqlite(file, { readonly: true, fileMustExist: true }), file),
  );
}

export interface ExclusiveHold {
  release(): void;
}

/**
 * Holds a file against every other process until released or until this process ends, be it by kill -9:
 * an exclusive SQLite transaction on a database of nothing else.
 * @returns undefined where another holds it.
 */
export function holdExclusively(file: string): ExclusiveHold | undefined {
  return withStoreErrorsSync(file, () => {
    const sqlite = new Sqlite(file, { timeout: 500 });
    try {
      sqlite.exec('BEGIN EXCLUSIVE');
      return { release: () => sqlite.close() };
    } catch (error) {
      sqlite.close();
      if (codeOf(error) === 'SQLITE_BUSY') return undefined;
      throw error;
    }
  });
}

/** Whether some process holds the file by `holdExclusively`. */
export function isHeldExclusively(file: string): boolean {
  return withStoreErrorsSync(file, () => {
    const sqlite = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 0 });
    try {
      sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
      return false;
    } catch (error) {
      if (codeOf(error) === 'SQLITE_BUSY') return true;
      throw error;
    } finally {
      sqlite.close();
    }
  });
}

class Connection implements Omit<Database, typeof writable> {
  readonly file: string;
  readonly #sqlite: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement>();
  readonly #transact: Sqlite.Transaction<(work: () => unknown) => unknown>;
  #afterCommit: (() => void)[] = [];

  constructor(sqlite: Sqlite.Database, file: string) {
    this.file = file;
    this.#sqlite = sqlite;
    this.#transact = sqlite.transaction((work) => work());
  }

  get<Row>(sql: string, parameters: SqlParameters = []): Row | undefined {
    return this.#told(() => this.#prepare(sql).get(parameters) as Row | undefined);
  }

  all<Row>(sql: string, parameters: SqlParameters = []): Row[] {
    return this.#told(() => this.#prepare(sql).all(parameters) as Row[]);
  }

  *iterate<Row>(sql: string, parameters: SqlParameters = []): IterableIterator<Row> {
    const rows = this.#told(() => this.#sqlite.prepare(sql).iterate(parameters));
    try {
      for (;;) {
        const next = this.#told(() => rows.next());
        if (next.done) return;
        yield next.value as Row;
      }
    } finally {
      rows.return?.();
    }
  }

  run(sql: string, parameters: SqlParameters = []): { changes: number; lastId: number } {
    const result = this.#told(() => this.#prepare(sql).run(parameters));
    return { changes: result.changes, lastId: Number(result.lastInsertRowid) };
  }

  execute(sql: string): void {
    this.#told(() => this.#sqlite.exec(sql));
  }

  transaction<T>(work: () => T, durability: Durability = 'full'): T {
    if (this.#sqlite.inTransaction) return this.#nested(work);
    if (durability === 'eventual') this.execute('PRAGMA synchronous = NORMAL');
    try {
      const result = this.#transacted(work);
      this.#announceCommit();
      return result;
    } finally {
      this.#afterCommit = [];
      if (durability === 'eventual') this.execute('PRAGMA synchronous = FULL');
    }
  }

  afterCommit(listener: () => void): void {
    if (this.#sqlite.inTransaction) this.#afterCommit.push(listener);
    else listener();
  }

  async backup(file: string): Promise<void> {
    try {
      await this.#sqlite.backup(file, { progress: () => 256 });
      detachFromLog(file);
    } catch (cause) {
      if (!this.#sqlite.open) throw new CancelledError('the store was closed while it was copied');
      throw toStoreError(cause, file);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#sqlite.close();
  }

  #nested<T>(work: () => T): T {
    const listeners = this.#afterCommit.length;
    try {
      return this.#transacted(work);
    } catch (error) {
      this.#afterCommit.length = Math.min(listeners, this.#afterCommit.length);
      throw error;
    }
  }

  #transacted<T>(work: () => T): T {
    return this.#told(() =>
      this.#transact.immediate(() => {
        const result = work();
        assert(!(result instanceof Promise), 'a transaction was given asynchronous work');
        return result;
      }),
    ) as T;
  }

  #announceCommit(): void {
    const listeners = this.#afterCommit;
    this.#afterCommit = [];
    for (const listener of listeners) listener();
  }

  #prepare(sql: string): Sqlite.Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#sqlite.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #told<T>(work: () => T): T {
    return withStoreErrorsSync(this.file, work);
  }
}

/** A copy of a database in WAL mode asks for a log beside it; a copy that is only kept needs none. */
function detachFromLog(file: string): void {
  const sqlite = new Sqlite(file);
  sqlite.exec('PRAGMA journal_mode = DELETE');
  sqlite.close();
}
