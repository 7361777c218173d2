/** Precision over recall for each class, threshold and size, from matches: COCO's accumulation (pycocotools' cocoeval.py). */
import type { DetectedBoxes } from './box-sets.ts';
import { areaRanges, iouThresholds, type MatchedDetections } from './match.ts';
import { sortByScore } from './score-order.ts';

/** 0, 0.01 … 1. */
export const recallPoints: readonly number[] = Array.from({ length: 101 }, (_, index) =>
  index === 100 ? 1 : index * 0.01,
);

/** Detections of a picture and class that count for recall. */
export const detectionLimits = [1, 10, 100] as const;

const areaCount = areaRanges.length;
const levelCount = iouThresholds.length;

/** NaN where the class has no truth of the size. */
export interface AccumulatedDetections {
  readonly classCount: number;
  /** `[classes, areas, thresholds]` mean of the precision at the 101 points of recall, of at most 100 detections */
  readonly averagePrecision: Float64Array;
  /** `[classes, areas, thresholds, limits]` the highest recall */
  readonly recall: Float64Array;
  /** `[classes, 101]` the precision at each point of recall, at IoU 0.50, all sizes */
  readonly precision50: Float64Array;
}

export function accumulateMatches(
  matches: MatchedDetections,
  { scores }: Pick<DetectedBoxes, 'scores'>,
  classCount: number,
): AccumulatedDetections {
  const result: AccumulatedDetections = {
    classCount,
    averagePrecision: new Float64Array(classCount * areaCount * levelCount).fill(Number.NaN),
    recall: new Float64Array(classCount * areaCount * levelCount * detectionLimits.length).fill(Number.NaN),
    precision50: new Float64Array(classCount * recallPoints.length).fill(Number.NaN),
  };
  const keptScores = Float64Array.from(matches.order, (place) => scores[place] as number);
  for (let place = 0; place < classCount; place++) accumulateClass(matches, keptScores, place, result);
  return result;
}

function accumulateClass(
  matches: MatchedDetections,
  keptScores: Float64Array,
  place: number,
  result: AccumulatedDetections,
): void {
  const start = matches.classStarts[place] as number;
  const end = matches.classStarts[place + 1] as number;
  const byScore = sortByScore(
    Int32Array.from({ length: end - start }, (_, index) => start + index),
    keptScores,
  );
  for (let area = 0; area < areaCount; area++) {
    const truths = matches.truthCounts[area * result.classCount + place] as number;
    if (truths === 0) continue;
    const offset = area * matches.order.length;
    const matched = matches.matched.subarray(offset, offset + matches.order.length);
    const ignored = matches.ignored.subarray(offset, offset + matches.order.length);
    for (let level = 0; level < levelCount; level++) {
      const cell = (place * areaCount + area) * levelCount + level;
      const curve = rankedCurve({ byScore, matched, ignored, level });
      const precisions = interpolatePrecision(curve, truths);
      result.averagePrecision[cell] = mean(precisions);
      if (area === 0 && level === 0) result.precision50.set(precisions, place * recallPoints.length);
      writeRecalls(
        result,
        cell,
        countFound({ byScore, matched, ignored, level, ranks: matches.ranks }),
        truths,
      );
    }
  }
}

interface RankedMatches {
  /** Places in `matched`, the most certain first. */
  readonly byScore: Int32Array;
  readonly matched: Uint16Array;
  readonly ignored: Uint16Array;
  /** Which threshold: a bit of the two. */
  readonly level: number;
}

/** `[found]` the precision as each truth is found, going from certain to uncertain. */
function rankedCurve({ byScore, matched, ignored, level }: RankedMatches): Float64Array {
  const precisions = new Float64Array(byScore.length);
  let right = 0;
  let wrong = 0;
  for (let index = 0; index < byScore.length; index++) {
    const at = byScore[index] as number;
    if (((ignored[at] as number) >>> level) & 1) continue;
    if (((matched[at] as number) >>> level) & 1) {
      right++;
      precisions[right - 1] = right / (wrong + right + Number.EPSILON);
    } else wrong++;
  }
  return precisions.subarray(0, right);
}

/**
 * @param curve `[found]` precision as the first, second … truth is found; changed
 * @returns `[101]` the best precision at each recall or a higher one, 0 above the highest recall
 */
export function interpolatePrecision(curve: Float64Array, truths: number): Float64Array {
  for (let index = curve.length - 1; index > 0; index--) {
    if ((curve[index] as number) > (curve[index - 1] as number)) curve[index - 1] = curve[index] as number;
  }
  const precisions = new Float64Array(recallPoints.length);
  let found = 0;
  for (let point = 0; point < recallPoints.length; point++) {
    const recall = recallPoints[point] as number;
    while (found < curve.length && (found + 1) / truths < recall) found++;
    precisions[point] = curve[found] ?? 0;
  }
  return precisions;
}

/** `[limits]` truths found by the most certain detections of each picture. */
function countFound(ranked: RankedMatches & Pick<MatchedDetections, 'ranks'>): number[] {
  const { byScore, matched, ignored, level, ranks } = ranked;
  const found: number[] = detectionLimits.map(() => 0);
  for (let index = 0; index < byScore.length; index++) {
    const at = byScore[index] as number;
    if (!((((matched[at] as number) & ~(ignored[at] as number)) >>> level) & 1)) continue;
    for (let limit = 0; limit < detectionLimits.length; limit++) {
      if ((ranks[at] as number) < (detectionLimits[limit] as number))
        found[limit] = (found[limit] as number) + 1;
    }
  }
  return found;
}

function writeRecalls(result: AccumulatedDetections, cell: number, found: number[], truths: number): void {
  for (let limit = 0; limit < detectionLimits.length; limit++) {
    result.recall[cell * detectionLimits.length + limit] = (found[limit] as number) / truths;
  }
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
