/** What two people have told of one picture, thing by thing: as what each has told it, and which of their boxes it is. */
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

/** No class is named so: names are not empty. */
export const notTold = '';

/** The class that each of the two gives a thing: a box, or the picture itself. */
export interface ToldThing {
  readonly first: string;
  readonly second: string;
  /** Of a matched box, 0 to 1. */
  readonly iou?: number;
  /** Places in the boxes of the two. */
  readonly firstBox?: number;
  readonly secondBox?: number;
}

/**
 * Matched boxes are one thing, a box without a partner is a thing that the other has not told; a picture's own class is a
 * thing where either has given one.
 * @param iou overlap from which on two boxes are one thing
 */
export function listToldThings({ first, second }: AnsweredTwice, iou: number): ToldThing[] {
  const matches = matchBoxes(first.boxes, second.boxes, iou);
  const isMatched = {
    first: new Set(matches.map((match) => match.first)),
    second: new Set(matches.map((match) => match.second)),
  };
  const hasTag = first.className !== null || second.className !== null;
  return [
    ...matches.map((match) => ({
      first: first.boxes[match.first]?.className ?? notTold,
      second: second.boxes[match.second]?.className ?? notTold,
      ...{ iou: match.iou, firstBox: match.first, secondBox: match.second },
    })),
    ...first.boxes.flatMap(({ className }, firstBox) =>
      isMatched.first.has(firstBox) ? [] : [{ first: className, second: notTold, firstBox }],
    ),
    ...second.boxes.flatMap(({ className }, secondBox) =>
      isMatched.second.has(secondBox) ? [] : [{ first: notTold, second: className, secondBox }],
    ),
    ...(hasTag ? [{ first: first.className ?? notTold, second: second.className ?? notTold }] : []),
  ];
}

/** @param className of this class alone: one of the two has told it so, the other has not */
export function isDisputed({ first, second }: ToldThing, className?: string): boolean {
  return first !== second && (className === undefined || first === className || second === className);
}
