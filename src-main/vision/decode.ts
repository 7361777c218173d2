/** Decodes a picture to the one pixel layout of the station. */
import { openPictureAsRgb, withPictureErrors } from './open-picture.ts';

export interface RgbPixels {
  /** `[height, width, 3]`, 8-bit sRGB */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * The first frame in full size, upright, transparency on white.
 * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export function decodeRgb(bytes: Uint8Array): Promise<RgbPixels> {
  return withPictureErrors(bytes, async () => {
    const { data, info } = await openPictureAsRgb(bytes).raw().toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height };
  });
}
