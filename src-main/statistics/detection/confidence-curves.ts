/** Precision, recall and F1 of a detector over the confidence from which on its detections count, at IoU 0.5. */
import type { DetectedBoxes } from './box-sets.ts';
import type { MatchedDetections } from './match.ts';
import { sortByScore } from './score-order.ts';

/** 0, 0.01 … 1. */
export const confidenceGrid: readonly number[] = Array.from({ length: 101 }, (_, index) => index / 100);

/** Null where it is 0/0. */
export interface PointFigures {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

export interface BestPoint extends PointFigures {
  /** Detections of this confidence or more count; null for a class without truth or detections. */
  readonly threshold: number | null;
}

export interface ConfidenceFigures {
  /** `[classes]` at the confidence with the class's highest F1, the highest of equals */
  readonly bestOfClass: readonly BestPoint[];
  /** Means over the classes with truth at the one confidence with the highest mean F1; 0/0 counts as 0. */
  readonly best: BestPoint;
  /** `[classes][grid]`; empty for a class without truth */
  readonly curves: readonly (readonly PointFigures[])[];
}

export function measureConfidence(
  matches: MatchedDetections,
  detections: Pick<DetectedBoxes, 'scores'>,
): ConfidenceFigures {
  const classCount = matches.classStarts.length - 1;
  const steps = listSteps(matches, detections);
  const truths = matches.truthCounts.subarray(0, classCount);
  const bestThreshold = findBestThreshold(steps, truths);
  const ranked = Array.from({ length: classCount }, (_, place) => rankClass(steps, place));
  const atBest = ranked.map((one, place) => figuresAt(one, bestThreshold ?? Infinity, truths[place] ?? 0));
  return {
    bestOfClass: ranked.map((one, place) => findBestOfClass(one, truths[place] ?? 0)),
    best: { threshold: bestThreshold, ...meanFigures(atBest.filter((_, place) => (truths[place] ?? 0) > 0)) },
    curves: ranked.map((one, place) =>
      truths[place] === 0
        ? []
        : confidenceGrid.map((confidence) => figuresAt(one, confidence, truths[place] ?? 0)),
    ),
  };
}

/** Detections that are right or wrong, the most certain first. */
interface Steps {
  /** `[s]` */
  readonly scores: Float64Array;
  readonly classes: Int32Array;
  readonly isRight: Uint8Array;
}

function listSteps(matches: MatchedDetections, { scores }: Pick<DetectedBoxes, 'scores'>): Steps {
  const { order, classStarts, matched, ignored } = matches;
  const keptScores = Float64Array.from(order, (place) => scores[place] as number);
  const judged = Int32Array.from({ length: order.length }, (_, at) => at).filter(
    (at) => ((ignored[at] as number) & 1) === 0,
  );
  const byScore = sortByScore(judged, keptScores);
  const classOf = new Int32Array(order.length);
  for (let place = 0; place + 1 < classStarts.length; place++) {
    classOf.fill(place, classStarts[place], classStarts[place + 1]);
  }
  return {
    scores: Float64Array.from(byScore, (at) => keptScores[at] as number),
    classes: byScore.map((at) => classOf[at] as number),
    isRight: Uint8Array.from(byScore, (at) => (matched[at] as number) & 1),
  };
}

/** The score with the highest mean F1 over the classes with truth, the highest of equals; null without detections. */
function findBestThreshold({ scores, classes, isRight }: Steps, truths: Int32Array): number | null {
  const right = new Int32Array(truths.length);
  const seen = new Int32Array(truths.length);
  let sum = 0;
  let best = { sum: Number.NEGATIVE_INFINITY, threshold: null as number | null };
  for (let step = 0; step < scores.length; step++) {
    const place = classes[step] as number;
    const truthCount = truths[place] as number;
    if (truthCount > 0) sum -= f1Of(right[place] as number, seen[place] as number, truthCount);
    seen[place] = (seen[place] as number) + 1;
    right[place] = (right[place] as number) + (isRight[step] as number);
    if (truthCount > 0) sum += f1Of(right[place] as number, seen[place] as number, truthCount);
    const isLastOfEquals = scores[step + 1] !== scores[step];
    // What was added and taken away again leaves a rest in the last digits.
    if (isLastOfEquals && sum > best.sum + 1e-12) best = { sum, threshold: scores[step] as number };
  }
  return best.threshold;
}

/** The scores of one class with the number of right ones so far. */
interface RankedClass {
  readonly scores: readonly number[];
  readonly right: readonly number[];
}

function rankClass({ scores, classes, isRight }: Steps, place: number): RankedClass {
  const ranked = { scores: [] as number[], right: [] as number[] };
  let right = 0;
  for (let step = 0; step < scores.length; step++) {
    if (classes[step] !== place) continue;
    right += isRight[step] as number;
    ranked.scores.push(scores[step] as number);
    ranked.right.push(right);
  }
  return ranked;
}

function findBestOfClass({ scores, right }: RankedClass, truths: number): BestPoint {
  let best = -1;
  let bestF1 = -1;
  for (let index = 0; index < scores.length; index++) {
    if (scores[index + 1] === scores[index]) continue;
    const f1 = f1Of(right[index] as number, index + 1, truths);
    if (f1 > bestF1) {
      best = index;
      bestF1 = f1;
    }
  }
  if (truths === 0 || best < 0) return { threshold: null, ...pointFigures(0, 0, truths) };
  return { threshold: scores[best] as number, ...pointFigures(right[best] as number, best + 1, truths) };
}

function figuresAt({ scores, right }: RankedClass, confidence: number, truths: number): PointFigures {
  const seen = countFrom(scores, confidence);
  return pointFigures(seen === 0 ? 0 : (right[seen - 1] as number), seen, truths);
}

/** How many of the falling scores are at or above the confidence. */
function countFrom(scores: readonly number[], confidence: number): number {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((scores[middle] as number) >= confidence) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pointFigures(right: number, seen: number, truths: number): PointFigures {
  return {
    precision: seen === 0 ? null : right / seen,
    recall: truths === 0 ? null : right / truths,
    f1: seen + truths === 0 ? null : f1Of(right, seen, truths),
  };
}

function f1Of(right: number, seen: number, truths: number): number {
  return seen + truths === 0 ? 0 : (2 * right) / (seen + truths);
}

/** Null of none; an undefined figure counts as 0. */
function meanFigures(figures: readonly PointFigures[]): PointFigures {
  const mean = (values: readonly (number | null)[]) =>
    values.length === 0 ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
  return {
    precision: mean(figures.map(({ precision }) => precision)),
    recall: mean(figures.map(({ recall }) => recall)),
    f1: mean(figures.map(({ f1 }) => f1)),
  };
}
