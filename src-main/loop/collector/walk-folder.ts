/** Finds the files below a folder: in natural order, every folder once, however its links run. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/app-error.ts';
import { throwIfCancelled } from '../../base/cancellation.ts';
import { unreadablePath, withPathErrors } from './file-errors.ts';
import { type FolderOnTheWay, isSplitName } from './folder-labels.ts';

export interface FoundFile {
  readonly path: string;
  readonly name: string;
  /** Folders from the root, exclusive, down to the file. */
  readonly way: readonly FolderOnTheWay[];
}

/** Something that could not be looked into. */
export interface UnreadableEntry {
  readonly path: string;
  readonly error: AppError;
}

export interface WalkOptions {
  /** Real paths of folders that are not walked into; the folders of the walk are added. */
  readonly visited: Set<string>;
  readonly signal: AbortSignal;
}

const naturalOrder = new Intl.Collator('en', { numeric: true });

/** Left by operating systems; neither pictures nor worth a word. */
const ignoredNames: ReadonlySet<string> = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '__macosx',
  'icon\r',
]);

/** @param way that the files' ways begin with */
export async function walkFolder(
  folder: string,
  way: readonly FolderOnTheWay[],
  options: WalkOptions,
): Promise<(FoundFile | UnreadableEntry)[]> {
  throwIfCancelled(options.signal);
  try {
    if (!(await enter(folder, options.visited))) return [];
    return await walkEntries(folder, await listEntries(folder), way, options);
  } catch (error) {
    if (error instanceof AppError) return [{ path: folder, error }];
    throw error;
  }
}

export function isIgnored(name: string): boolean {
  return name.startsWith('.') || ignoredNames.has(name.toLowerCase());
}

/** Whether the folder is entered for the first time. */
async function enter(folder: string, visited: Set<string>): Promise<boolean> {
  const real = await withPathErrors(folder, () => realpath(folder));
  if (visited.has(real)) return false;
  visited.add(real);
  return true;
}

async function listEntries(folder: string): Promise<Dirent[]> {
  const entries = await withPathErrors(folder, () => readdir(folder, { withFileTypes: true }));
  return entries
    .filter(({ name }) => !isIgnored(name))
    .sort((first, second) => naturalOrder.compare(first.name, second.name));
}

type EntryKind = 'file' | 'folder' | UnreadableEntry;

async function walkEntries(
  folder: string,
  entries: readonly Dirent[],
  way: readonly FolderOnTheWay[],
  options: WalkOptions,
): Promise<(FoundFile | UnreadableEntry)[]> {
  const kinds = new Map<string, EntryKind>();
  for (const entry of entries) kinds.set(entry.name, await tellKind(join(folder, entry.name), entry));
  const names = (kind: EntryKind) => [...kinds].filter(([, of]) => of === kind).map(([name]) => name);
  const found: (FoundFile | UnreadableEntry)[] = [...kinds.values()].filter(
    (kind) => typeof kind !== 'string',
  );
  found.push(...names('file').map((name) => ({ path: join(folder, name), name, way })));
  const folders = names('folder');
  const isAmongSplits = folders.every(isSplitName);
  for (const name of folders) {
    const below = await walkFolder(join(folder, name), [...way, { name, isAmongSplits }], options);
    for (const file of below) found.push(file);
  }
  return found;
}

/** Links are followed. Pipes, sockets and devices are not opened: reading one could wait for ever. */
async function tellKind(path: string, entry: Dirent): Promise<EntryKind> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  try {
    const target = await withPathErrors(path, () => stat(path));
    if (target.isFile()) return 'file';
    if (target.isDirectory()) return 'folder';
    return { path, error: unreadablePath(path, 'it is neither a file nor a folder') };
  } catch (error) {
    if (error instanceof AppError) return { path, error };
    throw error;
  }
}
