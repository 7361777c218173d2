/** Imports, and what became of each of their files: what lets an interrupted import go on where it stopped. */
import {
  type Import,
  type ImportRejection,
  type ImportRequest,
  importRejectionSchema,
  importSchema,
} from '../../../src-preload/contract/collector.ts';
import type { ErrorCode } from '../../../src-preload/contract/errors.ts';
import type { ImageHash, ImportId, JobId, UploadId } from '../../../src-preload/contract/ids.ts';
import { AppError } from '../../base/app-error.ts';
import type { Database } from '../connection.ts';

export interface NewImport {
  readonly id: ImportId;
  readonly jobId: JobId;
  /** As the job keeps it. */
  readonly request: { readonly format: ImportRequest['format']; readonly uploadId: UploadId | null };
  readonly source: string;
  readonly startedAt: number;
}

export interface ImportFile {
  /** Unique within the import. */
  readonly path: string;
  readonly outcome: 'added' | 'duplicate' | 'rejected';
  readonly imageHash: ImageHash | null;
  /** Whether the picture got its class from this file. */
  readonly isLabelled: boolean;
  /** Why the file was set aside, or its label not taken. */
  readonly problem: { readonly code: ErrorCode; readonly reason: string } | null;
}

const selectImport = `
  SELECT import.id, import.job_id AS jobId, import.source, import.format, import.started_at AS startedAt,
    import.ended_at AS endedAt, import.classes_added AS classesAdded,
    count(*) FILTER (WHERE outcome = 'added') AS added,
    count(*) FILTER (WHERE outcome = 'duplicate') AS duplicates,
    count(*) FILTER (WHERE outcome = 'rejected') AS rejected,
    coalesce(sum(labelled), 0) AS labelled
  FROM import LEFT JOIN import_file AS file ON file.import_id = import.id`;

export function createImportsTable(db: Database) {
  return { ...createImportQueries(db), ...createImportChanges(db) };
}

function createImportQueries(db: Database) {
  const find = (id: ImportId): Import | undefined => {
    const row = db.get<ImportRow>(`${selectImport} WHERE import.id = ? GROUP BY import.id`, [id]);
    return row && toImport(row);
  };
  return {
    find,
    /** @throws {AppError} NOT_FOUND */
    get(id: ImportId): Import {
      const found = find(id);
      if (!found) throw noImport(id);
      return found;
    },
    /** Without counting the files. @throws {AppError} NOT_FOUND */
    getSource(id: ImportId): string {
      const row = db.get<{ source: string }>('SELECT source FROM import WHERE id = ?', [id]);
      if (!row) throw noImport(id);
      return row.source;
    },
    /** Newest first. */
    list(limit: number): Import[] {
      return db
        .all<ImportRow>(
          `${selectImport} WHERE import.id IN
           (SELECT id FROM import ORDER BY started_at DESC, rowid DESC LIMIT ?)
           GROUP BY import.id ORDER BY import.started_at DESC, import.rowid DESC`,
          [limit],
        )
        .map(toImport);
    },
    /** In the order of the paths. */
    listRejections(id: ImportId): ImportRejection[] {
      return db
        .all<Record<string, unknown>>(
          'SELECT path, code, reason FROM import_file WHERE import_id = ? AND code IS NOT NULL ORDER BY path',
          [id],
        )
        .map((row) => importRejectionSchema.parse(row));
    },
    /** The files that the import has dealt with. */
    listPaths(id: ImportId): string[] {
      return db
        .all<{ path: string }>('SELECT path FROM import_file WHERE import_id = ?', [id])
        .map(({ path }) => path);
    },
    /** Uploads that imports which have not ended work on. */
    listOpenUploads(): UploadId[] {
      return db
        .all<{ uploadId: UploadId }>(
          `SELECT request ->> 'uploadId' AS uploadId FROM import
           WHERE ended_at IS NULL AND request ->> 'uploadId' IS NOT NULL`,
        )
        .map(({ uploadId }) => uploadId);
    },
    hasFile(id: ImportId, path: string): boolean {
      return db.get('SELECT 1 FROM import_file WHERE import_id = ? AND path = ?', [id, path]) !== undefined;
    },
  };
}

function createImportChanges(db: Database) {
  return {
    insert({ id, jobId, request, source, startedAt }: NewImport): void {
      db.run(
        'INSERT INTO import (id, job_id, request, source, format, started_at) VALUES (?, ?, ?, ?, ?, ?)',
        [id, jobId, JSON.stringify(request), source, request.format, startedAt],
      );
    },
    insertFiles(id: ImportId, files: readonly ImportFile[]): void {
      for (const { path, outcome, imageHash, isLabelled, problem } of files) {
        db.run(
          `INSERT INTO import_file (import_id, path, outcome, image_hash, labelled, code, reason)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          [id, path, outcome, imageHash, isLabelled ? 1 : 0, problem?.code ?? null, problem?.reason ?? null],
        );
      }
    },
    addClasses(id: ImportId, names: readonly string[]): void {
      for (const name of names) {
        db.run(`UPDATE import SET classes_added = json_insert(classes_added, '$[#]', ?) WHERE id = ?`, [
          name,
          id,
        ]);
      }
    },
    /** An import whose format was to be found out keeps what was found. */
    setFormat(id: ImportId, format: ImportRequest['format']): void {
      db.run('UPDATE import SET format = ? WHERE id = ?', [format, id]);
    },
    end(id: ImportId, at: number): void {
      db.run('UPDATE import SET ended_at = ? WHERE id = ? AND ended_at IS NULL', [at, id]);
    },
  };
}

type ImportRow = Record<string, unknown> & { classesAdded: string };

function toImport(row: ImportRow): Import {
  return importSchema.parse({ ...row, classesAdded: JSON.parse(row.classesAdded) });
}

function noImport(id: ImportId): AppError {
  return new AppError('NOT_FOUND', `there is no import ${id}`, { data: { id } });
}
