/** The words by which folders and files name the parts of a dataset. */
import type { Split } from '../../src-preload/contract/ids.ts';

const splitNames: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** The split that a whole name says: `Valid` is val. */
export function findSplit(name: string): Split | null {
  return splitNames.get(name.toLowerCase()) ?? null;
}

/** The split that the words of a file's name say: `instances_val2017.json` is val; null for none and for several. */
export function findSplitInName(fileName: string): Split | null {
  const words = fileName.toLowerCase().split(/[^a-z]+/);
  const found = new Set(words.map(findSplit).filter((split) => split !== null));
  const [only = null] = found;
  return found.size === 1 ? only : null;
}

/** The split that the nearest folder above a file says. @param path with `/` */
export function findSplitOfFolders(path: string): Split | null {
  const folders = path.split('/').slice(0, -1);
  return folders.map(findSplit).findLast((split) => split !== null) ?? null;
}
