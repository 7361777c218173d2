/** Which detection finds which truth, by the rules of COCO's evaluation (pycocotools' cocoeval.py), all thresholds at once. */
import {
  areaOf,
  type ClassOrder,
  crowdOverlapOf,
  type DetectionOutcomes,
  orderByClass,
  overlapOf,
} from './box-sets.ts';
import { sortByScore } from './score-order.ts';

/** 0.50, 0.55 … 0.95, computed as NumPy's linspace does: the last digit decides at the border. */
export const iouThresholds: readonly number[] = Array.from({ length: 10 }, (_, index) =>
  index === 9 ? 0.95 : index * ((0.95 - 0.5) / 9) + 0.5,
);

/** Square pixels, both ends included; `all` first. */
export const areaRanges = [
  { name: 'all', least: 0, most: 1e10 },
  { name: 'small', least: 0, most: 32 ** 2 },
  { name: 'medium', least: 32 ** 2, most: 96 ** 2 },
  { name: 'large', least: 96 ** 2, most: 1e10 },
] as const;

/** Detections of one picture and class that COCO looks at. */
export const mostDetections = 100;

/** k of n detections are looked at; sets of thresholds are bits, the lowest for 0.50. */
export interface MatchedDetections {
  /** `[k]` places in the detections: by class, picture, falling score */
  readonly order: Int32Array;
  /** `[classes + 1]` where each class begins in `order` */
  readonly classStarts: Int32Array;
  /** `[k]` how many detections of its picture and class are more certain */
  readonly ranks: Int32Array;
  /** `[areas, k]` thresholds at which the detection has found a truth */
  readonly matched: Uint16Array;
  /** `[areas, k]` thresholds at which it is neither right nor wrong */
  readonly ignored: Uint16Array;
  /** `[areas, classes]` truths to find */
  readonly truthCounts: Int32Array;
}

const allThresholds = 2 ** iouThresholds.length - 1;

/** @param most detections of one picture and class that are looked at, the most certain */
export function matchDetections(
  outcomes: DetectionOutcomes,
  most: number = mostDetections,
): MatchedDetections {
  const { classCount, truths } = outcomes;
  const ranked = rankDetections(outcomes, most);
  const truthOrder = orderByClass(truths, classCount);
  const matcher = createMatcher(outcomes, ranked);
  for (let place = 0; place < classCount; place++) matchClass(outcomes, ranked, truthOrder, place, matcher);
  const { matched, ignored } = matcher;
  return { ...ranked, matched, ignored, truthCounts: countTruths(outcomes) };
}

type RankedDetections = Pick<MatchedDetections, 'order' | 'classStarts' | 'ranks'>;

/** The most certain detections of each picture and class. */
function rankDetections({ classCount, detections }: DetectionOutcomes, most: number): RankedDetections {
  const { pictures, scores } = detections;
  const { order, starts } = orderByClass(detections, classCount);
  const ranks = new Int32Array(order.length);
  const classStarts = new Int32Array(classCount + 1);
  let kept = 0;
  for (let place = 0; place < classCount; place++) {
    classStarts[place] = kept;
    const end = starts[place + 1] as number;
    for (let start = starts[place] as number; start < end; ) {
      const next = endOfPicture(order, start, end, pictures);
      if (next - start > 1) sortByScore(order.subarray(start, next), scores);
      for (let rank = 0; rank < Math.min(next - start, most); rank++) {
        order[kept] = order[start + rank] as number;
        ranks[kept++] = rank;
      }
      start = next;
    }
  }
  classStarts[classCount] = kept;
  return { order: order.subarray(0, kept), classStarts, ranks: ranks.subarray(0, kept) };
}

/** Where in `[start, end)` of the order the picture of `start` ends. */
function endOfPicture(order: Int32Array, start: number, end: number, pictures: Int32Array): number {
  const picture = pictures[order[start] as number];
  let next = start + 1;
  while (next < end && pictures[order[next] as number] === picture) next++;
  return next;
}

function matchClass(
  { truths, detections }: DetectionOutcomes,
  { order, classStarts }: RankedDetections,
  truthOrder: ClassOrder,
  place: number,
  matcher: Matcher,
): void {
  const end = classStarts[place + 1] as number;
  const truthEnd = truthOrder.starts[place + 1] as number;
  let truth = truthOrder.starts[place] as number;
  for (let start = classStarts[place] as number; start < end; ) {
    const picture = detections.pictures[order[start] as number] as number;
    const next = endOfPicture(order, start, end, detections.pictures);
    while (truth < truthEnd && (truths.pictures[truthOrder.order[truth] as number] as number) < picture)
      truth++;
    let afterTruths = truth;
    while (afterTruths < truthEnd && truths.pictures[truthOrder.order[afterTruths] as number] === picture)
      afterTruths++;
    matcher.matchPicture(start, next, truthOrder.order.subarray(truth, afterTruths));
    truth = afterTruths;
    start = next;
  }
}

interface Matcher extends Pick<MatchedDetections, 'matched' | 'ignored'> {
  /**
   * @param start, end the detections of one picture and class in `order`
   * @param truths places of the truths of the same picture and class
   */
  matchPicture(start: number, end: number, truths: Int32Array): void;
}

/** Truths that a detection overlaps by the least threshold or more: few, so that every threshold looks at these alone. */
interface Candidates {
  /** `[detections + 1]` where the candidates of each detection begin */
  readonly starts: number[];
  /** Numbers within the picture's truths, in their order. */
  readonly truths: number[];
  readonly overlaps: number[];
}

function createMatcher(outcomes: DetectionOutcomes, { order }: RankedDetections): Matcher {
  const { truths, detections } = outcomes;
  const count = order.length;
  const matched = new Uint16Array(areaRanges.length * count);
  const ignored = new Uint16Array(areaRanges.length * count);
  const candidates: Candidates = { starts: [], truths: [], overlaps: [] };
  /** Per truth of the picture: thresholds at which it is taken; whether it counts in the area range. */
  const taken: number[] = [];
  const isIgnored: boolean[] = [];

  const matchInArea = (area: number, start: number, end: number, places: Int32Array): void => {
    const range = areaRanges[area] as (typeof areaRanges)[number];
    for (let index = 0; index < places.length; index++) {
      const place = places[index] as number;
      taken[index] = 0;
      isIgnored[index] = truths.crowds[place] === 1 || isOutside(truths.areas[place] as number, range);
    }
    for (let at = start; at < end; at++) {
      const found =
        candidates.starts[at - start] === candidates.starts[at - start + 1] ? 0 : take(at - start, places);
      const isOut = isOutside(areaOf(detections.boxes, order[at] as number), range);
      matched[area * count + at] = found & allThresholds;
      ignored[area * count + at] = (found >>> 16) | (isOut ? allThresholds & ~found : 0);
    }
  };

  /** @returns the thresholds of a match, and in the upper half those at which the match is an ignored truth */
  const take = (detection: number, places: Int32Array): number => {
    let found = 0;
    for (let level = 0; level < iouThresholds.length; level++) {
      const truth = findBest(detection, level, places);
      if (truth < 0) continue;
      taken[truth] = (taken[truth] as number) | (1 << level);
      found |= 1 << level;
      if (isIgnored[truth]) found |= 1 << (level + 16);
    }
    return found;
  };

  /** The best overlap that is still to be had, the last of equals; a truth that counts goes before any that does not. */
  const findBest = (detection: number, level: number, places: Int32Array): number => {
    const threshold = Math.min(iouThresholds[level] as number, 1 - 1e-10);
    let best = -1;
    let bar = threshold;
    const last = candidates.starts[detection + 1] as number;
    for (let at = candidates.starts[detection] as number; at < last; at++) {
      const truth = candidates.truths[at] as number;
      const isTaken = ((taken[truth] as number) >>> level) & 1;
      if (isTaken && truths.crowds[places[truth] as number] === 0) continue;
      const isBestIgnored = best >= 0 && isIgnored[best] === true;
      if (isIgnored[truth] && best >= 0 && !isBestIgnored) continue;
      const overlap = candidates.overlaps[at] as number;
      if (overlap < (isBestIgnored && !isIgnored[truth] ? threshold : bar)) continue;
      bar = overlap;
      best = truth;
    }
    return best;
  };

  return {
    matched,
    ignored,
    matchPicture: (start, end, places) => {
      collectCandidates(outcomes, order.subarray(start, end), places, candidates);
      for (let area = 0; area < areaRanges.length; area++) matchInArea(area, start, end, places);
    },
  };
}

function collectCandidates(
  { truths, detections }: DetectionOutcomes,
  found: Int32Array,
  places: Int32Array,
  { starts, truths: candidates, overlaps }: Candidates,
): void {
  const least = iouThresholds[0] as number;
  let count = 0;
  for (let index = 0; index < found.length; index++) {
    starts[index] = count;
    const detection = found[index] as number;
    for (let truth = 0; truth < places.length; truth++) {
      const place = places[truth] as number;
      const measure = truths.crowds[place] === 1 ? crowdOverlapOf : overlapOf;
      const overlap = measure(detections.boxes, detection, truths.boxes, place);
      if (overlap < least) continue;
      candidates[count] = truth;
      overlaps[count++] = overlap;
    }
  }
  starts[found.length] = count;
}

/** Sizes share their borders: a box of exactly 32² is small and medium. */
export function isOfSize(area: number, size: (typeof areaRanges)[number]['name']): boolean {
  const range = areaRanges.find(({ name }) => name === size);
  return range !== undefined && !isOutside(area, range);
}

function isOutside(
  area: number,
  { least, most }: { readonly least: number; readonly most: number },
): boolean {
  return area < least || area > most;
}

function countTruths({ classCount, truths }: DetectionOutcomes): Int32Array {
  const counts = new Int32Array(areaRanges.length * classCount);
  areaRanges.forEach((range, area) => {
    for (let index = 0; index < truths.classes.length; index++) {
      if (truths.crowds[index] === 1 || isOutside(truths.areas[index] as number, range)) continue;
      const cell = area * classCount + (truths.classes[index] as number);
      counts[cell] = (counts[cell] as number) + 1;
    }
  });
  return counts;
}
