/** Shares pictures out over train, val and test, class by class, so that fractions hold in each class and overall. */
import { hash } from 'node:crypto';
import type { SplitFractions } from '../../../src-preload/contract/dataset.ts';
import { type ImageHash, type Split, splits } from '../../../src-preload/contract/ids.ts';
import { compareNaturally } from './natural-order.ts';

/** Numbers for train, val and test, in this order. */
export type PerSplit = readonly [train: number, val: number, test: number];

export interface ClassShare {
  readonly className: string;
  /** Pictures of the class that have their split already and count for its fractions. */
  readonly settled: PerSplit;
  /** Those that are to get one, in any order. */
  readonly pictures: readonly ImageHash[];
}

/** Below this a fraction of a picture is rounding. */
const tolerance = 1e-9;

/**
 * Which picture goes where follows from the seed, the class and the picture's hash alone. How many do:
 * - each class gets its fractions rounded down, then one more where most is missing, counting what rounding took from
 *   the classes before (largest remainder, carried along): no class is off by a picture or more, and neither is the
 *   whole, so that many small classes fill a small split together;
 * - a class that would get no training picture gets one first, if there are any in training at all;
 * - settled pictures stay, and new ones go where the class then has fewest for its fractions.
 */
export function shareOut(
  classes: readonly ClassShare[],
  fractions: SplitFractions,
  seed: number,
): Map<ImageHash, Split> {
  const assigned = new Map<ImageHash, Split>();
  let carried: PerSplit = [0, 0, 0];
  for (const share of [...classes].sort((a, b) => compareNaturally(a.className, b.className))) {
    const { seats, missing } = countSeats(share, fractions, carried);
    carried = add(carried, missing);
    const order = shuffleByHash(share, seed);
    for (const [index, split] of splits.entries()) {
      for (const picture of order.splice(0, seats[index])) assigned.set(picture, split);
    }
  }
  return assigned;
}

/** @returns the new pictures for each split, and what the class then has too few of, or, negative, too many. */
function countSeats(share: ClassShare, fractions: SplitFractions, carried: PerSplit) {
  const total = sum(share.settled) + share.pictures.length;
  const quota = map(fractions, (fraction) => fraction * total);
  const target = roundUpTo(total, quota, carried);
  const need = map(target, (count, index) => Math.max(0, count - (share.settled[index] ?? 0)));
  const seats = shrinkTo(share.pictures.length, need);
  const missing = map(quota, (count, index) => count - (share.settled[index] ?? 0) - (seats[index] ?? 0));
  return { seats, missing };
}

/** Whole numbers that sum to the total, each less than one away from its quota. */
function roundUpTo(total: number, quota: PerSplit, carried: PerSplit): PerSplit {
  const floors = map(quota, (count) => Math.floor(count + tolerance));
  const claims = floors.map((floor, index) => {
    const remainder = (quota[index] ?? 0) - floor;
    const isFirstForTraining = index === 0 && floor === 0;
    const claim = isFirstForTraining ? Number.POSITIVE_INFINITY : remainder + (carried[index] ?? 0);
    return { index, remainder, claim: Math.round(claim / tolerance) };
  });
  const winners = claims
    .filter(({ remainder }) => remainder > tolerance)
    .sort((a, b) => (a.claim === b.claim ? a.index - b.index : b.claim - a.claim))
    .slice(0, total - sum(floors))
    .map(({ index }) => index);
  return map(floors, (floor, index) => floor + (winners.includes(index) ? 1 : 0));
}

/** Where settled pictures are in excess, the others share what is left in proportion to their need. */
function shrinkTo(total: number, need: PerSplit): PerSplit {
  const needed = sum(need);
  if (needed === total) return need;
  return roundUpTo(
    total,
    map(need, (count) => (count * total) / needed),
    [0, 0, 0],
  );
}

function shuffleByHash({ className, pictures }: ClassShare, seed: number): ImageHash[] {
  return pictures
    .map((picture) => ({ picture, key: hash('sha256', JSON.stringify([seed, className, picture])) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ picture }) => picture);
}

function map(numbers: PerSplit, change: (value: number, index: number) => number): PerSplit {
  return [change(numbers[0], 0), change(numbers[1], 1), change(numbers[2], 2)];
}

function add(a: PerSplit, b: PerSplit): PerSplit {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function sum(numbers: PerSplit): number {
  return numbers[0] + numbers[1] + numbers[2];
}
