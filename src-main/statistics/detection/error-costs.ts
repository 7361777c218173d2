/** What each kind of error costs (Bolya, Foley, Hays and Hoffman 2020, TIDE, section 2.3), equal to its authors' tidecv. */
import {
  type DetectionErrorKind,
  type DetectionOutcome,
  detectionErrorKindSchema,
  type TruthOutcome,
} from '../../../src-preload/contract/detection-report.ts';
import { interpolatePrecision } from './accumulate.ts';
import type { DetectionOutcomes } from './box-sets.ts';
import type { JudgedBoxes } from './judge.ts';
import { sortByScore } from './score-order.ts';

export interface ErrorCosts {
  /** Mean over the classes with truth of AP at the threshold, all detections looked at. */
  readonly ap: number;
  /** In the order of the kinds. */
  readonly errors: readonly {
    readonly kind: DetectionErrorKind;
    readonly count: number;
    readonly apCost: number;
  }[];
  readonly falsePositiveApCost: number;
  readonly falseNegativeApCost: number;
}

/** What AP would gain if one kind of error alone were put right, never below 0. */
export function measureErrorCosts(outcomes: DetectionOutcomes, judged: JudgedBoxes): ErrorCosts {
  const order = sortByScore(placesOf(outcomes.detections.scores.length), outcomes.detections.scores);
  const truthCounts = countTruths(outcomes, judged, (outcome) => outcome !== 'ignored');
  const foundCounts = countTruths(outcomes, judged, (outcome) => outcome === 'found');
  const measure = (repaired: Repair, counts = truthCounts) =>
    meanPrecision({ outcomes, judged, order, counts, truthCounts }, repaired);
  const ap = measure(asJudged);
  const errors = detectionErrorKindSchema.options.map((kind) => ({
    kind,
    count: countOf(judged, kind),
    apCost: Math.max(
      0,
      (kind === 'missed'
        ? measure(
            asJudged,
            countTruths(outcomes, judged, (outcome) => outcome === 'found' || outcome === 'mistaken'),
          )
        : measure(repairOf(kind))) - ap,
    ),
  }));
  return {
    ap,
    errors,
    falsePositiveApCost: measure(withoutErrors) - ap,
    falseNegativeApCost: measure(asJudged, foundCounts) - ap,
  };
}

/** What a detection counts as: right or wrong in a class, or null for not at all. */
type Repair = (
  place: number,
  outcome: DetectionOutcome,
  boxes: DetectionOutcomes,
  judged: JudgedBoxes,
) => { readonly isRight: boolean; readonly classPlace: number } | null;

const asJudged: Repair = (place, outcome, { detections }) => {
  const classPlace = detections.classes[place] as number;
  return outcome === 'ignored' ? null : { isRight: outcome === 'correct', classPlace };
};

/** Wrong detections last, where they cost nothing. */
const withoutErrors: Repair = (place, outcome, { detections }) =>
  outcome === 'correct' ? { isRight: true, classPlace: detections.classes[place] as number } : null;

/** Another class or a place too far off is put right for the most certain detection of a truth; all else goes. */
function repairOf(kind: DetectionErrorKind): Repair {
  return (place, outcome, boxes, judged) => {
    if (outcome !== kind) return asJudged(place, outcome, boxes, judged);
    const truth = judged.truthOfDetection[place] as number;
    if (truth < 0 || judged.repairs[truth] !== place) return null;
    return { isRight: true, classPlace: boxes.truths.classes[truth] as number };
  };
}

interface PrecisionInput {
  readonly outcomes: DetectionOutcomes;
  readonly judged: JudgedBoxes;
  /** Detections, the most certain first. */
  readonly order: Int32Array;
  /** `[classes]` truths to find after the repair, and before it */
  readonly counts: Int32Array;
  readonly truthCounts: Int32Array;
}

function meanPrecision(
  { outcomes, judged, order, counts, truthCounts }: PrecisionInput,
  repair: Repair,
): number {
  const right = new Int32Array(outcomes.classCount);
  const seen = new Int32Array(outcomes.classCount);
  const curves: number[][] = Array.from({ length: outcomes.classCount }, () => []);
  for (const place of order) {
    const counted = repair(place, judged.detectionOutcomes[place] as DetectionOutcome, outcomes, judged);
    if (counted === null) continue;
    const { isRight, classPlace } = counted;
    const seenNow = (seen[classPlace] as number) + 1;
    seen[classPlace] = seenNow;
    if (!isRight) continue;
    const rightNow = (right[classPlace] as number) + 1;
    right[classPlace] = rightNow;
    curves[classPlace]?.push(rightNow / seenNow);
  }
  const precisions = curves.flatMap((curve, place) =>
    truthCounts[place] === 0 ? [] : [precisionOf(curve, counts[place] as number, seen[place] as number)],
  );
  return meanOf(precisions);
}

/** Where the repair leaves nothing to find, all is well unless something was detected. */
function precisionOf(curve: readonly number[], truths: number, detections: number): number {
  if (truths === 0) return detections === 0 ? 1 : 0;
  return meanOf([...interpolatePrecision(Float64Array.from(curve), truths)]);
}

function countOf({ detectionOutcomes, truthOutcomes }: JudgedBoxes, kind: DetectionErrorKind): number {
  const isKind = (outcome: string) => outcome === kind;
  return kind === 'missed' ? truthOutcomes.filter(isKind).length : detectionOutcomes.filter(isKind).length;
}

/** `[classes]` */
function countTruths(
  { classCount, truths }: DetectionOutcomes,
  { truthOutcomes }: JudgedBoxes,
  isCounted: (outcome: TruthOutcome) => boolean,
): Int32Array {
  const counts = new Int32Array(classCount);
  truthOutcomes.forEach((outcome, truth) => {
    const place = truths.classes[truth] as number;
    if (isCounted(outcome)) counts[place] = (counts[place] as number) + 1;
  });
  return counts;
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function placesOf(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}
