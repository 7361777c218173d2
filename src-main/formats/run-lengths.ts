/** Masks of COCO as run lengths: down the columns, zeros and ones by turns, as a list or in pycocotools' characters. */
import { isObject, numberOf } from './json-text.ts';

/**
 * The upright box around a mask, as pycocotools' `toBbox` has it.
 * @returns undefined for what is no mask; NaN throughout for an empty one
 */
export function boundMask(segmentation: unknown) {
  if (!isObject(segmentation) || !Array.isArray(segmentation.size)) return undefined;
  const [height = Number.NaN, width = Number.NaN] = segmentation.size.map(numberOf);
  const counts = readCounts(segmentation.counts);
  if (!counts || !(height > 0 && width > 0)) return undefined;
  return boundRuns(counts, height);
}

function readCounts(counts: unknown): number[] | undefined {
  if (typeof counts === 'string') return decodeCounts(counts);
  return Array.isArray(counts) ? counts.map(numberOf) : undefined;
}

/** pycocotools' `rleFrString`: five bits a character from '0' on, and from the third run on differences to the one before last. */
function decodeCounts(text: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let shift = 0;
    for (let goesOn = true; goesOn && at < text.length; at++, shift += 5) {
      const bits = text.charCodeAt(at) - 48;
      value += (bits & 31) * 2 ** shift;
      goesOn = (bits & 32) !== 0;
      if (!goesOn && (bits & 16) !== 0) value -= 2 ** (shift + 5);
    }
    counts.push(counts.length > 2 ? value + (counts.at(-2) ?? 0) : value);
  }
  return counts;
}

function boundRuns(counts: readonly number[], height: number) {
  const bounds = { left: Number.NaN, top: Number.NaN, right: Number.NaN, bottom: Number.NaN };
  let start = 0;
  for (const [index, count] of counts.entries()) {
    const end = start + count;
    if (index % 2 === 1 && count > 0) widen(bounds, start, end - 1, height);
    start = end;
  }
  return bounds;
}

/** @param first and last pixel of a run of ones, counted down the columns */
function widen(
  bounds: { left: number; top: number; right: number; bottom: number },
  first: number,
  last: number,
  height: number,
): void {
  const [left, right] = [Math.floor(first / height), Math.floor(last / height)];
  const [top, bottom] = left === right ? [first % height, last % height] : [0, height - 1];
  const least = (a: number, b: number) => (Number.isNaN(a) ? b : Math.min(a, b));
  const most = (a: number, b: number) => (Number.isNaN(a) ? b : Math.max(a, b));
  bounds.left = least(bounds.left, left);
  bounds.top = least(bounds.top, top);
  bounds.right = most(bounds.right, right + 1);
  bounds.bottom = most(bounds.bottom, bottom + 1);
}
