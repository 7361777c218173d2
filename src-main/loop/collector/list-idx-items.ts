/** Turns idx files into items: each of their pictures becomes a PNG of its own. */

import { describeGrey, largestGreySide, readPictureQuality } from '../../vision/picture-quality.ts';
import { makePlaceholder } from '../../vision/placeholder.ts';
import { encodePlainPng } from '../../vision/plain-png.ts';
import { isOwnThumbnail, makeThumbnail } from '../../vision/thumbnail.ts';
import { type IdxFile, invalidIdx, readIdxFile } from './idx-file.ts';
import { findIdxPairs, type IdxPair } from './idx-pairs.ts';
import type { ImportItem, PictureContent } from './import-item.ts';

export interface IdxItems {
  readonly items: ImportItem[];
  /** Numbers as text, in the order of the numbers. */
  readonly classNames: string[];
}

/**
 * @param toName how a path is told
 * @throws {AppError} IMPORT_FORMAT_INVALID with what was expected and found, IMPORT_PATH_UNREADABLE
 */
export async function listIdxItems(
  paths: readonly string[],
  labelsPath: string | null,
  toName: (path: string) => string,
): Promise<IdxItems> {
  const items: ImportItem[] = [];
  const numbers = new Set<number>();
  for (const pair of await findIdxPairs(paths, labelsPath)) {
    const images = await readImages(pair.imagesPath);
    const labels = pair.labelsPath === null ? null : await readLabels(pair.labelsPath, images);
    for (const number of labels ?? []) numbers.add(number);
    for (const item of createItems(pair, images, labels, toName(pair.imagesPath))) items.push(item);
  }
  return { items, classNames: [...numbers].sort((first, second) => first - second).map(String) };
}

async function readImages(path: string): Promise<IdxFile> {
  const file = await readIdxFile(path);
  const [, rows = 0, columns = 0] = file.shape;
  if (file.shape.length === 3 && rows > 0 && columns > 0) return file;
  throw invalidIdx(path, 'pictures as [count, rows, columns]', `[${file.shape.join(', ')}]`);
}

async function readLabels(path: string, images: IdxFile): Promise<Uint8Array> {
  const { shape, values } = await readIdxFile(path);
  const count = images.shape[0] ?? 0;
  if (shape.length !== 1) throw invalidIdx(path, 'labels as [count]', `[${shape.join(', ')}]`);
  if (values.length === count) return values;
  throw invalidIdx(path, `${count} labels, one for each picture of ${images.path}`, `${values.length}`);
}

function createItems(
  { stem, split }: IdxPair,
  { shape, values }: IdxFile,
  labels: Uint8Array | null,
  name: string,
): ImportItem[] {
  const [count = 0, height = 0, width = 0] = shape;
  const digits = String(count).length;
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(digits, '0');
    const pixels = values.subarray(index * width * height, (index + 1) * width * height);
    return {
      path: `${name}#${number}`,
      fileName: `${stem}-${number}.png`,
      className: labels ? String(labels[index]) : null,
      split,
      record: null,
      read: () => toContent(pixels, width, height),
    };
  });
}

async function toContent(pixels: Uint8Array, width: number, height: number): Promise<PictureContent> {
  const bytes = encodePlainPng({ pixels, width, height });
  const facts = { format: 'png', width, height } as const;
  const isSmall = isOwnThumbnail(bytes, facts);
  const isGreyAlready = Math.max(width, height) <= largestGreySide;
  const quality = isGreyAlready
    ? describeGrey({ pixels, width, height }, facts)
    : await readPictureQuality(bytes, facts);
  const thumbnail = isSmall ? bytes : await makeThumbnail(bytes, facts);
  const placeholder = await makePlaceholder(thumbnail);
  const origin = { camera: null, capturedAt: null, fileTime: null, placeholder };
  return { bytes, facts, quality, thumbnail, origin };
}
