/** A few bytes that tell what a picture looks like: pictures that look alike are near each other, and far from others. */

/** One byte a value, `[height, width, channels]`, RGB or grey. */
export interface DescribedPixels {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Cells along each side for colours, and for the directions of edges. */
const colorCells = 4;
const edgeCells = 2;
const directions = 8;
/** Pixels that are looked at along each side: a descriptor tells of the whole, not of detail. */
const sampled = 64;

export const descriptorBytes = 3 * colorCells ** 2 + directions * edgeCells ** 2;

/**
 * Colours of 4 × 4 cells, each as mean luma, blue and red difference (Rec. 601), as in the colour layout descriptor of
 * Manjunath, Ohm, Vasudevan and Yamada 2001, "Color and Texture Descriptors", section II-D, without its cosine
 * transform, which keeps distances; then for 2 × 2 cells the share that each of 8 directions has in the gradient, after
 * Dalal and Triggs 2005, "Histograms of Oriented Gradients for Human Detection", section 6. To be compared by their
 * Euclidean distance.
 */
export function describePixels(picture: DescribedPixels): Uint8Array {
  const planes = sample(picture);
  return Uint8Array.from([
    ...planes.flatMap((plane) => meanCells(plane, colorCells)),
    ...describeEdges(planes[0] ?? new Float64Array()),
  ]);
}

/** Luma, blue and red difference, 0 to 255, `[64, 64]` each: a cell of one pixel is that pixel. */
function sample({ pixels, width, height, channels }: DescribedPixels): Float64Array[] {
  const planes = [0, 1, 2].map(() => new Float64Array(sampled * sampled));
  for (let index = 0; index < sampled * sampled; index++) {
    const y = Math.floor(((Math.floor(index / sampled) + 0.5) * height) / sampled);
    const x = Math.floor((((index % sampled) + 0.5) * width) / sampled);
    const at = (y * width + x) * channels;
    const red = pixels[at] ?? 0;
    const green = channels < 3 ? red : (pixels[at + 1] ?? 0);
    const blue = channels < 3 ? red : (pixels[at + 2] ?? 0);
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    const values = [luma, 128 + 0.564 * (blue - luma), 128 + 0.713 * (red - luma)];
    for (const [plane, value] of values.entries()) (planes[plane] as Float64Array)[index] = value;
  }
  return planes;
}

/** Row by row. */
function meanCells(plane: Float64Array, cells: number): number[] {
  const side = sampled / cells;
  const sums = new Array<number>(cells * cells).fill(0);
  for (const [index, value] of plane.entries()) {
    const cell = Math.floor(index / sampled / side) * cells + Math.floor((index % sampled) / side);
    sums[cell] = (sums[cell] ?? 0) + value;
  }
  return sums.map((sum) => Math.round(Math.min(255, Math.max(0, sum / side ** 2))));
}

/** Gradient of an 8-bit step a pixel, below which a surface is even: what is noise has no direction. */
const evenBelow = 2;

function describeEdges(luma: Float64Array): number[] {
  const side = sampled / edgeCells;
  const sums = new Float64Array(directions * edgeCells ** 2);
  for (let y = 1; y < sampled - 1; y++) {
    for (let x = 1; x < sampled - 1; x++) {
      const at = y * sampled + x;
      const across = ((luma[at + 1] as number) - (luma[at - 1] as number)) / 2;
      const down = ((luma[at + sampled] as number) - (luma[at - sampled] as number)) / 2;
      const strength = Math.hypot(across, down);
      if (strength < evenBelow) continue;
      // An edge from dark to light and one from light to dark are one direction.
      const turn = (Math.atan2(down, across) / Math.PI + 0.5 / directions + 1) % 1;
      const cell = Math.floor(y / side) * edgeCells + Math.floor(x / side);
      const place = cell * directions + (Math.floor(turn * directions) % directions);
      sums[place] = (sums[place] ?? 0) + strength;
    }
  }
  return Array.from({ length: edgeCells ** 2 }, (_, cell) =>
    toShares(sums.subarray(cell * directions, (cell + 1) * directions)),
  ).flat();
}

function toShares(sums: Float64Array): number[] {
  const total = sums.reduce((sum, value) => sum + value, 0);
  return [...sums].map((value) => (total === 0 ? 0 : Math.round((255 * value) / total)));
}
