/** How far two people agree on the pictures that both have labelled: over all classes, and class by class. */
import { measureKappa } from './agreement-coefficients.ts';
import { type AnsweredTwice, listToldThings, notTold, type ToldThing } from './told-things.ts';

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
  const things = pictures.flatMap((picture) => listToldThings(picture, iou));
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

function measureClass(things: readonly ToldThing[], className: string): Agreement {
  const only = (name: string) => (name === className ? name : notTold);
  const asked = things.map((thing) => ({ ...thing, first: only(thing.first), second: only(thing.second) }));
  const told = asked.filter(({ first, second }) => first !== notTold || second !== notTold);
  return { ...measureThings(told), kappa: measureKappa(asked.map(toPair)) };
}

function measureThings(things: readonly ToldThing[]): Agreement {
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

function toPair({ first, second }: ToldThing): readonly [string, string] {
  return [first, second];
}
