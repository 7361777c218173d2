/** Where the boxes of a label and those of a model differ so that the label may be wrong, and how suspect the whole is. */
import { measureIou } from './match-boxes.ts';
import type { ScoredBox } from './uncertainty.ts';

export interface GivenBox {
  readonly className: string;
  /** Pixels of the upright picture; x and y are the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BoxIssue {
  /** overlooked: a sure box where the label has none; badlyLocated: of its class, beside it; swapped: of another class. */
  readonly kind: 'overlooked' | 'badlyLocated' | 'swapped';
  /** 1 − the quality score of the box, 0 to 1. */
  readonly suspicion: number;
  /** Place among the label's boxes; null of what is overlooked. */
  readonly given: number | null;
  /** Place among the model's boxes. */
  readonly found: number;
}

export interface BoxSuspicion {
  /** 1 − the quality score of the picture, 0 to 1. */
  readonly suspicion: number;
  /** Of at least `issueFrom`, the worst first. */
  readonly issues: readonly BoxIssue[];
}

export interface SuspicionOptions {
  /** Score from which on a box speaks for an overlooked or swapped one. */
  readonly sureFrom: number;
  /** Score above which a box speaks for a badly located one. */
  readonly likelyFrom: number;
  readonly issueFrom: number;
}

/**
 * 0.5 is the authors'. They take 0.95 for large, well calibrated detectors; the small ones that are trained here on few
 * pictures seldom say more than 0.9 of anything, right or wrong.
 */
export const defaultSuspicionOptions: SuspicionOptions = { sureFrom: 0.7, likelyFrom: 0.5, issueFrom: 0.5 };

/** Share of the overlap in the similarity of two boxes; the rest is the nearness of their centres. */
const overlapShare = 0.9;
/** A pixel: how fast nearness falls. */
const nearnessFactor = 0.1;
/** Boxes of no likeness at all; the authors take the least that occurs in the set. */
const leastSimilarity = 0.01;
/** Two boxes of the label of different classes are one thing told twice from here on. */
const sameBox = 0.95;
const temperature = 0.1;

/**
 * ObjectLab: Tkachenko, Thyagarajan and Mueller 2023, "ObjectLab: Automated Diagnosis of Mislabeled Images in Object
 * Detection Data", sections 3.1 to 3.4, as in the authors' `cleanlab.object_detection.rank`. Each box gets a score of
 * quality of each kind; the softmin over the boxes is the picture's score of that kind, the geometric mean over the kinds
 * the picture's. A box that a model does not see at all is no error here, since models overlook much.
 * @param found duplicates of one class suppressed
 */
export function measureBoxSuspicion(
  given: readonly GivenBox[],
  found: readonly ScoredBox[],
  options: SuspicionOptions = defaultSuspicionOptions,
): BoxSuspicion {
  const sure = [...found.entries()].filter(([, { score }]) => score >= options.sureFrom);
  const likely = [...found.entries()].filter(([, { score }]) => score > options.likelyFrom);
  const kinds = [
    sure.flatMap((one) => judgeOverlooked(given, one)),
    given.map((_, place) => judgeLocation(given, place, likely)),
    given.map((_, place) => judgeClass(given, place, sure)),
  ];
  const logs = kinds.map((scores) => Math.log(Math.max(1e-100, softmin(scores.map(({ score }) => score)))));
  const quality = Math.exp(logs.reduce((sum, log) => sum + log, 0) / kinds.length);
  const issues = kinds
    .flat()
    .flatMap(({ issue, score }) => (issue ? [{ ...issue, suspicion: 1 - score }] : []))
    .filter(({ suspicion }) => suspicion >= options.issueFrom)
    .toSorted((first, second) => second.suspicion - first.suspicion);
  return { suspicion: Math.min(1, Math.max(0, 1 - quality)), issues };
}

interface JudgedBox {
  readonly score: number;
  /** Undefined where no box of the model speaks against it. */
  readonly issue?: Omit<BoxIssue, 'suspicion'>;
}

type Found = readonly [place: number, box: ScoredBox];

/** Only boxes that touch none of the label's. */
function judgeOverlooked(given: readonly GivenBox[], [found, box]: Found): JudgedBox[] {
  if (given.some((other) => measureIou(other, box) > 0)) return [];
  const alike = given.filter(({ className }) => className === box.className);
  const score =
    alike.length === 0
      ? leastSimilarity * (1 - box.score)
      : Math.max(...alike.map((other) => measureSimilarity(other, box)));
  return [{ score, issue: { kind: 'overlooked', given: null, found } }];
}

function judgeLocation(given: readonly GivenBox[], place: number, likely: readonly Found[]): JudgedBox {
  const own = given[place] as GivenBox;
  const touching = likely.filter(([, box]) => box.className === own.className && measureIou(own, box) > 0);
  const nearest = findMostSimilar(own, touching);
  if (!nearest) return { score: 1 };
  const issue = { kind: 'badlyLocated', given: place, found: nearest.found } as const;
  return { score: nearest.similarity, issue };
}

function judgeClass(given: readonly GivenBox[], place: number, sure: readonly Found[]): JudgedBox {
  const own = given[place] as GivenBox;
  const isToldTwice = given.some(
    (other) => other.className !== own.className && measureIou(own, other) >= sameBox,
  );
  const nearest = findMostSimilar(
    own,
    sure.filter(([, box]) => box.className !== own.className),
  );
  const score = nearest ? Math.max(leastSimilarity, 1 - nearest.similarity) : 1;
  const issue = nearest && ({ kind: 'swapped', given: place, found: nearest.found } as const);
  return { score: isToldTwice ? leastSimilarity : score, ...(issue && { issue }) };
}

function findMostSimilar(
  own: GivenBox,
  found: readonly Found[],
): { readonly found: number; readonly similarity: number } | undefined {
  return found
    .map(([place, box]) => ({ found: place, similarity: measureSimilarity(own, box) }))
    .toSorted((first, second) => second.similarity - first.similarity)[0];
}

function measureSimilarity(first: GivenBox, second: GivenBox): number {
  const across = first.x + first.width / 2 - second.x - second.width / 2;
  const down = first.y + first.height / 2 - second.y - second.height / 2;
  const nearness = Math.exp(-nearnessFactor * Math.hypot(across, down));
  return overlapShare * measureIou(first, second) + (1 - overlapShare) * nearness;
}

/** 1 of nothing. */
function softmin(scores: readonly number[]): number {
  if (scores.length === 0) return 1;
  const least = Math.min(...scores);
  const weights = scores.map((score) => Math.exp((least - score) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return scores.reduce((sum, score, index) => sum + (score * (weights[index] ?? 0)) / total, 0);
}
