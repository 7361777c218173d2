/** What the boxes of a picture tell of mistakes: measures that thresholds are held against. */

export interface CheckedBox {
  readonly className: string;
  /** Pixels of the upright picture; x and y are the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LabelMeasures {
  /** Pixels of the shortest side of all boxes; null without boxes. */
  readonly shortestSide: number | null;
  /** Share of the picture that the largest box takes, 0 to 1; null without boxes. */
  readonly largestShare: number | null;
  /** Intersection over union of the two boxes of one class that overlap most; null without two such boxes. */
  readonly highestOverlap: number | null;
  /** Boxes that reach the picture's border, or come within a pixel of it. */
  readonly borderBoxes: number;
}

/** @param picture its size in pixels */
export function measureLabels(
  boxes: readonly CheckedBox[],
  picture: { readonly width: number; readonly height: number },
): LabelMeasures {
  const area = picture.width * picture.height;
  const hasBoxes = boxes.length > 0;
  return {
    shortestSide: hasBoxes ? least(boxes.map(({ width, height }) => Math.min(width, height))) : null,
    largestShare: hasBoxes ? -least(boxes.map(({ width, height }) => (-width * height) / area)) : null,
    highestOverlap: findHighestOverlap(boxes),
    borderBoxes: boxes.filter((box) => isAtBorder(box, picture)).length,
  };
}

/** Classes with fewer pictures than this share of the largest class has, the rarest first. */
export function findRareClasses<T extends { readonly count: number }>(
  classes: readonly T[],
  share: number,
): T[] {
  const most = -least(classes.map(({ count }) => -count));
  return classes
    .filter(({ count }) => count < share * most)
    .toSorted((first, second) => first.count - second.count);
}

function least(values: readonly number[]): number {
  return values.reduce((lowest, value) => Math.min(lowest, value), Number.POSITIVE_INFINITY);
}

const borderPixels = 1;

function isAtBorder(box: CheckedBox, picture: { readonly width: number; readonly height: number }): boolean {
  return (
    box.x <= borderPixels ||
    box.y <= borderPixels ||
    box.x + box.width >= picture.width - borderPixels ||
    box.y + box.height >= picture.height - borderPixels
  );
}

/** From the left to the right: a box is held against those alone that it begins beside. */
function findHighestOverlap(boxes: readonly CheckedBox[]): number | null {
  const sorted = boxes.toSorted((first, second) => first.x - second.x);
  const open = new Map<string, CheckedBox[]>();
  let highest: number | null = null;
  for (const box of sorted) {
    const before = open.get(box.className);
    const beside = (before ?? []).filter((other) => other.x + other.width > box.x);
    if (before) highest ??= 0;
    for (const other of beside) highest = Math.max(highest ?? 0, overlapOf(other, box));
    open.set(box.className, [...beside, box]);
  }
  return highest;
}

/** Intersection over union. */
function overlapOf(first: CheckedBox, second: CheckedBox): number {
  const right = Math.min(first.x + first.width, second.x + second.width);
  const bottom = Math.min(first.y + first.height, second.y + second.height);
  const width = Math.max(0, right - Math.max(first.x, second.x));
  const height = Math.max(0, bottom - Math.max(first.y, second.y));
  const shared = width * height;
  return shared / (first.width * first.height + second.width * second.height - shared);
}
