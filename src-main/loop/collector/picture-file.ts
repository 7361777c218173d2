/** Reads one picture from the operator's disk, whatever its name says that it is. */
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../base/app-error.ts';
import { assertPicture } from '../../vision/open-picture.ts';
import { headBytes } from '../../vision/picture-format.ts';
import { readPictureQuality } from '../../vision/picture-quality.ts';
import { makePlaceholder } from '../../vision/placeholder.ts';
import { readCapture } from '../../vision/read-capture.ts';
import { readImageFacts } from '../../vision/read-facts.ts';
import { makeThumbnail } from '../../vision/thumbnail.ts';
import { withPathErrors } from './file-errors.ts';
import type { PictureContent } from './import-item.ts';

/** A file is read into memory as a whole. */
export const maxPictureBytes = 512 * 2 ** 20;

/** @throws {AppError} IMPORT_PATH_UNREADABLE, IMAGE_UNREADABLE, IMAGE_TOO_LARGE */
export async function readPictureFile(path: string): Promise<PictureContent> {
  const { bytes, fileTime } = await withPathErrors(path, () => readBytes(path));
  const facts = await readImageFacts(bytes);
  const thumbnail = await makeThumbnail(bytes, facts);
  const quality = await readPictureQuality(bytes, facts);
  const placeholder = await makePlaceholder(thumbnail);
  return {
    bytes,
    facts,
    quality,
    thumbnail,
    origin: { ...(await readCapture(bytes)), fileTime, placeholder },
  };
}

/** @returns with the time at which the file was last written, in ms since 1970 */
async function readBytes(path: string): Promise<{ bytes: Uint8Array; fileTime: number | null }> {
  const file = await open(path, 'r');
  try {
    const { size, mtimeMs } = await file.stat();
    assertPicture(await readHead(file));
    if (size > maxPictureBytes) throw tooLarge(size);
    return { bytes: await file.readFile(), fileTime: mtimeMs >= 0 ? Math.round(mtimeMs) : null };
  } finally {
    await file.close();
  }
}

/** The position stays at the start: a film of 10 GB named .jpg is refused by its first bytes. */
async function readHead(file: FileHandle): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  return buffer.subarray(0, bytesRead);
}

function tooLarge(sizeBytes: number): AppError {
  return new AppError(
    'IMAGE_TOO_LARGE',
    `expected a file of at most ${maxPictureBytes / 2 ** 20} MB, got ${Math.round(sizeBytes / 2 ** 20)} MB`,
    { data: { sizeBytes, maxPictureBytes } },
  );
}
