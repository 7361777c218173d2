/** Varies training pictures: one affine pass with reflected borders, one colour matrix, a light erasing. Seeded. */
import type { Random } from '../base/random.ts';

export interface AugmentOptions {
  /** Side of the square pictures in pixels. */
  readonly size: number;
  /** 0: unchanged, 1: the default, 2: twice as far. */
  readonly strength: number;
  /** Mirror left and right half of the time; false also keeps rotations small. See `suggestFlip`. */
  readonly flip: boolean;
}

/** How far strength 1 goes, each way. */
const reach = {
  /** Natural logarithm of the factor: 0.8 to 1.25. */
  logScale: 0.22,
  /** The same for width against height. */
  logAspect: 0.1,
  /** Share of the side. */
  shift: 0.1,
  rotationDeg: 15,
  /** Where pictures must not be mirrored: digits and letters change their meaning. */
  uprightRotationDeg: 9,
  /** Levels of 255. */
  brightness: 30,
  contrast: 0.25,
  saturation: 0.3,
  /** Each of red, green and blue by itself: another light. */
  channel: 0.08,
  /** How often a rectangle is erased, and the most it takes of each side. */
  eraseChance: 0.25,
  eraseSide: 0.3,
} as const;

/** Grey pictures up to this side are taken for drawn or scanned signs. */
const signSide = 64;

/**
 * Whether a mirrored picture still is of its class: not so for digits and letters, which come small and grey.
 * @param pictures sides in pixels of the dataset's pictures; `isGrey` where all of them are
 */
export function suggestFlip(pictures: { isGrey: boolean; width: number; height: number }): boolean {
  return !(pictures.isGrey && Math.max(pictures.width, pictures.height) <= signSide);
}

/** Whether all pixels are grey. @param pixels `[…, 3]` */
export function isGreyRgb(pixels: Uint8Array): boolean {
  for (let index = 0; index + 2 < pixels.length; index += 3) {
    if (pixels[index] !== pixels[index + 1] || pixels[index] !== pixels[index + 2]) return false;
  }
  return true;
}

/**
 * Writes a varied copy.
 * @param source `[size, size, 3]` RGB
 * @param target `[size, size, 3]`, may not overlap the source
 * @param random of a name that tells the epoch and the sample, `createRandom(seed, 'augment', epoch, sample)`
 */
export function augmentInto(
  source: Uint8Array,
  target: Uint8Array,
  random: Random,
  options: AugmentOptions,
): void {
  if (options.strength <= 0) {
    target.set(source);
    return;
  }
  warp(source, target, options.size, drawAffine(random, options));
  recolor(target, drawColors(random, options.strength, meanLevel(source)));
  if (random.next() < reach.eraseChance * options.strength) erase(target, random, options);
}

/** From target to source pixels: `x' = xx·x + xy·y + x0`. */
interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

function drawAffine(random: Random, { size, strength, flip }: AugmentOptions): Affine {
  const draw = (most: number) => random.uniform(-most * strength, most * strength);
  const scale = Math.exp(draw(reach.logScale));
  const aspect = Math.exp(draw(reach.logAspect) / 2);
  const angle = (draw(flip ? reach.rotationDeg : reach.uprightRotationDeg) * Math.PI) / 180;
  const mirror = flip && random.next() < 0.5 ? -1 : 1;
  const [shiftX, shiftY] = [draw(reach.shift) * size, draw(reach.shift) * size];
  const xx = (mirror * Math.cos(angle)) / (scale * aspect);
  const xy = (mirror * Math.sin(angle)) / (scale * aspect);
  const yx = (-Math.sin(angle) * aspect) / scale;
  const yy = (Math.cos(angle) * aspect) / scale;
  const centre = (size - 1) / 2;
  const x0 = centre + shiftX - (xx + xy) * centre;
  const y0 = centre + shiftY - (yx + yy) * centre;
  return { xx, xy, x0, yx, yy, y0 };
}

/** Bilinear, in fixed point of 8 bits; beyond the border the picture is reflected. */
function warp(source: Uint8Array, target: Uint8Array, size: number, affine: Affine): void {
  const last = size - 1;
  const stride = size * 3;
  let at = 0;
  for (let row = 0; row < size; row++) {
    let x = affine.xy * row + affine.x0;
    let y = affine.yy * row + affine.y0;
    for (let column = 0; column < size; column++, at += 3, x += affine.xx, y += affine.yx) {
      const insideX = reflect(x, last);
      const insideY = reflect(y, last);
      const left = insideX | 0;
      const top = insideY | 0;
      const right = ((insideX - left) * 256) | 0;
      const bottom = ((insideY - top) * 256) | 0;
      const first = top * stride + left * 3;
      const beside = left < last ? 3 : 0;
      const below = top < last ? stride : 0;
      for (let channel = 0; channel < 3; channel++) {
        const from = first + channel;
        const upper = byteAt(source, from) * (256 - right) + byteAt(source, from + beside) * right;
        const lower =
          byteAt(source, from + below) * (256 - right) + byteAt(source, from + below + beside) * right;
        target[at + channel] = (upper * (256 - bottom) + lower * bottom + 32768) >> 16;
      }
    }
  }
}

/** Into 0 to last, mirrored at both ends; what lies further out than a whole side stays at the end. */
function reflect(position: number, last: number): number {
  const inner = position < 0 ? -position : position > last ? 2 * last - position : position;
  return inner < 0 ? 0 : inner > last ? last : inner;
}

/** `out[c] = gain[c] · (keep · in[c] + mix · (in[0] + in[1] + in[2])) + offset[c]` */
interface Colors {
  readonly keep: number;
  readonly mix: number;
  readonly gain: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/** @param mean level of the picture, around which contrast turns */
function drawColors(random: Random, strength: number, mean: number): Colors {
  const draw = (most: number) => random.uniform(-most * strength, most * strength);
  const contrast = Math.exp(draw(reach.contrast));
  const saturation = Math.max(0, 1 + draw(reach.saturation));
  const base = mean * (1 - contrast) + draw(reach.brightness);
  const gains = [1, 2, 3].map(() => contrast * Math.exp(draw(reach.channel)));
  const [red = 1, green = 1, blue = 1] = gains;
  return {
    keep: saturation,
    mix: (1 - saturation) / 3,
    gain: [red, green, blue],
    offset: [base, base, base],
  };
}

function recolor(pixels: Uint8Array, { keep, mix, gain, offset }: Colors): void {
  const [gainR, gainG, gainB] = gain;
  const [offsetR, offsetG, offsetB] = offset;
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const red = byteAt(pixels, at);
    const green = byteAt(pixels, at + 1);
    const blue = byteAt(pixels, at + 2);
    const grey = mix * (red + green + blue);
    pixels[at] = toByte(gainR * (keep * red + grey) + offsetR);
    pixels[at + 1] = toByte(gainG * (keep * green + grey) + offsetG);
    pixels[at + 2] = toByte(gainB * (keep * blue + grey) + offsetB);
  }
}

/** A rectangle of one grey level. */
function erase(pixels: Uint8Array, random: Random, { size }: AugmentOptions): void {
  const most = Math.max(1, Math.round(size * reach.eraseSide));
  const [width, height] = [random.integer(1, most), random.integer(1, most)];
  const left = random.integer(0, size - width);
  const top = random.integer(0, size - height);
  const level = random.integer(0, 255);
  for (let row = top; row < top + height; row++) {
    pixels.fill(level, (row * size + left) * 3, (row * size + left + width) * 3);
  }
}

function meanLevel(pixels: Uint8Array): number {
  let sum = 0;
  for (const value of pixels) sum += value;
  return sum / Math.max(1, pixels.length);
}

function toByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0;
}

/** An index that the loops above keep in range. */
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
