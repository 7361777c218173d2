/** Tiles of a picture that may be too large to be decoded in one go: it is read in strips, each within a budget. */
import type { PixelBox, Size } from './box-geometry.ts';
import { openPictureAsRgb, withPictureErrors } from './open-picture.ts';
import type { Pixels } from './resample.ts';

/** Memory for one strip: 2,900 rows of 12,000 pixels. */
const stripBytes = 100 * 2 ** 20;

export interface ReadTile {
  /** Of the tile in the list. */
  readonly index: number;
  /** RGB in the picture's own scale. */
  readonly picture: Pixels;
}

/**
 * Strip by strip from the top.
 * @param picture upright size
 * @param tiles in whole pixels, within the picture
 * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export async function* readTiles(
  bytes: Uint8Array,
  picture: Size,
  tiles: readonly PixelBox[],
): AsyncGenerator<ReadTile, void, void> {
  for (const indices of toStrips(picture, tiles)) {
    const members = indices.map((index) => tiles[index] as PixelBox);
    const strip = {
      left: Math.min(...members.map(({ left }) => left)),
      top: Math.min(...members.map(({ top }) => top)),
      right: Math.max(...members.map(({ right }) => right)),
      bottom: Math.max(...members.map(({ bottom }) => bottom)),
    };
    const decoded = await decodeStrip(bytes, strip);
    for (const index of indices) {
      yield { index, picture: cut(decoded, strip, tiles[index] as PixelBox) };
    }
  }
}

/** Tiles of which the hull fits into the budget, from the top; a tile that alone is larger goes alone. */
function toStrips({ width }: Size, tiles: readonly PixelBox[]): number[][] {
  const order = tiles.map((_, index) => index);
  const topOf = (index: number) => tiles[index]?.top ?? 0;
  order.sort((first, second) => topOf(first) - topOf(second) || first - second);
  const strips: number[][] = [];
  let top = 0;
  for (const index of order) {
    const strip = strips.at(-1);
    const bottom = tiles[index]?.bottom ?? 0;
    if (strip && (bottom - top) * width * 3 <= stripBytes) {
      strip.push(index);
    } else {
      top = topOf(index);
      strips.push([index]);
    }
  }
  return strips;
}

function decodeStrip(bytes: Uint8Array, { left, top, right, bottom }: PixelBox): Promise<Pixels> {
  const area = { left, top, width: right - left, height: bottom - top };
  return withPictureErrors(bytes, async () => {
    const { data, info } = await openPictureAsRgb(bytes)
      .extract(area)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height, channels: 3 };
  });
}

function cut({ pixels, width: stripWidth }: Pixels, strip: PixelBox, tile: PixelBox): Pixels {
  const [width, height] = [tile.right - tile.left, tile.bottom - tile.top];
  const result = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((tile.top - strip.top + row) * stripWidth + tile.left - strip.left) * 3;
    result.set(pixels.subarray(start, start + width * 3), row * width * 3);
  }
  return { pixels: result, width, height, channels: 3 };
}
