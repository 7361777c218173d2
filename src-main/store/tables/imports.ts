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
  /** What the picture got by this file; null: nothing. */
  readonly given: GivenLabels | null;
  /** Why the file was set aside, or its label not taken. */
  readonly problem: { readonly code: ErrorCode; readonly reason: string } | null;
}

export interface GivenLabels {
  readonly state: 'labelled' | 'predicted';
  /** The picture's own class. */
  readonly className: string | null;
  /** Its boxes' classes, one for each box. */
  readonly boxClasses: readonly string[];
  /** Boxes that were cut at the picture's edge. */
  readonly clipped: number;
}

/** A part of a label file that was set aside. */
export interface ImportFault {
  readonly path: string;
  /** Null: the file as a whole. */
  readonly place: string | null;
  readonly code: ErrorCode;
  readonly reason: string;
}

const selectImport = `
  SELECT import.id, import.job_id AS jobId, import.source, import.format, import.started_at AS startedAt,
    import.ended_at AS endedAt, import.classes_added AS classesAdded,
    count(*) FILTER (WHERE outcome = 'added') AS added,
    count(*) FILTER (WHERE outcome = 'duplicate') AS duplicates,
    count(*) FILTER (WHERE outcome = 'rejected') AS rejected,
    coalesce(sum(labelled), 0) AS labelled, coalesce(sum(predicted), 0) AS predicted,
    coalesce(sum(background), 0) AS background, coalesce(sum(boxes), 0) AS boxes, coalesce(sum(clipped), 0) AS clipped,
    count(*) FILTER (WHERE outcome <> 'rejected' AND code IS NOT NULL)
      + (SELECT count(*) FROM import_fault WHERE import_fault.import_id = import.id) AS faults,
    (SELECT json_group_array(json_object('className', class_name, 'pictures', pictures, 'boxes', boxes)
       ORDER BY class_name)
     FROM import_class WHERE import_class.import_id = import.id) AS classes
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
          `SELECT path, NULL AS place, code, reason FROM import_file WHERE import_id = :id AND code IS NOT NULL
           UNION ALL
           SELECT path, nullif(place, ''), code, reason FROM import_fault WHERE import_id = :id
           ORDER BY path, place`,
          { id },
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
      for (const file of files) {
        insertFile(db, id, file);
        if (file.given) countClasses(db, id, file.given);
      }
    },
    /** Faults that are known already are left out. */
    insertFaults(id: ImportId, faults: readonly ImportFault[]): void {
      for (const { path, place, code, reason } of faults) {
        db.run(
          `INSERT INTO import_fault (import_id, path, place, code, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          [id, path, place ?? '', code, reason],
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

function insertFile(db: Database, id: ImportId, file: ImportFile): void {
  const { path, outcome, imageHash, given, problem } = file;
  const isLabelled = given?.state === 'labelled';
  const isBackground = isLabelled && given.className === null && given.boxClasses.length === 0;
  db.run(
    `INSERT INTO import_file (import_id, path, outcome, image_hash, labelled, predicted, background, boxes, clipped, code,
       reason)
     VALUES (:id, :path, :outcome, :imageHash, :labelled, :predicted, :background, :boxes, :clipped, :code, :reason)`,
    {
      id,
      path,
      outcome,
      imageHash,
      labelled: isLabelled ? 1 : 0,
      predicted: given?.state === 'predicted' ? 1 : 0,
      background: isBackground ? 1 : 0,
      boxes: given?.boxClasses.length ?? 0,
      clipped: given?.clipped ?? 0,
      code: problem?.code ?? null,
      reason: problem?.reason ?? null,
    },
  );
}

function countClasses(db: Database, id: ImportId, { className, boxClasses }: GivenLabels): void {
  const counts = new Map<string, number>(className === null ? [] : [[className, 0]]);
  for (const name of boxClasses) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [name, boxes] of counts) {
    db.run(
      `INSERT INTO import_class (import_id, class_name, pictures, boxes) VALUES (?, ?, 1, ?)
       ON CONFLICT (import_id, class_name) DO UPDATE SET pictures = pictures + 1, boxes = boxes + excluded.boxes`,
      [id, name, boxes],
    );
  }
}

type ImportRow = Record<string, unknown> & { classesAdded: string; classes: string };

function toImport(row: ImportRow): Import {
  const lists = { classesAdded: JSON.parse(row.classesAdded), classes: JSON.parse(row.classes) };
  return importSchema.parse({ ...row, ...lists });
}

function noImport(id: ImportId): AppError {
  return new AppError('NOT_FOUND', `there is no import ${id}`, { data: { id } });
}
