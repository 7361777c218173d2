/** Turns the paths of an import into items: folders by what their names say, single files unlabelled. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { unreadablePath, withPathErrors } from './file-errors.ts';
import { type FolderLabels, isSplitName, readFolderLabels } from './folder-labels.ts';
import { createFaultyItem, type ImportItem } from './import-item.ts';
import { readPictureFile } from './picture-file.ts';
import { type FoundFile, type UnreadableEntry, walkFolder } from './walk-folder.ts';

export interface ListOptions {
  readonly paths: readonly string[];
  /** False: every picture is unlabelled. */
  readonly usesLabels: boolean;
  /** Real paths of folders to stay out of. */
  readonly excluded: readonly string[];
  readonly signal: AbortSignal;
  /** How a path is told. */
  readonly toName: (path: string) => string;
}

/**
 * Of several folders given at once each counts as a class of its own, as if the folder above had been given.
 * @throws {AppError} IMPORT_PATH_UNREADABLE where nothing is at one of the paths; what else can not be read is a faulty item
 */
export async function listFolderItems(options: ListOptions): Promise<ImportItem[]> {
  const { usesLabels, toName } = options;
  const found = await walkAll(options);
  const named = new Map(found.map((entry) => [toName(entry.path), entry]));
  return [...named].map(([name, entry]) => {
    if ('error' in entry) return createFaultyItem(name, entry.error);
    return createFileItem(name, entry, usesLabels ? readFolderLabels(entry.way) : unlabelled);
  });
}

const unlabelled: FolderLabels = { className: null, split: null };

async function walkAll({ paths, excluded, signal }: ListOptions): Promise<(FoundFile | UnreadableEntry)[]> {
  const folders: string[] = [];
  const found: (FoundFile | UnreadableEntry)[] = [];
  for (const path of paths) {
    const target = await withPathErrors(path, () => stat(path));
    if (target.isDirectory()) folders.push(path);
    else if (target.isFile()) found.push({ path, name: basename(path), way: [] });
    else found.push({ path, error: unreadablePath(path, 'it is neither a file nor a folder') });
  }
  const visited = new Set(excluded);
  const isAmongSplits = folders.every((folder) => isSplitName(basename(folder)));
  for (const folder of folders) {
    const way = folders.length > 1 ? [{ name: basename(folder), isAmongSplits }] : [];
    for (const file of await walkFolder(folder, way, { visited, signal })) found.push(file);
  }
  return found;
}

function createFileItem(name: string, { path, name: fileName }: FoundFile, labels: FolderLabels): ImportItem {
  return { path: name, fileName, ...labels, read: () => readPictureFile(path) };
}
