/** Chooses points that lie far from each other and from what is there already: the greedy answer to the k-center problem. */

/** `[n, width]`, one byte a value. */
export interface BytePoints {
  readonly width: number;
  readonly values: Uint8Array;
}

export interface ChosenPoint {
  readonly index: number;
  /** To the nearest center before it; null for the first where there was none. */
  readonly distance: number | null;
}

export interface CenterSearch {
  /** A point that is there already. @param center `[width]` */
  addCenter(center: Uint8Array): void;
  /** A center from then on; undefined where each point left has a double among the centers. */
  chooseNext(): ChosenPoint | undefined;
}

/**
 * The point farthest from its nearest center comes next: Sener and Savarese 2018, "Active Learning for Convolutional Neural
 * Networks: A Core-Set Approach", algorithm 1, with Euclidean distances. The greatest distance left is at most twice that
 * of the best choice of as many points (Gonzalez 1985). Without centers the point nearest to the mean of all begins. Of
 * points that are equally far the first is taken.
 */
export function createCenterSearch(points: BytePoints): CenterSearch {
  const { values, width } = points;
  const squares = new Float64Array(values.length / width).fill(Number.POSITIVE_INFINITY);
  let hasCenter = false;
  const addCenter = (center: Uint8Array) => {
    hasCenter = true;
    approach(points, squares, center);
  };
  return {
    addCenter,
    chooseNext: () => {
      if (squares.length === 0) return undefined;
      const index = hasCenter ? findFarthest(squares) : findNearestToMean(points);
      if (index === undefined) return undefined;
      const distance = hasCenter ? Math.sqrt(squares[index] ?? 0) : null;
      addCenter(values.subarray(index * width, (index + 1) * width));
      return { index, distance };
    },
  };
}

/** Squared distances become those to the new center where it is nearer. */
function approach({ values, width }: BytePoints, squares: Float64Array, center: Uint8Array): void {
  for (let index = 0, at = 0; index < squares.length; index++, at += width) {
    const nearest = squares[index] as number;
    let square = 0;
    for (let place = 0; place < width && square < nearest; place++) {
      const difference = (values[at + place] as number) - (center[place] as number);
      square += difference * difference;
    }
    if (square < nearest) squares[index] = square;
  }
}

function findFarthest(squares: Float64Array): number | undefined {
  let farthest: number | undefined;
  let most = 0;
  for (let index = 0; index < squares.length; index++) {
    const square = squares[index] as number;
    if (square > most) [farthest, most] = [index, square];
  }
  return farthest;
}

function findNearestToMean({ values, width }: BytePoints): number {
  const count = values.length / width;
  const mean = new Float64Array(width);
  for (let at = 0; at < values.length; at++) {
    mean[at % width] = (mean[at % width] as number) + (values[at] as number) / count;
  }
  let [nearest, least] = [0, Number.POSITIVE_INFINITY];
  for (let index = 0; index < count; index++) {
    let square = 0;
    for (let place = 0; place < width; place++) {
      square += ((values[index * width + place] as number) - (mean[place] as number)) ** 2;
    }
    if (square < least) [nearest, least] = [index, square];
  }
  return nearest;
}
