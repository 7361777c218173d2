/** Turns the paths of an import into items: folders by what their names say, single files unlabelled. */
import { type FolderLabels, readFolderLabels } from './folder-labels.ts';
import { createFaultyItem, type ImportItem } from './import-item.ts';
import { readPictureFile } from './picture-file.ts';
import type { FoundFile } from './walk-folder.ts';
import { type WalkRequest, walkPaths } from './walk-paths.ts';

export interface ListOptions extends WalkRequest {
  /** False: every picture is unlabelled. */
  readonly usesLabels: boolean;
  /** How a path is told. */
  readonly toName: (path: string) => string;
}

/**
 * Of several folders given at once each counts as a class of its own, as if the folder above had been given.
 * @throws {AppError} IMPORT_PATH_UNREADABLE where nothing is at one of the paths; what else can not be read is a faulty item
 */
export async function listFolderItems(options: ListOptions): Promise<ImportItem[]> {
  const { usesLabels, toName } = options;
  const found = await walkPaths(options);
  const named = new Map(found.map((entry) => [toName(entry.path), entry]));
  return [...named].map(([name, entry]) => {
    if ('error' in entry) return createFaultyItem(name, entry.error);
    return createFileItem(name, entry, usesLabels ? readFolderLabels(entry.way) : unlabelled);
  });
}

const unlabelled: FolderLabels = { className: null, split: null };

function createFileItem(name: string, { path, name: fileName }: FoundFile, labels: FolderLabels): ImportItem {
  return { path: name, fileName, ...labels, record: null, read: () => readPictureFile(path) };
}
