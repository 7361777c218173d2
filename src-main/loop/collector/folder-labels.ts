/** What the folders above a picture say about its class and its split. */
import type { Split } from '../../../src-preload/contract/ids.ts';
import { findSplit } from '../../formats/split-names.ts';

/** A folder between the root of an import and a file. */
export interface FolderOnTheWay {
  readonly name: string;
  /** Whether all folders beside it, and it, bear the names of splits. */
  readonly isAmongSplits: boolean;
}

export interface FolderLabels {
  readonly className: string | null;
  readonly split: Split | null;
}

/**
 * The class is the folder that the file lies in; of nested folders (`fruit/apple/1.jpg`) the innermost. The split
 * is the nearest folder above the class that is called train, val, valid, validation or test. Files right in a split
 * folder are unlabelled, unless the folder stands among others: `valid` beside `invalid` is a class.
 * @param way from the root, exclusive, to the file's folder; empty for a file right in the root, which is unlabelled
 */
export function readFolderLabels(way: readonly FolderOnTheWay[]): FolderLabels {
  const folder = way.at(-1);
  if (!folder) return { className: null, split: null };
  const ownSplit = folder.isAmongSplits ? findSplit(folder.name) : null;
  if (ownSplit) return { className: null, split: ownSplit };
  const splits = way.slice(0, -1).map(({ name }) => findSplit(name));
  return { className: toClassName(folder.name), split: splits.findLast((split) => split !== null) ?? null };
}

export function isSplitName(name: string): boolean {
  return findSplit(name) !== null;
}

/**
 * A folder's name as a class name: composed Unicode, and a space for what a class name may not contain
 * (`/`, `@`, control characters such as line ends).
 * @returns null where nothing is left
 */
export function toClassName(folderName: string): string | null {
  const name = folderName
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
    .replaceAll(/[/@\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, 200)
    .trim();
  return name === '' ? null : name;
}
