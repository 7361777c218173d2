/** Whether pictures may be mirrored: not where that turns a picture of one class into one of another. */

export interface MirrorPictures {
  /** `[n, size, size, 3]` */
  readonly pixels: Uint8Array;
  /** `[n]` */
  readonly classes: Int32Array;
  readonly size: number;
}

/** Mean pictures are compared on so many cells a side. */
const cells = 12;
const values = cells * cells * 3;

/**
 * False where the mirrored mean picture of some class is closer to another class's than to its own, as with arrows
 * to the left and to the right, or b and d.
 */
export function staysInClass(pictures: MirrorPictures): boolean {
  const means = meanPictures(pictures);
  return means.every((mean, index) => {
    const mirrored = mirror(mean);
    const own = distance(mirrored, mean);
    return means.every((other, at) => at === index || distance(mirrored, other) >= own);
  });
}

/** `[cells, cells, 3]` of each class that has pictures. */
function meanPictures({ pixels, classes, size }: MirrorPictures): Float64Array[] {
  const sums = new Map<number, { sum: Float64Array; count: number }>();
  const bytes = size * size * 3;
  classes.forEach((label, index) => {
    const known = sums.get(label) ?? { sum: new Float64Array(values), count: 0 };
    addCells(known.sum, pixels.subarray(index * bytes, (index + 1) * bytes), size);
    known.count++;
    sums.set(label, known);
  });
  return [...sums.values()].map(({ sum, count }) => sum.map((value) => value / count));
}

/** Adds the picture's pixels at the middles of the cells. */
function addCells(sum: Float64Array, picture: Uint8Array, size: number): void {
  const middle = (cell: number) => Math.min(size - 1, Math.floor(((cell + 0.5) * size) / cells));
  for (let at = 0; at < values; at++) {
    const column = middle(Math.floor(at / 3) % cells);
    const row = middle(Math.floor(at / (3 * cells)));
    sum[at] = (sum[at] ?? 0) + (picture[(row * size + column) * 3 + (at % 3)] ?? 0);
  }
}

function mirror(mean: Float64Array): Float64Array {
  return mean.map((_, at) => {
    const column = Math.floor(at / 3) % cells;
    return mean[at + 3 * (cells - 1 - 2 * column)] ?? 0;
  });
}

function distance(first: Float64Array, second: Float64Array): number {
  return first.reduce((sum, value, at) => sum + (value - (second[at] ?? 0)) ** 2, 0);
}
