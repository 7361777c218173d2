/** Gradients of convolutions with respect to their weights, written as matrix products. */
import { type Expressions, swapLast } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { int32Tensor, sizeOf } from '../graph/tensor.ts';
import type { Convolution } from './convolution-forms.ts';
import { fourSizes } from './four-sizes.ts';

/** Every element of x belongs to one window: one transposition unfolds it, and one product takes all images and taps. */
export function multiplyPatches(e: Expressions, { x, w, dy }: Convolution): Value {
  const [o, c, kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const windows = e.transpose(e.reshape(x, [n, c, height, kh, width, kw]), [0, 2, 4, 1, 3, 5]);
  const rows = e.reshape(e.transpose(dy, [0, 2, 3, 1]), [n * height * width, o]);
  const product = e.gemm(rows, e.reshape(windows, [n * height * width, c * kh * kw]), true, false);
  return e.reshape(product, [o, c, kh, kw]);
}

/** One product of dy `[n p, o]` transposed with the whole unfolded input `[n p, kh kw c]`. */
export function multiplyGathered(e: Expressions, convolution: Convolution): Value {
  const { w, dy } = convolution;
  const [o, c, kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const unfolded = gatherTaps(e, convolution);
  const rows = e.reshape(e.transpose(dy, [0, 2, 3, 1]), [n * height * width, o]);
  const product = e.gemm(rows, e.reshape(unfolded, [n * height * width, kh * kw * c]), true, false);
  return e.transpose(e.reshape(product, [o, kh, kw, c]), [0, 3, 1, 2]);
}

/**
 * For each image and group, one matrix product of dy `[o, p]` with the unfolded input `[kh kw c, p]` transposed;
 * then a sum over the images.
 */
export function multiplyUnfolded(e: Expressions, convolution: Convolution): Value {
  const { w, attributes, dy } = convolution;
  const { group } = attributes;
  const [o, c, kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const taps = listTaps(e, convolution).map((tap) => e.reshape(tap, [n, group, c, height * width]));
  const unfolded = e.concat(taps, 2);
  const rows = e.reshape(dy, [n, group, o / group, height * width]);
  const summed = e.reshape(sumOfProducts(e, rows, unfolded), [o, kh * kw, c]);
  return e.reshape(e.transpose(summed, [0, 2, 1]), [o, c, kh, kw]);
}

/** With the channels last, each tap is a matrix `[n p, c]`, and dy `[n p, o]` transposed times it a slice of dw. */
export function multiplyTapwise(
  e: Expressions,
  { x, w, attributes: { strides, pads, dilations }, dy }: Convolution,
): Value {
  const [o, c, kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const padded = e.pad(e.transpose(x, [0, 2, 3, 1]), [0, pads[0], pads[1], 0, 0, pads[2], pads[3], 0]);
  const rows = e.reshape(e.transpose(dy, [0, 2, 3, 1]), [n * height * width, o]);
  const products = listOffsets(kh, kw).map(([row, column]) => {
    const [top, left] = [row * dilations[0], column * dilations[1]];
    const tap = e.slice(padded, {
      starts: [0, top, left, 0],
      ends: [n, top + (height - 1) * strides[0] + 1, left + (width - 1) * strides[1] + 1, c],
      steps: [1, strides[0], strides[1], 1],
    });
    const product = e.gemm(rows, e.reshape(tap, [n * height * width, c]), true, false);
    return e.reshape(product, [1, o, c]);
  });
  return e.reshape(e.transpose(e.concat(products, 0), [1, 2, 0]), [o, c, kh, kw]);
}

/** The channels do not mix: dy times each tap, summed over images and positions. */
export function sumTapwise(e: Expressions, convolution: Convolution): Value {
  const { w, dy } = convolution;
  const sums = listTaps(e, convolution).map((tap) => e.sum(e.mul(tap, dy), [0, 2, 3], false));
  const [c, , kh, kw] = fourSizes(w.shape);
  const stacked = e.concat(
    sums.map((sum) => e.reshape(sum, [1, c])),
    0,
  );
  return e.reshape(e.transpose(stacked, [1, 0]), [c, 1, kh, kw]);
}

/**
 * Σ over n of a `[n, …, m, p]` times b `[n, …, r, p]` transposed: `[…, m, r]`. The runtime packs the second factor, so
 * the smaller one stands there.
 */
export function sumOfProducts(e: Expressions, a: Value, b: Value): Value {
  if (sizeOf(a.shape, -2) < sizeOf(b.shape, -2)) return swapLast(e, sumOfProducts(e, b, a));
  return e.sum(e.matMul(a, swapLast(e, b)), [0], false);
}

/**
 * The input elements that each position of dy meets, `[n, p, kh kw c]`, with the channels last, in one `Gather`: it
 * runs on all threads and copies each pixel's channels at once, where `Slice` and `Concat` run on one.
 */
function gatherTaps(
  e: Expressions,
  { x, w, attributes: { strides, pads, dilations }, dy }: Convolution,
): Value {
  const [, , kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const padded = e.pad(e.transpose(x, [0, 2, 3, 1]), [0, pads[0], pads[1], 0, 0, pads[2], pads[3], 0]);
  const [, paddedHeight, paddedWidth, c] = fourSizes(padded.shape);
  const positions = listOffsets(height, width).flatMap(([top, left]) =>
    listOffsets(kh, kw).map(
      ([row, column]) =>
        (top * strides[0] + row * dilations[0]) * paddedWidth + left * strides[1] + column * dilations[1],
    ),
  );
  const pixels = e.reshape(padded, [n, paddedHeight * paddedWidth, c]);
  const [taps] = e.builder.node('Gather', [pixels, e.constant(int32Tensor(positions))], { axis: 1 });
  return e.reshape(taps, [n, height * width, kh * kw * c]);
}

/** For each kernel position, row by row, the input elements that it meets: `[n, c, height, width]` of dy. */
function listTaps(e: Expressions, { x, w, attributes, dy }: Convolution): Value[] {
  const { strides, pads, dilations } = attributes;
  const [, , kh, kw] = fourSizes(w.shape);
  const [, , height, width] = fourSizes(dy.shape);
  const padded = e.pad(x, [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]);
  const [n, c] = fourSizes(padded.shape);
  return listOffsets(kh, kw).map(([row, column]) => {
    const top = row * dilations[0];
    const left = column * dilations[1];
    const isWhole = kh * kw === 1 && strides[0] === 1 && strides[1] === 1;
    if (isWhole) return padded;
    return e.slice(padded, {
      starts: [0, 0, top, left],
      ends: [n, c, top + (height - 1) * strides[0] + 1, left + (width - 1) * strides[1] + 1],
      steps: [1, 1, strides[0], strides[1]],
    });
  });
}

/** Rows and columns of a kernel, row by row. */
function listOffsets(kh: number, kw: number): (readonly [number, number])[] {
  return Array.from({ length: kh * kw }, (_, index) => [Math.floor(index / kw), index % kw] as const);
}
