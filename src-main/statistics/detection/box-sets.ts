/** The boxes of a split as flat arrays, grouped by class and picture: what all figures of detectors are made from. */
import { assert } from '../../base/app-error.ts';

/** n boxes in the order of their pictures. */
interface PlacedBoxes {
  /** `[n]` pictures are the numbers below `pictureCount`, never falling */
  readonly pictures: Int32Array;
  /** `[n]` classes are the numbers below `classCount` */
  readonly classes: Int32Array;
  /** `[n, 4]` x, y of the upper left corner, width, height; pixels */
  readonly boxes: Float64Array;
}

export interface TruthBoxes extends PlacedBoxes {
  /** `[n]` 1: a region of many objects, in which detections are neither right nor wrong */
  readonly crowds: Uint8Array;
  /** `[n]` square pixels, by which COCO tells sizes apart; of a box without a mask its width times its height */
  readonly areas: Float64Array;
}

export interface DetectedBoxes extends PlacedBoxes {
  /** `[n]` */
  readonly scores: Float64Array;
}

export interface DetectionOutcomes {
  readonly classCount: number;
  readonly pictureCount: number;
  readonly truths: TruthBoxes;
  readonly detections: DetectedBoxes;
}

/** @throws {AssertionError} for lengths that do not fit, falling pictures, and numbers that are none */
export function assertOutcomes({ classCount, pictureCount, truths, detections }: DetectionOutcomes): void {
  for (const [what, set] of [['truth', truths] as const, ['detection', detections] as const]) {
    const { pictures, classes, boxes } = set;
    assert(boxes.length === 4 * pictures.length, `${what}: four numbers a box`);
    assert(classes.length === pictures.length, `${what}: one class a box`);
    let before = 0;
    for (let index = 0; index < pictures.length; index++) {
      const picture = pictures[index] as number;
      const place = classes[index] as number;
      assert(
        picture >= before && picture < pictureCount,
        `${what} ${index}: picture ${picture} after ${before}`,
      );
      assert(place >= 0 && place < classCount, `${what} ${index}: class ${place} of ${classCount}`);
      before = picture;
    }
    assert(boxes.every(Number.isFinite), `${what}: boxes are numbers`);
  }
  assert(detections.scores.length === detections.pictures.length, 'one score a detection');
  assert(detections.scores.every(Number.isFinite), 'scores are numbers');
  assert(truths.crowds.length === truths.pictures.length, 'one crowd flag a truth');
  assert(truths.areas.length === truths.pictures.length, 'one area a truth');
}

/** Boxes by class, then by picture, then as they came. */
export interface ClassOrder {
  /** `[n]` places in the set */
  readonly order: Int32Array;
  /** `[classCount + 1]` where each class begins in `order` */
  readonly starts: Int32Array;
}

export function orderByClass({ classes }: Pick<PlacedBoxes, 'classes'>, classCount: number): ClassOrder {
  const starts = new Int32Array(classCount + 1);
  for (const place of classes) starts[place + 1] = (starts[place + 1] as number) + 1;
  for (let place = 0; place < classCount; place++) {
    starts[place + 1] = (starts[place + 1] as number) + (starts[place] as number);
  }
  const next = starts.slice();
  const order = new Int32Array(classes.length);
  for (let index = 0; index < classes.length; index++) {
    const place = classes[index] as number;
    order[next[place] as number] = index;
    next[place] = (next[place] as number) + 1;
  }
  return { order, starts };
}

/** `[pictureCount + 1]` where the boxes of each picture begin. */
export function pictureStarts({ pictures }: Pick<PlacedBoxes, 'pictures'>, pictureCount: number): Int32Array {
  const starts = new Int32Array(pictureCount + 1);
  for (const picture of pictures) starts[picture + 1] = (starts[picture + 1] as number) + 1;
  for (let picture = 0; picture < pictureCount; picture++) {
    starts[picture + 1] = (starts[picture + 1] as number) + (starts[picture] as number);
  }
  return starts;
}

/**
 * Intersection over union of box i of `a` and box j of `b`, each `[n, 4]`; 0 where they do not meet. The sums are in the
 * order of COCO's own, so that thresholds are met by the same boxes.
 */
export function overlapOf(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const shared = intersectionOf(a, i, b, j);
  if (shared === 0) return 0;
  return shared / (areaOf(a, i) + areaOf(b, j) - shared);
}

/** The share of box i of `a` that lies in crowd region j of `b`. */
export function crowdOverlapOf(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const shared = intersectionOf(a, i, b, j);
  return shared === 0 ? 0 : shared / areaOf(a, i);
}

export function areaOf(boxes: Float64Array, index: number): number {
  return (boxes[4 * index + 2] as number) * (boxes[4 * index + 3] as number);
}

function intersectionOf(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const [ax, bx] = [a[4 * i] as number, b[4 * j] as number];
  const right = Math.min((a[4 * i + 2] as number) + ax, (b[4 * j + 2] as number) + bx);
  const width = right - Math.max(ax, bx);
  if (width <= 0) return 0;
  const [ay, by] = [a[4 * i + 1] as number, b[4 * j + 1] as number];
  const bottom = Math.min((a[4 * i + 3] as number) + ay, (b[4 * j + 3] as number) + by);
  const height = bottom - Math.max(ay, by);
  return height <= 0 ? 0 : width * height;
}
