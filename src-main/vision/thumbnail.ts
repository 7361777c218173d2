/** Small pictures for grids. */
import { openPicture, openPictureAsRgb, withPictureErrors } from './open-picture.ts';
import type { ImageFacts } from './read-facts.ts';

export type PictureShape = Pick<ImageFacts, 'format' | 'width' | 'height'>;

/** Longest side of a thumbnail in pixels. */
export const thumbnailSide = 256;

/** A picture this small, in bytes, is its own thumbnail if its sides allow. */
const smallEnoughBytes = 64 * 1024;

/**
 * A JPEG of at most 256 × 256 pixels. The picture is decoded as a whole, so that one that breaks off is found.
 * @returns the very same bytes for a JPEG or PNG that is small already
 * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export async function makeThumbnail(bytes: Uint8Array, facts: PictureShape): Promise<Uint8Array> {
  if (!isOwnThumbnail(bytes, facts)) return drawThumbnail(bytes);
  await decodeWhole(bytes);
  return bytes;
}

function drawThumbnail(bytes: Uint8Array): Promise<Uint8Array> {
  return withPictureErrors(bytes, () =>
    openPictureAsRgb(bytes)
      .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80 })
      .toBuffer(),
  );
}

/** Shrunk as it is read, which costs less than to keep all of it. */
function decodeWhole(bytes: Uint8Array): Promise<Uint8Array> {
  return withPictureErrors(bytes, () => openPicture(bytes).resize(8, 8, { fit: 'fill' }).raw().toBuffer());
}

/** Whether a picture needs no other thumbnail than itself. */
export function isOwnThumbnail(bytes: Uint8Array, { format, width, height }: PictureShape): boolean {
  const isShown = format === 'jpeg' || format === 'png';
  return isShown && Math.max(width, height) <= thumbnailSide && bytes.length <= smallEnoughBytes;
}
