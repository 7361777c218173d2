/** Finds idx files and puts pictures and labels together by their names. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Split } from '../../../src-preload/contract/ids.ts';
import { AppError } from '../../base/app-error.ts';
import { withPathErrors } from './file-errors.ts';
import { findIdxShape, invalidIdx } from './idx-file.ts';

export interface IdxPair {
  /** `train` of `train-images-idx3-ubyte.gz`. */
  readonly stem: string;
  readonly imagesPath: string;
  /** Null: the pictures stay unlabelled. */
  readonly labelsPath: string | null;
  readonly split: Split | null;
}

/** Whether any of the paths is an idx file, or a folder that holds some. */
export async function holdsIdxFiles(paths: readonly string[]): Promise<boolean> {
  return (await listIdxFiles(paths, (name) => /idx|ubyte/i.test(name))).length > 0;
}

/**
 * @param labelsPath of the one file of pictures in `paths`
 * @throws {AppError} IMPORT_FORMAT_INVALID, IMPORT_PATH_UNREADABLE
 */
export async function findIdxPairs(paths: readonly string[], labelsPath: string | null): Promise<IdxPair[]> {
  const files = await listIdxFiles(paths, () => true);
  const images = files.filter(({ axes }) => axes === 3);
  if (images.length === 0) {
    throw invalidIdx(paths.join(', '), 'an idx file of pictures (three axes)', describeFound(files));
  }
  if (labelsPath !== null) return [pairWith(labelsPath, images)];
  const labels = new Map(files.filter(({ axes }) => axes === 1).map((file) => [file.stem, file.path]));
  const pairs = images.map(({ path, stem }) => toPair(path, labels.get(stem) ?? null));
  const unpaired = [...labels].find(([stem]) => !images.some((file) => file.stem === stem));
  if (unpaired) {
    throw invalidIdx(unpaired[1], 'pictures of the same name (train-images… for train-labels…)', 'none');
  }
  return pairs;
}

interface FoundIdx {
  readonly path: string;
  readonly stem: string;
  readonly axes: number;
}

async function listIdxFiles(
  paths: readonly string[],
  isWanted: (name: string) => boolean,
): Promise<FoundIdx[]> {
  const files = (await Promise.all(paths.map((path) => listFiles(path, isWanted)))).flat();
  const found: FoundIdx[] = [];
  for (const path of files) {
    const shape = await findIdxShape(path);
    if (shape) found.push({ path, stem: toStem(path), axes: shape.length });
  }
  return found;
}

/** A file itself; of a folder the files right in it. */
async function listFiles(path: string, isWanted: (name: string) => boolean): Promise<string[]> {
  return withPathErrors(path, async () => {
    const target = await stat(path);
    if (!target.isDirectory()) return target.isFile() ? [path] : [];
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
    const files = names
      .filter(isWanted)
      .sort()
      .map((name) => join(path, name));
    const kinds = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
    return files.filter((_, index) => kinds[index]?.isFile());
  });
}

function pairWith(labelsPath: string, images: readonly FoundIdx[]): IdxPair {
  const [only, ...others] = images;
  if (only && others.length === 0) return toPair(only.path, labelsPath);
  throw new AppError(
    'IMPORT_FORMAT_INVALID',
    `expected one idx file of pictures for the labels ${labelsPath}, found ${images.map(({ path }) => path).join(', ')}`,
  );
}

function toPair(imagesPath: string, labelsPath: string | null): IdxPair {
  const stem = toStem(imagesPath);
  return { stem, imagesPath, labelsPath, split: toSplit(stem) };
}

/** What is left of a name without the words that tell pictures from labels. */
function toStem(path: string): string {
  const name = basename(path).toLowerCase().replace(/\.gz$/, '');
  const words = name
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => !/^(images?|labels?|idx\d?|ubyte|)$/.test(word));
  return words.join('-') || 'picture';
}

function toSplit(stem: string): Split | null {
  if (/t10k|test/.test(stem)) return 'test';
  if (stem.includes('train')) return 'train';
  return /\bval/.test(stem) ? 'val' : null;
}

function describeFound(files: readonly FoundIdx[]): string {
  if (files.length === 0) return 'no idx file';
  return files
    .map(({ path, axes }) => `${basename(path)} with ${axes} ${axes === 1 ? 'axis' : 'axes'}`)
    .join(', ');
}
