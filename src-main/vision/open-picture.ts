/** The one way in to sharp: every picture is opened with the same limits, and every failure is told in the same words. */
import sharp, { type Sharp } from 'sharp';
import { AppError } from '../base/app-error.ts';
import { decodeBitmap, isBitmap, readBitmapSize } from './bitmap.ts';
import { describeBytes, findPictureFormat, headBytes, readableFormats } from './picture-format.ts';

/** Larger pictures are refused from their header: decoded, they would take three bytes a pixel. */
export const maxPixels = 150_000_000;

/** What transparent pixels become: white, as on paper and in most viewers. */
export const matte = { r: 255, g: 255, b: 255 } as const;

// Pictures are decoded side by side: threads within one of them only get in each other's way.
sharp.concurrency(1);
sharp.cache(false);

/**
 * A pipeline that starts with the first frame, turned upright as its EXIF orientation says.
 * To be called inside `withPictureErrors`: a bitmap is decoded here.
 * @throws {AppError} IMAGE_UNREADABLE where the bytes are no picture
 */
export function openPicture(bytes: Uint8Array): Sharp {
  assertPicture(bytes);
  if (isBitmap(bytes)) return openBitmap(bytes);
  return sharp(bytes, {
    failOn: 'error',
    limitInputPixels: maxPixels,
    sequentialRead: true,
    autoOrient: true,
  });
}

function openBitmap(bytes: Uint8Array): Sharp {
  const size = readBitmapSize(bytes);
  assertPixelCount(size.width, size.height);
  const { pixels, width, height } = decodeBitmap(bytes);
  return sharp(pixels, { raw: { width, height, channels: 4 } });
}

/** The same as 8-bit sRGB of three channels, from any depth, palette or colour space. */
export function openPictureAsRgb(bytes: Uint8Array): Sharp {
  return openPicture(bytes).flatten({ background: matte }).toColourspace('srgb');
}

/** @throws {AppError} IMAGE_UNREADABLE with what the bytes look like instead */
export function assertPicture(bytes: Uint8Array): void {
  const head = bytes.subarray(0, headBytes);
  if (findPictureFormat(head)) return;
  throw new AppError(
    'IMAGE_UNREADABLE',
    `expected a picture (${readableFormats}), got ${describeBytes(head)}`,
    { data: { sizeBytes: bytes.length } },
  );
}

/** @throws {AppError} IMAGE_TOO_LARGE */
export function assertPixelCount(width: number, height: number): void {
  if (width * height <= maxPixels) return;
  throw new AppError(
    'IMAGE_TOO_LARGE',
    `expected at most ${maxPixels / 1e6} million pixels, got ${width} × ${height} (${Math.round((width * height) / 1e6)} million): make the picture smaller`,
    { data: { width, height, maxPixels } },
  );
}

/** Runs a step of a pipeline that `openPicture` began. @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE */
export async function withPictureErrors<T>(bytes: Uint8Array, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (isPixelLimit(cause)) await assertSizeFromHeader(bytes);
    throw unreadable(bytes, cause);
  }
}

async function assertSizeFromHeader(bytes: Uint8Array): Promise<void> {
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
  assertPixelCount(width, height);
}

function isPixelLimit(error: unknown): boolean {
  return error instanceof Error && /pixel limit/i.test(error.message);
}

function unreadable(bytes: Uint8Array, cause: unknown): AppError {
  const what = describeBytes(bytes.subarray(0, headBytes));
  const reason = cause instanceof Error ? cause.message : String(cause);
  const detail = reason.replaceAll(/\s+/g, ' ').trim().slice(0, 160);
  return new AppError(
    'IMAGE_UNREADABLE',
    `expected a whole picture, got ${what} of ${bytes.length} bytes that breaks off or is damaged (${detail})`,
    { cause, data: { sizeBytes: bytes.length } },
  );
}
