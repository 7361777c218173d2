/** Boxes of two people that stand for the same thing: each has one partner at most. */

export interface ClassedBox {
  readonly className: string;
  /** Pixels of the upright picture; x and y are the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Places in the two lists, and the overlap of the two boxes, 0 to 1. */
export interface BoxMatch {
  readonly first: number;
  readonly second: number;
  readonly iou: number;
}

/**
 * One to one from the highest overlap down, of at least `iou`; boxes of one class find each other before any of two
 * classes do, so that a rider and a bicycle in one place are not taken for a quarrel about the class. Equal overlaps go
 * in the order of the lists.
 */
export function matchBoxes(
  firsts: readonly ClassedBox[],
  seconds: readonly ClassedBox[],
  iou: number,
): BoxMatch[] {
  const isSameClass = (match: BoxMatch) =>
    firsts[match.first]?.className === seconds[match.second]?.className;
  const candidates = firsts
    .flatMap((box, first) =>
      seconds.map((other, second): BoxMatch => ({ first, second, iou: measureIou(box, other) })),
    )
    .filter((match) => match.iou >= iou && match.iou > 0)
    .toSorted((a, b) => Number(isSameClass(b)) - Number(isSameClass(a)) || b.iou - a.iou);
  const taken = { first: new Set<number>(), second: new Set<number>() };
  return candidates.filter(({ first, second }) => {
    if (taken.first.has(first) || taken.second.has(second)) return false;
    taken.first.add(first);
    taken.second.add(second);
    return true;
  });
}

/** Intersection over union, 0 where the boxes do not meet. */
export function measureIou(a: ClassedBox, b: ClassedBox): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}
