/** Finds the files at and below the paths of an import. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { unreadablePath, withPathErrors } from './file-errors.ts';
import { isSplitName } from './folder-labels.ts';
import { type FoundFile, type UnreadableEntry, walkFolder } from './walk-folder.ts';

export interface WalkRequest {
  readonly paths: readonly string[];
  /** Real paths of folders to stay out of. */
  readonly excluded: readonly string[];
  readonly signal: AbortSignal;
}

/** @throws {AppError} IMPORT_PATH_UNREADABLE where nothing is at one of the paths; what else can not be read is among the found */
export async function walkPaths({
  paths,
  excluded,
  signal,
}: WalkRequest): Promise<(FoundFile | UnreadableEntry)[]> {
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
