/** Paints pictures through affine maps into one frame, recoloured on the way: each pixel is resampled once. */
import { type Affine, invert } from './affine.ts';
import type { Size } from './box-geometry.ts';
import { letterboxGrey } from './letterbox.ts';
import type { Pixels } from './resample.ts';

/**
 * A change of colour that treats the three channels alike: each becomes `own` of itself, `next` of the one after it
 * (green after red, blue after green, red after blue) and `last` of the third.
 */
export interface ColourTurn {
  readonly own: number;
  readonly next: number;
  readonly last: number;
}

/**
 * Hue, saturation and value changed by one matrix: a turn about the grey axis, a stretch away from it, a gain.
 * @param turn share of the whole circle
 */
export function turnColours(turn: number, saturation: number, value: number): ColourTurn {
  const [cos, sin] = [Math.cos(2 * Math.PI * turn), Math.sin(2 * Math.PI * turn)];
  // Rodrigues' formula about (1, 1, 1) / √3: the mean of the channels stays, what is across it turns and stretches.
  const across = (saturation * cos) / 3;
  const side = (saturation * sin) / Math.sqrt(3);
  return {
    own: value * (1 / 3 + 2 * across),
    next: value * (1 / 3 - across - side),
    last: value * (1 / 3 - across + side),
  };
}

export interface PaintedPicture {
  /** RGB. */
  readonly picture: Pixels;
  /** From pixels of the picture to pixels of the frame. */
  readonly toFrame: Affine;
}

/** @param target `[frame.height, frame.width, 3]`; grey where no picture lies */
export function paint(
  target: Uint8Array,
  frame: Size,
  pictures: readonly PaintedPicture[],
  colours: ColourTurn,
): void {
  target.fill(letterboxGrey);
  const turn = toFixed(colours);
  const clamped = new Uint8ClampedArray(target.buffer, target.byteOffset, target.byteLength);
  for (const { picture, toFrame } of pictures) {
    paintRows(clamped, frame, picture, invert(toFrame), turn);
  }
}

/** In 1/256. */
function toFixed({ own, next, last }: ColourTurn): ColourTurn {
  return { own: Math.round(256 * own), next: Math.round(256 * next), last: Math.round(256 * last) };
}

function paintRows(
  target: Uint8ClampedArray,
  frame: Size,
  picture: Pixels,
  toPicture: Affine,
  turn: ColourTurn,
): void {
  const { xx, xy, x0, yx, yy, y0 } = toPicture;
  for (let row = 0; row < frame.height; row++) {
    // Of the middle of the row's first pixel.
    const x = 0.5 * xx + (row + 0.5) * xy + x0;
    const y = 0.5 * yx + (row + 0.5) * yy + y0;
    const first = Math.max(0, firstInside(x, xx, picture.width), firstInside(y, yx, picture.height));
    const end = Math.min(frame.width, endInside(x, xx, picture.width), endInside(y, yx, picture.height));
    if (first >= end) continue;
    const start = { x: x + first * xx - 0.5, y: y + first * yx - 0.5, xStep: xx, yStep: yx };
    paintSpan(target, (row * frame.width + first) * 3, end - first, picture, start, turn);
  }
}

/** The first whole column at which `start + column · step` lies within 0 to length. */
function firstInside(start: number, step: number, length: number): number {
  if (step === 0) return start >= 0 && start < length ? 0 : Number.POSITIVE_INFINITY;
  return Math.ceil((step > 0 ? -start : length - start) / step);
}

/** The column after the last of them. */
function endInside(start: number, step: number, length: number): number {
  if (step === 0) return Number.POSITIVE_INFINITY;
  return Math.ceil((step > 0 ? length - start : -start) / step);
}

interface SpanStart {
  /** Indices of source pixels, with fractions between their middles. */
  readonly x: number;
  readonly y: number;
  readonly xStep: number;
  readonly yStep: number;
}

const one = 65_536;

/** Bilinear in fixed point of 16 bits, weights of 8; beyond its outermost pixels' middles the picture goes on with them. */
function paintSpan(
  target: Uint8ClampedArray,
  from: number,
  count: number,
  { pixels, width, height }: Pixels,
  { x, y, xStep, yStep }: SpanStart,
  { own, next, last }: ColourTurn,
): void {
  const [mostX, mostY] = [lastPosition(width), lastPosition(height)];
  const stride = width * 3;
  const beside = width > 1 ? 3 : 0;
  const below = height > 1 ? stride : 0;
  const recolours = own !== 256 || next !== 0 || last !== 0;
  const stepX = Math.round(xStep * one);
  const stepY = Math.round(yStep * one);
  let atX = Math.round(x * one);
  let atY = Math.round(y * one);
  for (let to = from, end = from + 3 * count; to < end; to += 3, atX += stepX, atY += stepY) {
    const insideX = atX < 0 ? 0 : atX > mostX ? mostX : atX;
    const insideY = atY < 0 ? 0 : atY > mostY ? mostY : atY;
    const upper = (insideY >> 16) * stride + (insideX >> 16) * 3;
    const lower = upper + below;
    const right = (insideX >> 8) & 255;
    const bottom = (insideY >> 8) & 255;
    const weight11 = right * bottom;
    const weight01 = (right << 8) - weight11;
    const weight10 = (bottom << 8) - weight11;
    const weight00 = one - (right << 8) - weight10;
    const red =
      (byteAt(pixels, upper) * weight00 +
        byteAt(pixels, upper + beside) * weight01 +
        byteAt(pixels, lower) * weight10 +
        byteAt(pixels, lower + beside) * weight11 +
        32_768) >>
      16;
    const green =
      (byteAt(pixels, upper + 1) * weight00 +
        byteAt(pixels, upper + beside + 1) * weight01 +
        byteAt(pixels, lower + 1) * weight10 +
        byteAt(pixels, lower + beside + 1) * weight11 +
        32_768) >>
      16;
    const blue =
      (byteAt(pixels, upper + 2) * weight00 +
        byteAt(pixels, upper + beside + 2) * weight01 +
        byteAt(pixels, lower + 2) * weight10 +
        byteAt(pixels, lower + beside + 2) * weight11 +
        32_768) >>
      16;
    if (recolours) {
      target[to] = (own * red + next * green + last * blue + 128) >> 8;
      target[to + 1] = (own * green + next * blue + last * red + 128) >> 8;
      target[to + 2] = (own * blue + next * red + last * green + 128) >> 8;
    } else {
      target[to] = red;
      target[to + 1] = green;
      target[to + 2] = blue;
    }
  }
}

/** Just before the last pixel's middle, so that it always has a neighbour after it. */
function lastPosition(length: number): number {
  return Math.max(0, (length - 1) * one - 1);
}

/** An index that the loop above keeps in range. */
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
