/** How far two people agree on the pictures that both have labelled: over all classes, and class by class. */
import { measureKappa } from './agreement-coefficients.ts';
import { type ClassedBox, matchBoxes } from './match-boxes.ts';

/** What one person says that a picture shows. */
export interface Answer {
  /** The picture's own class; null where it has none. */
  readonly className: string | null;
  readonly boxes: readonly ClassedBox[];
}

export interface AnsweredTwice {
  readonly first: Answer;
  readonly second: Answer;
}

/** Null is told wherever there is nothing to measure. */
export interface Agreement {
  /** Things that either of the two has told: boxes, matched or alone, and pictures with a class. */
  readonly things: number;
  /** Of them those that both have told alike. */
  readonly agreed: number;
  /** Mean intersection over union of matched boxes of the same class, 0 to 1. */
  readonly meanIou: number | null;
  /** 2 × agreed / all that the first and all that the second has told: the Dice coefficient, 0 to 1. */
  readonly f1: number | null;
  /** Cohen's kappa over the things, the class of what one has not told being none. */
  readonly kappa: number | null;
}

export interface PairAgreement extends Agreement {
  readonly pictures: number;
  /** In the order of their names; the kappa of a class is that of the question whether a thing is of it. */
  readonly classes: readonly (Agreement & { readonly className: string })[];
}

/**
 * Matched boxes are one thing, a box without a partner is a thing that the other has not told; a picture's own class is a
 * thing where either has given one. Nothing counts for pictures that both left empty, so kappa is negative where all
 * boxes stand alone.
 * @param iou overlap from which on two boxes are one thing
 */
export function measureAgreement(pictures: readonly AnsweredTwice[], iou: number): PairAgreement {
  const things = pictures.flatMap((picture) => listThings(picture, iou));
  const classNames = new Set(things.flatMap(({ first, second }) => [first, second]));
  classNames.delete(notTold);
  return {
    pictures: pictures.length,
    ...measureThings(things),
    classes: [...classNames]
      .toSorted()
      .map((className) => ({ className, ...measureClass(things, className) })),
  };
}

/** No class is named so: names are not empty. */
const notTold = '';

/** The class that each of the two gives a thing. */
interface Thing {
  readonly first: string;
  readonly second: string;
  /** Of a matched box. */
  readonly iou?: number;
}

function listThings({ first, second }: AnsweredTwice, iou: number): Thing[] {
  const matches = matchBoxes(first.boxes, second.boxes, iou);
  const matched = {
    first: new Set(matches.map((match) => match.first)),
    second: new Set(matches.map((match) => match.second)),
  };
  const hasTag = first.className !== null || second.className !== null;
  return [
    ...matches.map((match) => ({
      first: first.boxes[match.first]?.className ?? notTold,
      second: second.boxes[match.second]?.className ?? notTold,
      iou: match.iou,
    })),
    ...first.boxes
      .filter((_, place) => !matched.first.has(place))
      .map(({ className }) => ({ first: className, second: notTold })),
    ...second.boxes
      .filter((_, place) => !matched.second.has(place))
      .map(({ className }) => ({ first: notTold, second: className })),
    ...(hasTag ? [{ first: first.className ?? notTold, second: second.className ?? notTold }] : []),
  ];
}

function measureClass(things: readonly Thing[], className: string): Agreement {
  const only = (name: string) => (name === className ? name : notTold);
  const asked = things.map((thing) => ({ ...thing, first: only(thing.first), second: only(thing.second) }));
  const told = asked.filter(({ first, second }) => first !== notTold || second !== notTold);
  return { ...measureThings(told), kappa: measureKappa(asked.map(toPair)) };
}

function measureThings(things: readonly Thing[]): Agreement {
  const alike = things.filter(({ first, second }) => first === second);
  const overlaps = alike.flatMap(({ iou }) => iou ?? []);
  const told = things.flatMap(({ first, second }) => [first, second]).filter((name) => name !== notTold);
  return {
    things: things.length,
    agreed: alike.length,
    meanIou: overlaps.length === 0 ? null : overlaps.reduce((sum, iou) => sum + iou, 0) / overlaps.length,
    f1: told.length === 0 ? null : (2 * alike.length) / told.length,
    kappa: measureKappa(things.map(toPair)),
  };
}

function toPair({ first, second }: Thing): readonly [string, string] {
  return [first, second];
}
