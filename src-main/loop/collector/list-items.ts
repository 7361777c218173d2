/** Everything that an import has to deal with, in the order in which it will. */
import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { unreachable } from '../../base/app-error.ts';
import { holdsIdxFiles } from './idx-pairs.ts';
import type { ImportItem } from './import-item.ts';
import type { ImportSpec, ImportUpdate } from './import-job.ts';
import { listFolderItems } from './list-folder-items.ts';
import { listIdxItems } from './list-idx-items.ts';

export interface ListedItems {
  readonly format: NonNullable<ImportUpdate['format']>;
  readonly items: readonly ImportItem[];
  /** Where their order matters more than that of the items. */
  readonly classNames: readonly string[];
}

/** @throws {AppError} IMPORT_PATH_UNREADABLE, IMPORT_FORMAT_INVALID */
export async function listItems(spec: ImportSpec, signal: AbortSignal): Promise<ListedItems> {
  const format = await findFormat(spec);
  const toName = (path: string) => nameFrom(spec.namedFrom, path);
  if (format === 'idx') return { format, ...(await listIdxItems(spec.paths, spec.labelsPath, toName)) };
  const usesLabels = format === 'folder';
  const excluded = [await realpath(spec.dataDir)];
  const items = await listFolderItems({ paths: spec.paths, usesLabels, excluded, signal, toName });
  return { format, items, classNames: [] };
}

async function findFormat({ format, paths, labelsPath }: ImportSpec): Promise<ListedItems['format']> {
  switch (format) {
    case 'auto':
      return labelsPath !== null || (await holdsIdxFiles(paths)) ? 'idx' : 'folder';
    case 'folder':
    case 'files':
    case 'idx':
      return format;
    default:
      return unreachable(format, 'import format');
  }
}

function nameFrom(root: string | null, path: string): string {
  return root === null ? path : relative(root, path).split(sep).join('/');
}
