/** Paints pictures through affine maps into one frame, and recolours what was painted: each pixel is resampled once. */
import { type Affine, invert } from './affine.ts';
import type { Size } from './box-geometry.ts';
import { type ChangeColours, createColourChange, type HsvGains } from './hsv-gains.ts';
import { letterboxGrey } from './letterbox.ts';
import type { Pixels } from './resample.ts';

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
  colours: HsvGains,
): void {
  target.fill(letterboxGrey);
  const change = createColourChange(colours);
  for (const { picture, toFrame } of pictures) {
    paintRows(target, frame, picture, invert(toFrame), change);
  }
}

function paintRows(
  target: Uint8Array,
  frame: Size,
  picture: Pixels,
  toPicture: Affine,
  change: ChangeColours | undefined,
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
    const from = (row * frame.width + first) * 3;
    paintSpan(target, from, end - first, picture, start);
    change?.(target, from, from + 3 * (end - first));
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
  target: Uint8Array,
  from: number,
  count: number,
  { pixels, width, height }: Pixels,
  { x, y, xStep, yStep }: SpanStart,
): void {
  const [mostX, mostY] = [lastPosition(width), lastPosition(height)];
  const stride = width * 3;
  const beside = width > 1 ? 3 : 0;
  const below = height > 1 ? stride : 0;
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
    target[to] =
      (byteAt(pixels, upper) * weight00 +
        byteAt(pixels, upper + beside) * weight01 +
        byteAt(pixels, lower) * weight10 +
        byteAt(pixels, lower + beside) * weight11 +
        32_768) >>
      16;
    target[to + 1] =
      (byteAt(pixels, upper + 1) * weight00 +
        byteAt(pixels, upper + beside + 1) * weight01 +
        byteAt(pixels, lower + 1) * weight10 +
        byteAt(pixels, lower + beside + 1) * weight11 +
        32_768) >>
      16;
    target[to + 2] =
      (byteAt(pixels, upper + 2) * weight00 +
        byteAt(pixels, upper + beside + 2) * weight01 +
        byteAt(pixels, lower + 2) * weight10 +
        byteAt(pixels, lower + beside + 2) * weight11 +
        32_768) >>
      16;
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
