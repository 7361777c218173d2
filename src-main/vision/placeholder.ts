/** What stands in for a picture until its thumbnail is there: some thirty characters that a list carries along. */
import { rgbaToThumbHash } from 'thumbhash';
import { openPictureAsRgb, withPictureErrors } from './open-picture.ts';

/** Longest side in pixels of what is hashed: the hash keeps at most seven waves a side. */
const side = 32;

/**
 * ThumbHash (Wallace 2023, https://evanw.github.io/thumbhash/): the lowest frequencies of the picture, its mean colour and
 * its shape, in base64.
 * @param bytes of the picture or of its thumbnail
 * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export function makePlaceholder(bytes: Uint8Array): Promise<string> {
  return withPictureErrors(bytes, async () => {
    const { data, info } = await openPictureAsRgb(bytes)
      .resize(side, side, { fit: 'inside' })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
  });
}
