/** The report of a detector from its boxes and the truth: every figure, and the judgement of every box. */
import { boxSizeSchema, type DetectionReport } from '../../../src-preload/contract/detection-report.ts';
import { type AccumulatedDetections, accumulateMatches, recallPoints } from './accumulate.ts';
import { assertOutcomes, type DetectionOutcomes } from './box-sets.ts';
import {
  type ConfidenceFigures,
  confidenceGrid,
  measureConfidence,
  type PointFigures,
} from './confidence-curves.ts';
import { countConfusion, type DetectionConfusion } from './confusion.ts';
import { measureErrorCosts } from './error-costs.ts';
import { type JudgedBoxes, judgeBoxes } from './judge.ts';
import { areaRanges, type MatchedDetections, matchDetections, mostDetections } from './match.ts';
import { summarizeCoco, summarizePrecision, summarizeRecall } from './summarize.ts';

export interface DetectionReportOptions {
  readonly classNames: readonly string[];
  /** Of the confusion matrix; absent: the one with the highest mean F1. */
  readonly confusionConfidence?: number | undefined;
  readonly leastConfidence: number;
  readonly suppressionIou: number | null;
  readonly maxDetections: number;
  readonly measured: Pick<DetectionReport, 'latencyMs' | 'provider' | 'speeds'>;
}

export interface MeasuredDetections {
  readonly report: DetectionReport;
  readonly judged: JudgedBoxes;
  readonly confusion: DetectionConfusion;
}

const thresholds = { iou: 0.5, backgroundIou: 0.1 } as const;

export function measureDetections(
  outcomes: DetectionOutcomes,
  options: DetectionReportOptions,
): MeasuredDetections {
  assertOutcomes(outcomes);
  const matches = matchDetections(outcomes);
  const accumulated = accumulateMatches(matches, outcomes.detections, outcomes.classCount);
  const confidence = measureConfidence(withoutLimit(outcomes, matches), outcomes.detections);
  const judged = judgeBoxes(outcomes, thresholds);
  const cut = options.confusionConfidence ?? confidence.best.threshold ?? options.leastConfidence;
  const confusion = countConfusion(outcomes, { iou: thresholds.iou, confidence: cut });
  const { ap: _ap, ...costs } = measureErrorCosts(outcomes, judged);
  const { threshold: bestThreshold, ...atBest } = confidence.best;
  const report: DetectionReport = {
    task: 'detection',
    ...summarizeCoco(accumulated),
    ...atBest,
    bestThreshold,
    perClass: describeClasses(outcomes, options.classNames, accumulated, confidence),
    sizes: describeSizes(matches, accumulated),
    classNames: [...options.classNames],
    confusion: confusion.matrix.map((row) => [...row]),
    curves: drawCurves(accumulated, confidence),
    ...costs,
    errors: costs.errors.map((error) => ({ ...error })),
    thresholds: { ...thresholds, confidence: cut, ...pickThresholds(options) },
    ...countBoxes(outcomes),
    ...options.measured,
  };
  return { report, judged, confusion };
}

/** COCO's limit is of its own figures: what an operator sees at a threshold has none. */
function withoutLimit(outcomes: DetectionOutcomes, matches: MatchedDetections): MatchedDetections {
  const isLimited = matches.order.length < outcomes.detections.pictures.length;
  return isLimited ? matchDetections(outcomes, Number.POSITIVE_INFINITY) : matches;
}

function pickThresholds({ leastConfidence, suppressionIou, maxDetections }: DetectionReportOptions) {
  return { leastConfidence, suppressionIou, maxDetections };
}

function describeClasses(
  outcomes: DetectionOutcomes,
  classNames: readonly string[],
  accumulated: AccumulatedDetections,
  { bestOfClass }: ConfidenceFigures,
): DetectionReport['perClass'] {
  const support = countByClass(
    outcomes.classCount,
    outcomes.truths.classes,
    (truth) => !isCrowd(outcomes, truth),
  );
  const detections = countByClass(outcomes.classCount, outcomes.detections.classes, () => true);
  return classNames.map((className, place) => {
    const { threshold = null, ...figures } = bestOfClass[place] ?? {};
    return {
      className,
      ...summarizePrecision(accumulated, 'all', place),
      ...nullsFor(figures),
      bestThreshold: threshold,
      support: support[place] ?? 0,
      detections: detections[place] ?? 0,
    };
  });
}

function nullsFor({ precision = null, recall = null, f1 = null }: Partial<PointFigures>): PointFigures {
  return { precision, recall, f1 };
}

function describeSizes(
  { truthCounts }: MatchedDetections,
  accumulated: AccumulatedDetections,
): DetectionReport['sizes'] {
  return boxSizeSchema.options.map((size) => {
    const row = areaRanges.findIndex(({ name }) => name === size);
    const start = row * accumulated.classCount;
    const { ap50, ap5095 } = summarizePrecision(accumulated, size);
    return {
      size,
      support: truthCounts
        .subarray(start, start + accumulated.classCount)
        .reduce((sum, count) => sum + count, 0),
      ap50,
      ap5095,
      ar100: summarizeRecall(accumulated, size, 100),
    };
  });
}

function drawCurves(
  accumulated: AccumulatedDetections,
  { curves }: ConfidenceFigures,
): DetectionReport['curves'] {
  const over = (figure: keyof PointFigures) =>
    toCurveSet(curves.map((points) => points.map((point) => point[figure])));
  const precisions = curves.map((points, place) => {
    const start = place * recallPoints.length;
    return points.length === 0
      ? []
      : [...accumulated.precision50.subarray(start, start + recallPoints.length)];
  });
  return {
    confidences: [...confidenceGrid],
    precision: over('precision'),
    recall: over('recall'),
    f1: over('f1'),
    recalls: recallPoints.map(round),
    precisionAtRecall: toCurveSet(precisions),
  };
}

/**
 * @param perClass empty for a class without truth, which has no part in the mean; a class of which nothing is found has no
 *   precision, and counts as 0 where others are found, as in the figures at the best threshold
 */
function toCurveSet(
  perClass: readonly (readonly (number | null)[])[],
): DetectionReport['curves']['precision'] {
  const present = perClass.filter((curve) => curve.length > 0);
  const all = (present[0] ?? []).map((_, index) => meanOrNull(present.map((curve) => curve[index] ?? null)));
  const told = (curve: readonly (number | null)[]) =>
    curve.map((value) => (value === null ? null : round(value)));
  return { all: told(all), perClass: perClass.map(told) };
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  if (values.every((value) => value === null)) return null;
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
}

/** A curve is looked at: four digits keep a report of 80 classes small. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

function countBoxes(outcomes: DetectionOutcomes) {
  const { truths, detections, pictureCount } = outcomes;
  const crowds = truths.crowds.reduce((sum, crowd) => sum + crowd, 0);
  return {
    count: pictureCount,
    backgroundCount: pictureCount - new Set(truths.pictures).size,
    crowdedCount: countCrowded(outcomes),
    truths: truths.pictures.length - crowds,
    crowds,
    detections: detections.pictures.length,
  };
}

/** Pictures with more truths of a class than COCO looks at detections. */
function countCrowded({ classCount, truths }: DetectionOutcomes): number {
  const counts = new Map<number, number>();
  truths.pictures.forEach((picture, truth) => {
    const key = picture * classCount + (truths.classes[truth] as number);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const crowded = [...counts].filter(([, count]) => count > mostDetections);
  return new Set(crowded.map(([key]) => Math.floor(key / classCount))).size;
}

function countByClass(
  classCount: number,
  classes: Int32Array,
  isCounted: (index: number) => boolean,
): Int32Array {
  const counts = new Int32Array(classCount);
  classes.forEach((place, index) => {
    if (isCounted(index)) counts[place] = (counts[place] as number) + 1;
  });
  return counts;
}

function isCrowd({ truths }: DetectionOutcomes, truth: number): boolean {
  return truths.crowds[truth] === 1;
}
