/** What several people say of a picture, drawn together: what enough of them have told, and what stays disputed. */
import { type ClassedBox, measureIou } from './match-boxes.ts';
import type { Answer } from './told-things.ts';

export interface ConsensusRule {
  /** Share of the answers that must tell a thing, above 0, to 1. */
  readonly quorum: number;
  /** Overlap from which on boxes of one class are one thing. */
  readonly iou: number;
}

/** The mean of the boxes that stand for one thing. */
export interface ConsensusBox extends ClassedBox {
  /** Answers that have told it. */
  readonly votes: number;
  /** The lowest overlap of two of its boxes, 0 to 1; null where one stands alone. */
  readonly lowestIou: number | null;
}

export interface Consensus {
  readonly answers: number;
  /** The class that has the quorum and more votes than any other; null where none has. */
  readonly className: string | null;
  /** Those with a quorum, in the order in which the answers tell them. */
  readonly boxes: readonly ConsensusBox[];
  /** Those without. */
  readonly disputed: readonly ConsensusBox[];
}

/**
 * Boxes of one class are clustered by complete linkage: those two things join whose lowest overlap is the highest, as long
 * as it is at least `iou` and none gets two boxes of one answer; a row of boxes does not become one thing link by link.
 * Source: T. Sørensen (1948), A method of establishing groups of equal amplitude in plant sociology.
 */
export function findConsensus(answers: readonly Answer[], { quorum, iou }: ConsensusRule): Consensus {
  const needed = quorum * answers.length - roundingSlack;
  const things = joinBoxes(answers, iou).map(averageOf);
  return {
    answers: answers.length,
    className: findCommonClass(answers, needed),
    boxes: things.filter(({ votes }) => votes >= needed),
    disputed: things.filter(({ votes }) => votes < needed),
  };
}

/** A quorum of 0.6 is three of five, whatever the product's last bit is. */
const roundingSlack = 1e-9;

interface Told {
  readonly answer: number;
  readonly box: ClassedBox;
}

type Thing = readonly Told[];

function joinBoxes(answers: readonly Answer[], iou: number): Thing[] {
  const told = answers.flatMap(({ boxes }, answer) => boxes.map((box): Told => ({ answer, box })));
  const places = new Map(told.map((one, place) => [one, place]));
  const placeOf = (thing: Thing) => Math.min(...thing.map((one) => places.get(one) ?? 0));
  return listNeighbourhoods(told, iou)
    .flatMap((neighbourhood) => joinNearest(neighbourhood, iou))
    .toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Told boxes that may stand for one thing, directly or over others: what lies apart is clustered apart. */
function listNeighbourhoods(told: readonly Told[], iou: number): Thing[] {
  const left = new Set(told);
  return told.flatMap((seed) => {
    if (!left.delete(seed)) return [];
    const reached = [seed];
    for (const one of reached) {
      const near = [...left].filter((other) => linkOf(one, other) >= iou);
      for (const other of near) left.delete(other);
      reached.push(...near);
    }
    return [reached];
  });
}

function joinNearest(neighbourhood: Thing, iou: number): Thing[] {
  let things: Thing[] = neighbourhood.map((one) => [one]);
  for (;;) {
    const pairs = things.flatMap((a, place) =>
      things.slice(place + 1).map((b) => ({ a, b, lowest: lowestLink(a, b) })),
    );
    const [nearest] = pairs.filter(({ lowest }) => lowest >= iou).toSorted((a, b) => b.lowest - a.lowest);
    if (!nearest) return things;
    const { a, b } = nearest;
    things = [...things.filter((thing) => thing !== a && thing !== b), [...a, ...b]];
  }
}

function lowestLink(a: Thing, b: Thing): number {
  return Math.min(...a.flatMap((one) => b.map((other) => linkOf(one, other))));
}

/** The overlap; -1 where the two can not stand for one thing. */
function linkOf(a: Told, b: Told): number {
  if (a.answer === b.answer || a.box.className !== b.box.className) return -1;
  return measureIou(a.box, b.box) || -1;
}

function averageOf(thing: Thing): ConsensusBox {
  const boxes = thing.map(({ box }) => box);
  const mean = (side: 'x' | 'y' | 'width' | 'height') =>
    boxes.reduce((sum, box) => sum + box[side], 0) / boxes.length;
  const overlaps = boxes.flatMap((a, place) => boxes.slice(place + 1).map((b) => measureIou(a, b)));
  return {
    className: boxes[0]?.className ?? '',
    ...{ x: mean('x'), y: mean('y'), width: mean('width'), height: mean('height') },
    votes: boxes.length,
    lowestIou: overlaps.length === 0 ? null : Math.min(...overlaps),
  };
}

function findCommonClass(answers: readonly Answer[], needed: number): string | null {
  const named = Map.groupBy(
    answers.flatMap(({ className }) => className ?? []),
    (name) => name,
  );
  const [most, next] = [...named.values()].toSorted((a, b) => b.length - a.length);
  if (!most || most.length < needed || next?.length === most.length) return null;
  return most[0] ?? null;
}
