/** The collector: takes files in, as jobs, and tells what became of them. */
import { access, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, sep } from 'node:path';
import type { Import, ImportRejection, ImportRequest } from '../../../src-preload/contract/collector.ts';
import type { ImportId, UploadId } from '../../../src-preload/contract/ids.ts';
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import { createId } from '../../base/ids.ts';
import type { JobQueue } from '../../jobs/queue.ts';
import type { Store } from '../../store/store.ts';
import { withPathErrors } from './file-errors.ts';
import type { ImportJobRequest } from './import-job.ts';
import { openUploadFolder, removeLeftovers, type StagedFile, sealUpload, stageFile } from './staging.ts';

export interface CollectorOptions {
  readonly store: Pick<Store, 'db' | 'imports' | 'folder'>;
  readonly jobs: Pick<JobQueue, 'enqueue'>;
  readonly clock: Clock;
}

export type UploadImportRequest = Omit<ImportRequest, 'paths' | 'labelsPath'> & {
  readonly uploadId: UploadId;
};

export interface Collector {
  /**
   * Starts an import; its counts grow as its job goes on.
   * @throws {AppError} INPUT_INVALID for a relative path, IMPORT_PATH_UNREADABLE, PATH_FORBIDDEN within the data folder
   */
  importPaths(request: ImportRequest): Promise<Import>;
  openUpload(): { uploadId: UploadId };
  /** @throws {AppError} PATH_FORBIDDEN, NOT_FOUND, STORE_DISK_FULL */
  uploadFile(uploadId: UploadId, path: string, upload: StagedFile): Promise<{ sizeBytes: number }>;
  /** The upload takes no more files, and is removed when the import has ended. @throws {AppError} NOT_FOUND */
  importUpload(request: UploadImportRequest): Promise<Import>;
  /** Newest first. */
  listImports(limit: number): Import[];
  /** @throws {AppError} NOT_FOUND */
  getImport(id: ImportId): Import;
  /** Also of duplicates whose class was not taken. @throws {AppError} NOT_FOUND */
  listRejections(id: ImportId): ImportRejection[];
}

/** Removes the uploads of earlier stations, of which no import will come any more. */
export function createCollector(options: CollectorOptions): Collector {
  const { store, clock } = options;
  const dataDir = store.folder.dir;
  removeLeftovers(dataDir, new Set(store.imports.listOpenUploads()));
  return {
    async importPaths(request) {
      const paths = [...request.paths, ...(request.labelsPath === undefined ? [] : [request.labelsPath])];
      for (const path of paths) await assertImportable(path, dataDir);
      return startImport(options, { ...request, uploadId: null });
    },
    openUpload() {
      const uploadId = createId(clock) as UploadId;
      openUploadFolder(dataDir, uploadId);
      return { uploadId };
    },
    async uploadFile(uploadId, path, upload) {
      return { sizeBytes: await stageFile(dataDir, uploadId, path, upload) };
    },
    async importUpload(request) {
      await sealUpload(dataDir, request.uploadId);
      return startImport(options, { ...request, paths: [] });
    },
    listImports: (limit) => store.imports.list(limit),
    getImport: (id) => store.imports.get(id),
    listRejections(id) {
      store.imports.get(id);
      return store.imports.listRejections(id);
    },
  };
}

type StartRequest = ImportRequest & { readonly uploadId: UploadId | null };

/** The import and its job exist together or not at all. */
function startImport({ store, jobs, clock }: CollectorOptions, request: StartRequest): Import {
  const importId = createId(clock) as ImportId;
  const source = request.source ?? nameSource(request);
  const jobRequest: ImportJobRequest = {
    importId,
    paths: request.paths,
    uploadId: request.uploadId,
    format: request.format,
    labelsPath: request.labelsPath ?? null,
    split: request.split ?? null,
  };
  return store.db.transaction(() => {
    const title = `Import ${source}`;
    const job = jobs.enqueue({ kind: 'import', subject: importId, title, request: jobRequest });
    store.imports.insert({
      id: importId,
      jobId: job.id,
      request: jobRequest,
      source,
      startedAt: clock.now(),
    });
    return store.imports.get(importId);
  });
}

function nameSource({ paths, uploadId }: StartRequest): string {
  if (uploadId !== null) return 'upload';
  const first = basename(paths[0] ?? '') || 'import';
  return (paths.length === 1 ? first : `${first} and ${paths.length - 1} more`).slice(0, 200);
}

async function assertImportable(path: string, dataDir: string): Promise<void> {
  if (!isAbsolute(path)) {
    throw new AppError('INPUT_INVALID', `expected an absolute path, got ${JSON.stringify(path)}`, {
      data: { path },
    });
  }
  const real = await withPathErrors(path, async () => {
    await stat(path);
    await access(path);
    return realpath(path);
  });
  if (!join(real, sep).startsWith(join(await realpath(dataDir), sep))) return;
  throw new AppError(
    'PATH_FORBIDDEN',
    `${path} lies in the station's own data folder: its pictures are known`,
    {
      data: { path },
    },
  );
}
