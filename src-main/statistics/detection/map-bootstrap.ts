/** How sure the difference of two detectors is that were tried on the same pictures: a paired bootstrap of their mAP. */
import { createRandom, type Random } from '../../base/random.ts';
import { percentiles } from '../percentiles.ts';
import { interpolatePrecision } from './accumulate.ts';
import type { DetectionOutcomes } from './box-sets.ts';
import { iouThresholds, type MatchedDetections, matchDetections } from './match.ts';
import { sortByScore } from './score-order.ts';

/**
 * Matches of a detector, ready to be drawn from again and again: matching happens within a picture, so drawing a picture
 * twice is counting its matches twice.
 */
export interface PictureMatches {
  readonly pictureCount: number;
  readonly classes: readonly ClassMatches[];
}

interface ClassMatches {
  /** `[pictures]` truths of the class to find */
  readonly truths: Int32Array;
  /** `[k]` the picture of each detection, the most certain first */
  readonly pictures: Int32Array;
  /** `[k]` bits of the thresholds at which it is right, and at which it does not count */
  readonly matched: Uint16Array;
  readonly ignored: Uint16Array;
}

export function preparePictureMatches(outcomes: DetectionOutcomes): PictureMatches {
  const matches = matchDetections(outcomes);
  return {
    pictureCount: outcomes.pictureCount,
    classes: Array.from({ length: outcomes.classCount }, (_, place) =>
      prepareClass(outcomes, matches, place),
    ),
  };
}

function prepareClass(
  { truths, detections, pictureCount }: DetectionOutcomes,
  { order, classStarts, matched, ignored }: MatchedDetections,
  place: number,
): ClassMatches {
  const start = classStarts[place] as number;
  const kept = order.subarray(start, classStarts[place + 1]);
  const scores = Float64Array.from(kept, (detection) => detections.scores[detection] as number);
  const byScore = sortByScore(
    Int32Array.from({ length: kept.length }, (_, index) => index),
    scores,
  );
  const truthsOfPicture = new Int32Array(pictureCount);
  truths.classes.forEach((truthClass, truth) => {
    if (truthClass !== place || truths.crowds[truth] === 1) return;
    const picture = truths.pictures[truth] as number;
    truthsOfPicture[picture] = (truthsOfPicture[picture] as number) + 1;
  });
  return {
    truths: truthsOfPicture,
    pictures: byScore.map((index) => detections.pictures[kept[index] as number] as number),
    matched: Uint16Array.from(byScore, (index) => matched[start + index] as number),
    ignored: Uint16Array.from(byScore, (index) => ignored[start + index] as number),
  };
}

export interface MapPair {
  /** Null where no drawn class has a truth. */
  readonly map50: number | null;
  readonly map5095: number | null;
}

/** @param weights `[pictures]` how often each picture was drawn */
export function measureDrawn({ classes }: PictureMatches, weights: Int32Array): MapPair {
  let count = 0;
  let sum50 = 0;
  let sum = 0;
  for (const one of classes) {
    const truths = countDrawn(one, weights);
    if (truths === 0) continue;
    count++;
    const precisions = averagePrecisions(one, weights, truths);
    sum50 += precisions[0] as number;
    sum += meanOf(precisions);
  }
  return count === 0 ? { map50: null, map5095: null } : { map50: sum50 / count, map5095: sum / count };
}

function countDrawn({ truths }: ClassMatches, weights: Int32Array): number {
  let count = 0;
  for (let picture = 0; picture < truths.length; picture++) {
    count += (truths[picture] as number) * (weights[picture] as number);
  }
  return count;
}

/**
 * `[thresholds]` as COCO's, with every detection counted as often as its picture was drawn. Most detections are wrong at
 * all thresholds: these are counted once for all.
 */
function averagePrecisions(
  { pictures, matched, ignored }: ClassMatches,
  weights: Int32Array,
  truths: number,
): Float64Array {
  const curves = iouThresholds.map(() => new Float64Array(truths));
  const right = new Int32Array(iouThresholds.length);
  const wrong = new Int32Array(iouThresholds.length);
  let wrongAtAll = 0;
  for (let at = 0; at < pictures.length; at++) {
    const weight = weights[pictures[at] as number] as number;
    const found = matched[at] as number;
    const uncounted = ignored[at] as number;
    if (found === 0 && uncounted === 0) {
      wrongAtAll += weight;
      continue;
    }
    for (let level = 0; level < iouThresholds.length; level++) {
      if ((uncounted >>> level) & 1) continue;
      if (!((found >>> level) & 1)) {
        wrong[level] = (wrong[level] as number) + weight;
        continue;
      }
      const curve = curves[level] as Float64Array;
      for (let copy = 0; copy < weight; copy++) {
        const rightNow = (right[level] as number) + 1;
        right[level] = rightNow;
        curve[rightNow - 1] = rightNow / (rightNow + (wrong[level] as number) + wrongAtAll);
      }
    }
  }
  return Float64Array.from(curves, (curve, level) =>
    meanOf(interpolatePrecision(curve.subarray(0, right[level]), truths)),
  );
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface MapDifference {
  readonly a: MapPair;
  readonly b: MapPair;
  /** 95 % percentile intervals (Efron and Tibshirani 1993, chapter 13) of b minus a. */
  readonly interval50: [number, number];
  readonly interval5095: [number, number];
}

export interface MapBootstrapOptions {
  readonly seed: number;
  /** 1,000 if absent. */
  readonly resamples?: number;
  /** Called between the draws, for other work and for cancellation. */
  readonly pause: () => Promise<void>;
}

/** Draws pictures with replacement, the same for both. */
export async function bootstrapMapDifference(
  a: PictureMatches,
  b: PictureMatches,
  { seed, resamples = 1000, pause }: MapBootstrapOptions,
): Promise<MapDifference> {
  const random = createRandom(seed, 'map-bootstrap');
  const differences50: number[] = [];
  const differences5095: number[] = [];
  for (let draw = 0; draw < resamples; draw++) {
    const weights = drawPictures(random, a.pictureCount);
    const [ofA, ofB] = [measureDrawn(a, weights), measureDrawn(b, weights)];
    differences50.push((ofB.map50 ?? 0) - (ofA.map50 ?? 0));
    differences5095.push((ofB.map5095 ?? 0) - (ofA.map5095 ?? 0));
    await pause();
  }
  const once = new Int32Array(a.pictureCount).fill(1);
  return {
    a: measureDrawn(a, once),
    b: measureDrawn(b, once),
    interval50: toInterval(differences50),
    interval5095: toInterval(differences5095),
  };
}

function drawPictures(random: Random, count: number): Int32Array {
  const weights = new Int32Array(count);
  for (let draw = 0; draw < count; draw++) {
    const picture = random.integer(0, count - 1);
    weights[picture] = (weights[picture] as number) + 1;
  }
  return weights;
}

function toInterval(differences: readonly number[]): [number, number] {
  if (differences.length === 0) return [0, 0];
  const [low = 0, high = 0] = percentiles(differences, [2.5, 97.5]);
  return [low, high];
}
