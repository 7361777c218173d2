/**
 * What is wrong with each detection and each truth: the kinds of TIDE (Bolya, Foley, Hays and Hoffman 2020, "TIDE: A General
 * Toolbox for Identifying Object Detection Errors", section 2.2), equal to its authors' tidecv.
 */
import {
  type DetectionOutcome,
  detectionOutcomeSchema,
  type TruthOutcome,
} from '../../../src-preload/contract/detection-report.ts';
import { crowdOverlapOf, type DetectionOutcomes, overlapOf, pictureStarts } from './box-sets.ts';
import { sortByScore } from './score-order.ts';

export interface ErrorThresholds {
  /** From this overlap on a detection finds a truth: 0.5. */
  readonly iou: number;
  /** Up to this overlap they have nothing to do with each other: 0.1. */
  readonly backgroundIou: number;
}

/** n detections, m truths, in the order of the outcomes. */
export interface JudgedBoxes {
  readonly detectionOutcomes: readonly DetectionOutcome[];
  /** `[n]` the truth that was found or that the error is about, -1 without one */
  readonly truthOfDetection: Int32Array;
  /** `[n]` overlap with that truth */
  readonly overlaps: Float64Array;
  readonly truthOutcomes: readonly TruthOutcome[];
  /** `[m]` of a truth that is `mistaken`: the most certain detection that repairs would turn into a find; else -1 */
  readonly repairs: Int32Array;
}

export function judgeBoxes(outcomes: DetectionOutcomes, thresholds: ErrorThresholds): JudgedBoxes {
  const { truths, detections, pictureCount } = outcomes;
  const judgement: Judgement = {
    ...outcomes,
    ...thresholds,
    outcomeOf: new Uint8Array(detections.pictures.length),
    truthOfDetection: new Int32Array(detections.pictures.length).fill(-1),
    overlaps: new Float64Array(detections.pictures.length),
    isFound: new Uint8Array(truths.pictures.length),
    repairs: new Int32Array(truths.pictures.length).fill(-1),
  };
  const detectionStarts = pictureStarts(detections, pictureCount);
  const truthStarts = pictureStarts(truths, pictureCount);
  for (let picture = 0; picture < pictureCount; picture++) {
    const found = rangeOf(detectionStarts, picture);
    judgePicture(judgement, sortByScore(found, detections.scores), rangeOf(truthStarts, picture));
  }
  return {
    detectionOutcomes: Array.from(judgement.outcomeOf, (code) => detectionOutcomeAt(code)),
    truthOfDetection: judgement.truthOfDetection,
    overlaps: judgement.overlaps,
    truthOutcomes: Array.from(truths.crowds, (crowd, index) => truthOutcomeOf(judgement, crowd, index)),
    repairs: judgement.repairs,
  };
}

interface Judgement extends DetectionOutcomes, ErrorThresholds {
  /** `[n]` places in `detectionOutcomeSchema.options` */
  readonly outcomeOf: Uint8Array;
  readonly truthOfDetection: Int32Array;
  readonly overlaps: Float64Array;
  readonly isFound: Uint8Array;
  readonly repairs: Int32Array;
}

/**
 * @param found places of the picture's detections, the most certain first
 * @param here places of its truths
 */
function judgePicture(judgement: Judgement, found: Int32Array, here: Int32Array): void {
  const { truths } = judgement;
  const real = here.filter((truth) => truths.crowds[truth] === 0);
  const crowds = here.filter((truth) => truths.crowds[truth] === 1);
  for (const detection of found) matchOne(judgement, detection, real);
  for (const detection of found) {
    if (judgement.truthOfDetection[detection] !== -1) continue;
    if (crowds.some((crowd) => isInside(judgement, detection, crowd))) {
      judgement.outcomeOf[detection] = codeOf('ignored');
    } else {
      nameError(judgement, detection, real);
    }
  }
}

/** Takes the truth of its class that it overlaps most and that is still to be had, the first of equals. */
function matchOne(judgement: Judgement, detection: number, real: Int32Array): void {
  const { truths, detections, isFound, iou } = judgement;
  let best = -1;
  let bestOverlap = 0;
  for (const truth of real) {
    if (isFound[truth] === 1 || truths.classes[truth] !== detections.classes[detection]) continue;
    const overlap = overlapOf(detections.boxes, detection, truths.boxes, truth);
    if (overlap < iou || overlap <= bestOverlap) continue;
    best = truth;
    bestOverlap = overlap;
  }
  if (best < 0) return;
  isFound[best] = 1;
  settle(judgement, detection, { outcome: 'correct', truth: best, overlap: bestOverlap });
}

function isInside({ truths, detections, iou }: Judgement, detection: number, crowd: number): boolean {
  if (truths.classes[crowd] !== detections.classes[detection]) return false;
  return crowdOverlapOf(detections.boxes, detection, truths.boxes, crowd) > iou;
}

interface Nearest {
  truth: number;
  overlap: number;
}

/** The kinds are asked for in the order of the paper's code: the first that fits is it. */
function nameError(judgement: Judgement, detection: number, real: Int32Array): void {
  const { iou, backgroundIou } = judgement;
  const { sameClass, otherClass, found } = findNearest(judgement, detection, real);
  const settleAs = (outcome: DetectionOutcome, { truth, overlap }: Nearest) =>
    settle(judgement, detection, { outcome, truth, overlap });
  if (sameClass.overlap >= backgroundIou && sameClass.overlap <= iou) settleAs('localization', sameClass);
  else if (otherClass.overlap >= iou) settleAs('classification', otherClass);
  else if (found.overlap >= iou) settleAs('duplicate', found);
  else if (Math.max(sameClass.overlap, otherClass.overlap) <= backgroundIou) {
    settleAs('background', { truth: -1, overlap: 0 });
  } else settleAs('both', otherClass.overlap > sameClass.overlap ? otherClass : sameClass);
}

/** The truths that the detection overlaps most, the first of equals: of its class, of another, of its class and found. */
function findNearest({ truths, detections, isFound }: Judgement, detection: number, real: Int32Array) {
  const sameClass: Nearest = { truth: -1, overlap: 0 };
  const otherClass: Nearest = { truth: -1, overlap: 0 };
  const found: Nearest = { truth: -1, overlap: 0 };
  for (const truth of real) {
    const overlap = overlapOf(detections.boxes, detection, truths.boxes, truth);
    if (overlap === 0) continue;
    const isSame = truths.classes[truth] === detections.classes[detection];
    keepNearer(isSame ? sameClass : otherClass, truth, overlap);
    if (isSame && isFound[truth] === 1) keepNearer(found, truth, overlap);
  }
  return { sameClass, otherClass, found };
}

function keepNearer(nearest: Nearest, truth: number, overlap: number): void {
  if (overlap <= nearest.overlap) return;
  nearest.truth = truth;
  nearest.overlap = overlap;
}

function settle(
  judgement: Judgement,
  detection: number,
  { outcome, truth, overlap }: Nearest & { outcome: DetectionOutcome },
): void {
  const { outcomeOf, truthOfDetection, overlaps, isFound, repairs } = judgement;
  outcomeOf[detection] = codeOf(outcome);
  truthOfDetection[detection] = truth;
  overlaps[detection] = overlap;
  if (outcome !== 'classification' && outcome !== 'localization') return;
  // Detections come by falling score, so the first is the most certain.
  if (isFound[truth] === 0 && repairs[truth] === -1) repairs[truth] = detection;
}

function truthOutcomeOf({ isFound, repairs }: Judgement, crowd: number, truth: number): TruthOutcome {
  if (crowd === 1) return 'ignored';
  if (isFound[truth] === 1) return 'found';
  return repairs[truth] === -1 ? 'missed' : 'mistaken';
}

function rangeOf(starts: Int32Array, picture: number): Int32Array<ArrayBuffer> {
  const start = starts[picture] as number;
  return Int32Array.from({ length: (starts[picture + 1] as number) - start }, (_, index) => start + index);
}

function codeOf(outcome: DetectionOutcome): number {
  return detectionOutcomeSchema.options.indexOf(outcome);
}

function detectionOutcomeAt(code: number): DetectionOutcome {
  return detectionOutcomeSchema.options[code] as DetectionOutcome;
}
