/** What a picture's header tells, without decoding it. */
import sharp, { type Metadata } from 'sharp';
import { isBitmap, readBitmapSize } from './bitmap.ts';
import { assertPicture, assertPixelCount, withPictureErrors } from './open-picture.ts';
import { findPictureFormat, type PictureFormat } from './picture-format.ts';

export interface ImageFacts {
  readonly format: PictureFormat;
  /** Pixels, of the first frame, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** EXIF's: how the stored picture is turned to stand upright; 1, as it is, where nothing is said. */
  readonly orientation: number;
  /** Stored without colour; a grey picture can also be stored as RGB. */
  readonly isGrey: boolean;
  /** 1 for all but animated pictures and files of several pages. */
  readonly frames: number;
}

/** @throws {AppError} IMAGE_UNREADABLE, or IMAGE_TOO_LARGE above `maxPixels` */
export async function readImageFacts(bytes: Uint8Array): Promise<ImageFacts> {
  assertPicture(bytes);
  if (isBitmap(bytes)) return readBitmapFacts(bytes);
  const header = await withPictureErrors(bytes, () => sharp(bytes, { limitInputPixels: false }).metadata());
  assertPixelCount(header.width, header.height);
  return toFacts(header, findPictureFormat(bytes) as PictureFormat);
}

function readBitmapFacts(bytes: Uint8Array): ImageFacts {
  const size = readBitmapSize(bytes);
  assertPixelCount(size.width, size.height);
  return { format: 'bmp', ...size, orientation: 1, isGrey: false, frames: 1 };
}

function toFacts(header: Metadata, format: PictureFormat): ImageFacts {
  return {
    format,
    width: header.autoOrient.width,
    height: header.autoOrient.height,
    orientation: header.orientation ?? 1,
    isGrey: header.channels < 3,
    frames: header.pages ?? 1,
  };
}
