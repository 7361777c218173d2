/** What a picture's pixels tell of it without a model: sharpness, exposure, what it looks like, and whether it is there twice. */
import { createHash } from 'node:crypto';
import { openPictureAsRgb, withPictureErrors } from './open-picture.ts';
import { type DescribedPixels, describePixels } from './picture-descriptor.ts';

export interface PictureQuality {
  /**
   * Variance of the Laplacian, in squared 8-bit steps: low where nothing is in focus. Pech-Pacheco, Cristóbal,
   * Chamorro-Martínez and Fernández-Valdivia 2000, "Diatom autofocusing in brightfield microscopy", section 3 (LAP4).
   */
  readonly sharpness: number;
  /** Mean of the grey picture, 0 black to 1 white. */
  readonly brightness: number;
  /** Share of pixels at or next to white, 0 to 1. */
  readonly clipped: number;
  /** 16 hexadecimal digits; pictures that look alike differ in few of the 64 bits. */
  readonly fingerprint: string;
  /** The same for pictures of one size whose grey pixels are the same, whatever file holds them. */
  readonly pixelDigest: string;
  /** What `describePixels` says of its colours and edges. */
  readonly descriptor: Uint8Array;
}

/** One byte a pixel, `[height, width]`. */
export interface GreyPicture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Larger pictures are looked at in this size, so that one threshold serves all cameras: the longest side in pixels. */
export const largestGreySide = 512;

/**
 * Of the first frame, upright. The picture is decoded as a whole, so that one that breaks off is found.
 * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export async function readPictureQuality(
  bytes: Uint8Array,
  size: { readonly width: number; readonly height: number },
): Promise<PictureQuality> {
  return describePicture(await readPixels(bytes), size);
}

/**
 * @param grey of `largestGreySide` at most
 * @param size of the picture as it is
 */
export function describeGrey(
  grey: GreyPicture,
  size: { readonly width: number; readonly height: number },
): PictureQuality {
  return describePicture({ ...grey, channels: 1 }, size);
}

function describePicture(
  picture: DescribedPixels,
  size: { readonly width: number; readonly height: number },
): PictureQuality {
  const { pixels, width, height, channels } = picture;
  const grey = { pixels: toLuma(pixels, channels), width, height };
  const digest = createHash('sha256').update(`${size.width}x${size.height} `).update(grey.pixels);
  return {
    sharpness: measureSharpness(grey),
    ...measureExposure(grey),
    fingerprint: fingerprintPicture(grey),
    pixelDigest: digest.digest('hex').slice(0, 32),
    descriptor: describePixels(picture),
  };
}

function readPixels(bytes: Uint8Array): Promise<DescribedPixels> {
  return withPictureErrors(bytes, async () => {
    const { data, info } = await openPictureAsRgb(bytes)
      .resize(largestGreySide, largestGreySide, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height, channels: info.channels };
  });
}

/** Luma of Rec. 601 in 8 bits: a third of the time that a change of colour space takes. */
function toLuma(pixels: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return pixels;
  const grey = new Uint8Array(pixels.length / channels);
  for (let index = 0; index < grey.length; index++) {
    const at = index * channels;
    const red = 77 * (pixels[at] as number);
    grey[index] = (red + 150 * (pixels[at + 1] as number) + 29 * (pixels[at + 2] as number)) >> 8;
  }
  return grey;
}

/** Variance of the Laplacian of four neighbours, of all pixels but the outermost; 0 where there are none. */
export function measureSharpness({ pixels, width, height }: GreyPicture): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
      const across = (pixels[at - 1] as number) + (pixels[at + 1] as number);
      const along = (pixels[at - width] as number) + (pixels[at + width] as number);
      const value = across + along - 4 * (pixels[at] as number);
      sum += value;
      squares += value * value;
    }
  }
  const count = Math.max(0, width - 2) * Math.max(0, height - 2);
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

/** 8-bit value from which on a pixel holds no more detail. */
const white = 250;

export function measureExposure({ pixels }: GreyPicture): Pick<PictureQuality, 'brightness' | 'clipped'> {
  let sum = 0;
  let atWhite = 0;
  for (let index = 0; index < pixels.length; index++) {
    const value = pixels[index] as number;
    sum += value;
    if (value >= white) atWhite++;
  }
  const count = Math.max(1, pixels.length);
  return { brightness: sum / count / 255, clipped: atWhite / count };
}

/** Side of the picture that is transformed, and of the square of low frequencies that is kept of it. */
const side = 32;
const kept = 8;

/** `[frequency 1 to 8, position]`: cosines of the DCT-II. The mean, frequency 0, is left out. */
const cosines = Float64Array.from({ length: kept * side }, (_, index) => {
  const frequency = Math.floor(index / side) + 1;
  return Math.cos((Math.PI / side) * ((index % side) + 0.5) * frequency);
});

/**
 * The signs of the 64 lowest frequencies of a 32 × 32 picture against their median. Zauner 2010, "Implementation and
 * Benchmarking of Perceptual Image Hash Functions", section 3.2.1 (the DCT hash of pHash).
 */
export function fingerprintPicture(grey: GreyPicture): string {
  const rows = multiplyByCosines(shrink(grey));
  const frequencies = multiplyByCosines(transpose(rows));
  const sorted = frequencies.toSorted();
  const median = ((sorted[31] as number) + (sorted[32] as number)) / 2;
  let bits = 0n;
  for (const value of frequencies) bits = (bits << 1n) | (value > median ? 1n : 0n);
  return bits.toString(16).padStart(16, '0');
}

/** @param rows `[n, 32]` @returns `[n, 8]` */
function multiplyByCosines(rows: Float64Array): Float64Array {
  const result = new Float64Array((rows.length / side) * kept);
  for (let index = 0; index < result.length; index++) {
    const row = Math.floor(index / kept) * side;
    const wave = (index % kept) * side;
    let sum = 0;
    for (let at = 0; at < side; at++) sum += (rows[row + at] as number) * (cosines[wave + at] as number);
    result[index] = sum;
  }
  return result;
}

/** @param rows `[32, 8]` @returns `[8, 32]` */
function transpose(rows: Float64Array): Float64Array {
  return Float64Array.from(
    { length: rows.length },
    (_, index) => rows[(index % side) * kept + Math.floor(index / side)] as number,
  );
}

/** `[32, 32]`: each the mean of the pixels that it covers, of one pixel at least. */
function shrink({ pixels, width, height }: GreyPicture): Float64Array {
  return Float64Array.from({ length: side * side }, (_, index) => {
    const [top, bottom] = spanOf(Math.floor(index / side), height);
    const [left, right] = spanOf(index % side, width);
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) sum += pixels[y * width + x] as number;
    }
    return sum / ((bottom - top) * (right - left));
  });
}

function spanOf(cell: number, length: number): [from: number, until: number] {
  const from = Math.floor((cell * length) / side);
  return [from, Math.max(from + 1, Math.ceil(((cell + 1) * length) / side))];
}
