/** Exports of dataset versions: checked, started as jobs, and told about. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path';
import type { DatasetExport } from '../../../../src-preload/contract/dataset.ts';
import { type ExportFormat, exportFormatSchema } from '../../../../src-preload/contract/format.ts';
import type { ExportId, ImageHash } from '../../../../src-preload/contract/ids.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Clock } from '../../../base/clock.ts';
import { createId } from '../../../base/ids.ts';
import { listLosses } from '../../../formats/list-losses.ts';
import type { JobQueue } from '../../../jobs/queue.ts';
import type { Store } from '../../../store/store.ts';
import { withStoreErrorsSync } from '../../../store/store-error.ts';
import type { Datasets } from '../datasets.ts';
import type { ExportJobRequest } from './export-job.ts';
import { type ExportSource, readExportSource, selectionReference } from './export-source.ts';
import { countRenamed } from './picture-set.ts';

export interface ExportsOptions {
  readonly store: Pick<Store, 'db' | 'exports' | 'folder' | 'settings' | 'annotations'>;
  readonly datasets: Pick<Datasets, 'getVersion'>;
  readonly jobs: Pick<JobQueue, 'enqueue'>;
  readonly clock: Clock;
}

export interface ExportRequest {
  /** A split behind it is heeded. */
  readonly reference: string;
  readonly format: ExportFormat;
  readonly folder: string;
  readonly overwrite: boolean;
}

export type SelectionExportRequest = Omit<ExportRequest, 'reference'> & {
  readonly imageHashes: readonly ImageHash[];
};

export interface Exports {
  /**
   * Starts an export; the folder is there, whole, when its job has succeeded.
   * @throws {AppError} INPUT_INVALID for a relative folder, NOT_FOUND, TASK_MISMATCH for a format of the other task,
   * EXPORT_FOLDER_TAKEN, PATH_FORBIDDEN, DATASET_EMPTY for a split without pictures
   */
  exportVersion(request: ExportRequest): DatasetExport;
  /**
   * The same of chosen pictures, as they are labelled when the job begins.
   * @throws {AppError} as `exportVersion`; NOT_FOUND for pictures that the station does not have
   */
  exportPictures(request: SelectionExportRequest): DatasetExport;
  /** @throws {AppError} NOT_FOUND */
  getExport(id: ExportId): DatasetExport;
  /** Newest first. */
  listExports(limit: number): DatasetExport[];
}

export function createExports(options: ExportsOptions): Exports {
  const { store } = options;
  return {
    exportVersion: (request) => startExport(options, request),
    exportPictures: (request) => {
      assertKnown(options, request.imageHashes);
      return startExport(options, { ...request, reference: selectionReference });
    },
    getExport: (id) => store.exports.get(id),
    listExports: (limit) => store.exports.list(limit),
  };
}

function startExport(
  options: ExportsOptions,
  request: ExportRequest & Partial<SelectionExportRequest>,
): DatasetExport {
  const { store, jobs, clock } = options;
  const { format, overwrite, imageHashes } = request;
  const { reference, task, entries, set } = readExportSource(options, request);
  assertFits({ reference, task }, format);
  const folder = toFolder(request.folder, store.folder.dir, overwrite);
  if (entries.length === 0)
    throw new AppError('DATASET_EMPTY', `there is nothing to export: ${reference} has no pictures`);
  const id = createId(clock) as ExportId;
  const jobRequest: ExportJobRequest = {
    ...{ exportId: id, reference, format, folder, overwrite },
    ...(imageHashes && { imageHashes }),
  };
  return store.db.transaction(() => {
    const what = imageHashes ? `${entries.length} pictures` : reference;
    const title = `Export ${what} as ${format}`;
    const job = jobs.enqueue({ kind: 'export', subject: id, title, request: jobRequest });
    const boxes = set.pictures.reduce((sum, picture) => sum + picture.boxes.length, 0);
    const counts = { pictures: set.pictures.length, boxes, renamed: countRenamed(set, entries) };
    const about = { id, jobId: job.id, reference, format, folder, losses: listLosses(format, set) };
    store.exports.insert({ ...about, ...counts, startedAt: clock.now() });
    return store.exports.get(id);
  });
}

function assertKnown({ store }: ExportsOptions, imageHashes: readonly ImageHash[]): void {
  const unknown = store.annotations.listUnknownImages(imageHashes);
  if (unknown.length === 0) return;
  throw new AppError(
    'NOT_FOUND',
    `${unknown.length} of ${imageHashes.length} pictures are not in the station`,
    { data: { imageHashes: unknown.slice(0, 100) } },
  );
}

/** Folders of classes are for classification; formats that know boxes alone are not. */
function assertFits(
  { reference, task }: Pick<ExportSource, 'reference' | 'task'>,
  format: ExportFormat,
): void {
  const forBoth: readonly ExportFormat[] = ['csv', 'label-studio', 'cvat'];
  const fitting =
    task === 'detection'
      ? exportFormatSchema.options.filter((one) => one !== 'folder')
      : [...forBoth, 'folder'];
  if (fitting.includes(format)) return;
  throw new AppError(
    'TASK_MISMATCH',
    `${reference} is for ${task}, which ${format} can not hold: expected one of ${fitting.join(', ')}`,
    { data: { task, format, fitting } },
  );
}

function toFolder(text: string, dataDir: string, overwrite: boolean): string {
  if (!isAbsolute(text)) {
    throw new AppError(
      'INPUT_INVALID',
      `expected an absolute path of a folder, got ${JSON.stringify(text)}`,
      {
        data: { folder: text },
      },
    );
  }
  const folder = resolve(text);
  withStoreErrorsSync(folder, () => {
    assertOwn(folder, dataDir);
    assertFree(folder, overwrite);
  });
  return folder;
}

/** Neither within the data folder nor around it, and nothing that holds more than an export. */
function assertOwn(folder: string, dataDir: string): void {
  const place = join(realOf(folder), sep);
  const data = join(realpathSync(dataDir), sep);
  const isForbidden =
    place.startsWith(data) || data.startsWith(place) || parse(folder).root === folder || folder === homedir();
  if (!isForbidden) return;
  throw new AppError(
    'PATH_FORBIDDEN',
    `${folder} can not be an export's: name a folder of its own, outside ${dataDir}`,
    {
      data: { folder },
    },
  );
}

/** Of what is not there yet, the nearest folder above it that is counts. */
function realOf(path: string): string {
  return existsSync(path)
    ? realpathSync(path)
    : join(realOf(dirname(path)), path.slice(dirname(path).length));
}

function assertFree(folder: string, overwrite: boolean): void {
  if (!existsSync(folder)) return;
  const isFolder = statSync(folder).isDirectory();
  if (isFolder && (overwrite || readdirSync(folder).length === 0)) return;
  const found = isFolder
    ? `found files in ${folder}: name another, or have it replaced (overwrite)`
    : `${folder} is a file`;
  throw new AppError('EXPORT_FOLDER_TAKEN', `expected an empty folder or none, ${found}`, {
    data: { folder },
  });
}
