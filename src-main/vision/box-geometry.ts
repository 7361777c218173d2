/** Boxes upright on a picture, in continuous pixel coordinates: measured, clipped, moved. */
import type { Affine } from './affine.ts';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A box of the truth. */
export interface ClassBox extends PixelBox {
  readonly classIndex: number;
}

/** 0 for a box whose sides have changed places. */
export function areaOf({ left, top, right, bottom }: PixelBox): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

export function frameOf({ width, height }: Size): PixelBox {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** What of the box lies in the frame; of area 0 where nothing does. */
export function clipBox<T extends PixelBox>(box: T, frame: PixelBox): T {
  const left = Math.min(Math.max(box.left, frame.left), frame.right);
  const top = Math.min(Math.max(box.top, frame.top), frame.bottom);
  const right = Math.max(left, Math.min(box.right, frame.right));
  const bottom = Math.max(top, Math.min(box.bottom, frame.bottom));
  return { ...box, left, top, right, bottom };
}

export function intersectionArea(first: PixelBox, second: PixelBox): number {
  const width = Math.min(first.right, second.right) - Math.max(first.left, second.left);
  const height = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/** 0 to 1; 0 for two boxes of no area. */
export function intersectionOverUnion(first: PixelBox, second: PixelBox): number {
  const shared = intersectionArea(first, second);
  return shared === 0 ? 0 : shared / (areaOf(first) + areaOf(second) - shared);
}

/** The smallest upright box around the moved one. */
export function transformBox<T extends PixelBox>(box: T, { xx, xy, x0, yx, yy, y0 }: Affine): T {
  const { left, top, right, bottom } = box;
  return {
    ...box,
    left: x0 + Math.min(xx * left, xx * right) + Math.min(xy * top, xy * bottom),
    right: x0 + Math.max(xx * left, xx * right) + Math.max(xy * top, xy * bottom),
    top: y0 + Math.min(yx * left, yx * right) + Math.min(yy * top, yy * bottom),
    bottom: y0 + Math.max(yx * left, yx * right) + Math.max(yy * top, yy * bottom),
  };
}

export interface KeepRule {
  /** Pixels: the shorter side of what is left. */
  readonly leastSide: number;
  /** Of the box's area before it was clipped. */
  readonly leastShare: number;
}

/** The boxes clipped to the frame, without those of which too little is left to tell what they were. */
export function keepVisible<T extends PixelBox>(boxes: readonly T[], frame: PixelBox, rule: KeepRule): T[] {
  return boxes.flatMap((box) => {
    const clipped = clipBox(box, frame);
    const side = Math.min(clipped.right - clipped.left, clipped.bottom - clipped.top);
    const isKept = side >= rule.leastSide && areaOf(clipped) >= rule.leastShare * areaOf(box);
    return isKept ? [clipped] : [];
  });
}
