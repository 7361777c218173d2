/** What is drawn on a picture of an evaluation: truths and detections by what they were to it. Pure. */
import type {
  DetectionOutcome,
  JudgedDetection,
  JudgedPicture,
  JudgedTruth,
  TruthOutcome,
} from '../../../src-preload/contract/index.ts';
import type { DrawnBox } from '../../components/drawn-box.ts';
import { kindTexts } from './error-kinds.ts';
import type { PictureQuery } from './evaluation-href.ts';

export interface PictureDisplay {
  readonly isTruthShown: boolean;
  readonly isDetectionShown: boolean;
  /** Detections below it are not drawn. */
  readonly minScore: number;
}

export interface BoxChoice extends PictureDisplay {
  /** What is looked for: the rest is drawn faintly. */
  readonly query: PictureQuery;
}

/** A box with what stands for it in the list beside the picture. */
export interface ShownBox extends DrawnBox {
  readonly className: string;
  readonly isTruth: boolean;
  readonly score: number | null;
  /** In words: what it was to the evaluation. */
  readonly verdict: string;
  readonly isWrong: boolean;
}

/** Labels on more boxes than this hide the picture: then only those that are looked for have one, if they are few. */
const labelLimit = 40;

/** Truths first, so that detections lie on top; the most certain detection last. */
export function shownBoxes(
  picture: JudgedPicture,
  choice: BoxChoice,
  colorOf: (className: string) => string | undefined,
): ShownBox[] {
  const truths = choice.isTruthShown ? picture.truths : [];
  const detections = choice.isDetectionShown
    ? picture.detections.filter(({ score }) => score >= choice.minScore)
    : [];
  const boxes = [
    ...truths.map((truth) => toTruthBox(truth, choice.query, colorOf)),
    ...detections.toReversed().map((detection) => toDetectionBox(detection, choice.query, colorOf)),
  ];
  if (boxes.length <= labelLimit) return boxes;
  const areMeantFew = boxes.filter(({ isFaint }) => !isFaint).length <= labelLimit;
  return boxes.map((box) => (areMeantFew && !box.isFaint ? box : { ...box, label: null }));
}

const fallbackColor = '#c9742b';

function toTruthBox(
  { id, className, outcome, x, y, width, height }: JudgedTruth,
  query: PictureQuery,
  colorOf: (className: string) => string | undefined,
): ShownBox {
  return {
    key: `truth ${id}`,
    ...{ x, y, width, height, className },
    color: colorOf(className) ?? fallbackColor,
    label: outcome === 'missed' ? `${className} missed` : null,
    shortLabel: 'missed',
    isDashed: true,
    isFaint: !isTruthMeant(className, outcome, query),
    isTruth: true,
    score: null,
    verdict: truthVerdicts[outcome],
    isWrong: outcome === 'missed' || outcome === 'mistaken',
  };
}

function toDetectionBox(
  detection: JudgedDetection,
  query: PictureQuery,
  colorOf: (className: string) => string | undefined,
): ShownBox {
  const { index, className, score, outcome, x, y, width, height } = detection;
  return {
    key: `detection ${index}`,
    ...{ x, y, width, height, className, score },
    color: colorOf(className) ?? fallbackColor,
    label: `${className} ${formatScore(score)}`,
    shortLabel: formatScore(score),
    isDashed: false,
    isFaint: !isDetectionMeant(detection, query),
    isTruth: false,
    verdict: detectionVerdict(detection),
    isWrong: outcome !== 'correct' && outcome !== 'ignored',
  };
}

const truthVerdicts = {
  found: 'Found',
  mistaken: 'Mistaken',
  missed: 'Missed',
  ignored: 'A crowd, not counted',
} as const satisfies Record<TruthOutcome, string>;

function detectionVerdict({ outcome, truth }: JudgedDetection): string {
  if (outcome === 'ignored') return 'In a crowd, not counted';
  const { name } = kindTexts[outcome satisfies Exclude<DetectionOutcome, 'ignored'>];
  const overlap = truth === null ? '' : `, overlap ${truth.iou.toFixed(2)}`;
  return outcome === 'classification' || outcome === 'both'
    ? `${name}: is ${truth?.className}${overlap}`
    : `${name}${overlap}`;
}

function isTruthMeant(className: string, outcome: TruthOutcome, query: PictureQuery): boolean {
  if (query.trueClass !== undefined && query.trueClass !== className) return false;
  if (query.kind === undefined) return true;
  if (query.kind === 'any') return outcome === 'missed' || outcome === 'mistaken';
  return query.kind === 'missed' && outcome === 'missed';
}

function isDetectionMeant(
  { className, outcome, truth, score }: JudgedDetection,
  query: PictureQuery,
): boolean {
  if (query.minScore !== undefined && score < query.minScore) return false;
  if (query.className !== undefined && query.className !== className) return false;
  if (query.trueClass !== undefined && query.trueClass !== (truth?.className ?? null)) return false;
  if (query.kind === undefined) return true;
  if (query.kind === 'any') return outcome !== 'correct' && outcome !== 'ignored';
  return outcome === query.kind;
}

/** Two digits; three for the least, which would all be 0.00. */
export function formatScore(score: number): string {
  return score.toFixed(score < 0.01 ? 3 : 2);
}
