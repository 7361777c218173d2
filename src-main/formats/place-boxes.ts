/** Turns the boxes that a file wrote into boxes on the picture as it is, and sets aside what can not be one. */
import type { ErrorCode } from '../../src-preload/contract/errors.ts';
import type { FormatBox, PictureRecord, WrittenBox } from './picture-record.ts';

export interface PlacedBoxes {
  readonly boxes: readonly FormatBox[];
  /** Boxes that reached over the picture's edge and were cut there; they are among the boxes. */
  readonly clipped: number;
  readonly faults: readonly BoxFault[];
}

export interface BoxFault {
  readonly place: string;
  readonly code: ErrorCode;
  readonly reason: string;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What decimals that were rounded reach over an edge, in pixels: cut, and not worth a count. */
const roundingPixels = 0.01;

/** @param size of the upright picture, in pixels */
export function placeBoxes({ boxes, unit }: Pick<PictureRecord, 'boxes' | 'unit'>, size: Size): PlacedBoxes {
  const placed: FormatBox[] = [];
  const faults: BoxFault[] = [];
  let clipped = 0;
  for (const written of boxes) {
    const outcome = placeBox(scaleBox(written, unit, size), size);
    if ('reason' in outcome) {
      faults.push({ place: written.place, code: 'BOX_INVALID', reason: outcome.reason });
      continue;
    }
    const { className, score, attributes } = written;
    placed.push({ className, score, attributes, ...outcome.geometry });
    if (outcome.isClipped) clipped++;
  }
  return { boxes: placed, clipped, faults };
}

/** Says how a record's size contradicts the picture; undefined where it does not. */
export function findSizeMismatch({ size }: Pick<PictureRecord, 'size'>, picture: Size): string | undefined {
  if (size === null || (size.width === picture.width && size.height === picture.height)) return undefined;
  return `the labels are for ${size.width} × ${size.height} pixels, the picture has ${picture.width} × ${picture.height}: it comes in unlabelled`;
}

interface Corners {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function scaleBox(box: WrittenBox, unit: PictureRecord['unit'], { width, height }: Size): Corners {
  if (unit === 'pixel') return box;
  const whole = unit === 'percent' ? 100 : 1;
  return {
    left: (box.left / whole) * width,
    top: (box.top / whole) * height,
    right: (box.right / whole) * width,
    bottom: (box.bottom / whole) * height,
  };
}

type Placing =
  | { readonly geometry: Pick<FormatBox, 'x' | 'y' | 'width' | 'height'>; readonly isClipped: boolean }
  | { readonly reason: string };

function placeBox(corners: Corners, size: Size): Placing {
  const { left, top, right, bottom } = corners;
  if (![left, top, right, bottom].every(Number.isFinite))
    return { reason: `expected four numbers for a box, got ${tell(corners)}` };
  if (!(right > left && bottom > top))
    return { reason: `expected a box with an area, got ${tell(corners)} (left, top, right, bottom)` };
  const x = Math.max(0, left);
  const y = Math.max(0, top);
  const width = Math.min(size.width, right) - x;
  const height = Math.min(size.height, bottom) - y;
  if (!(width > roundingPixels && height > roundingPixels) && isOver(corners, size, 0)) {
    return {
      reason: `expected a box on the picture of ${size.width} × ${size.height} pixels, got ${tell(corners)} (left, top, right, bottom)`,
    };
  }
  return { geometry: { x, y, width, height }, isClipped: isOver(corners, size, roundingPixels) };
}

function isOver({ left, top, right, bottom }: Corners, size: Size, tolerance: number): boolean {
  return (
    left < -tolerance ||
    top < -tolerance ||
    right > size.width + tolerance ||
    bottom > size.height + tolerance
  );
}

function tell({ left, top, right, bottom }: Corners): string {
  return [left, top, right, bottom].map((value) => Number(value.toFixed(3))).join(', ');
}
