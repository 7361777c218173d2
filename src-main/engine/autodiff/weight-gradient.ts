/** Gradients of convolutions with respect to their weights, in the forms that onnxruntime runs fastest. */
import { type Expressions, swapLast } from '../graph/expressions.ts';
import type { ConvAttributes, Value } from '../graph/ops.ts';
import { int32Tensor, type Shape, sizeOf } from '../graph/tensor.ts';
import { zeros } from './indexing.ts';

/**
 * dw[o, c, i, j] = Σ over images and positions of dy[n, o, p] x[n, c, p · stride + (i, j)].
 *
 * Forms by what was measured fastest on two cores: channels that do not mix need no product; tiny pictures take one
 * product over all images and taps, small ones one product per tap over all images, large ones one product per image
 * with all taps.
 */
export function convWeightGradient(
  e: Expressions,
  x: Value,
  w: Value,
  attributes: ConvAttributes,
  dy: Value,
): Value {
  const [o, c, kh, kw] = fourSizes(w.shape);
  const [, , height, width] = fourSizes(dy.shape);
  if (c === 1 && o === attributes.group) return depthwiseWeightGradient(e, x, w, attributes, dy);
  const positions = height * width;
  if (isPatchwise(x, w, attributes, dy)) return patchwiseWeightGradient(e, x, w, dy);
  if (attributes.group > 1) return unfoldedWeightGradient(e, x, w, attributes, dy);
  if (positions > smallPicture) {
    const isShiftable = kh * kw > 1 && attributes.strides.every((stride) => stride === 1);
    return (isShiftable ? shiftedWeightGradient : unfoldedWeightGradient)(e, x, w, attributes, dy);
  }
  const isGathered = positions <= tinyPicture && kh * kw > 1;
  return (isGathered ? gatheredWeightGradient : tapwiseWeightGradient)(e, x, w, attributes, dy);
}

/** Positions of dy up to which one gathered product beats one per tap: 1.9 against 2.3 ms at 7 × 7, 2.5 against 3.3 at 4 × 4. */
const tinyPicture = 64;

/** Positions of dy up to which the tap-wise form is faster: 8.7 against 4.5 ms at 16 × 16, 10.7 against 28 at 40 × 40. */
const smallPicture = 256;

/** Whether the kernel's windows lie side by side and fill the picture, as where a transformer embeds its patches. */
function isPatchwise(
  x: Value,
  w: Value,
  { strides, dilations, pads, group }: ConvAttributes,
  dy: Value,
): boolean {
  const [, , kh, kw] = fourSizes(w.shape);
  const isTiling = strides[0] === kh && strides[1] === kw && dilations[0] === 1 && dilations[1] === 1;
  const isFilled =
    sizeOf(x.shape, 2) === kh * sizeOf(dy.shape, 2) && sizeOf(x.shape, 3) === kw * sizeOf(dy.shape, 3);
  return group === 1 && kh * kw > 1 && isTiling && isFilled && pads.every((pad) => pad === 0);
}

/** Every element of x belongs to one window: one transposition unfolds it, and one product takes all images and taps. */
function patchwiseWeightGradient(e: Expressions, x: Value, w: Value, dy: Value): Value {
  const [o, c, kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const windows = e.transpose(e.reshape(x, [n, c, height, kh, width, kw]), [0, 2, 4, 1, 3, 5]);
  const rows = e.reshape(e.transpose(dy, [0, 2, 3, 1]), [n * height * width, o]);
  const product = e.gemm(rows, e.reshape(windows, [n * height * width, c * kh * kw]), true, false);
  return e.reshape(product, [o, c, kh, kw]);
}

/**
 * Unfolds x by the kernel's rows alone and dy by its columns, `kh + kw` copies instead of `kh kw`: the product of x
 * moved up by i rows and dy moved right by j columns is what tap (i, j) needs. 7.8 against 12.4 ms at 80 × 80.
 */
function shiftedWeightGradient(
  e: Expressions,
  x: Value,
  w: Value,
  attributes: ConvAttributes,
  dy: Value,
): Value {
  const [o, c, kh, kw] = fourSizes(w.shape);
  const product = sumOfProducts(
    e,
    unfoldRows(e, x, w, attributes, dy),
    unfoldColumns(e, x, w, attributes, dy),
  );
  return e.transpose(e.reshape(product, [c, kh, o, kw]), [2, 0, 1, 3]);
}

/** For each kernel row the padded rows of x that it meets, and one row more: `[n, c kh, (height + 1) padded width]`. */
function unfoldRows(
  e: Expressions,
  x: Value,
  w: Value,
  { pads, dilations }: ConvAttributes,
  dy: Value,
): Value {
  const padded = e.pad(x, [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]);
  const [n, c, paddedHeight, paddedWidth] = fourSizes(padded.shape);
  const kh = sizeOf(w.shape, 2);
  const height = sizeOf(dy.shape, 2);
  const rows = Array.from({ length: kh * (height + 1) }, (_, index) => {
    const row = Math.floor(index / (height + 1)) * dilations[0] + (index % (height + 1));
    return Math.min(row, paddedHeight - 1);
  });
  const [unfolded] = e.builder.node('Gather', [padded, e.constant(int32Tensor(rows))], { axis: 2 });
  return e.reshape(unfolded, [n, c * kh, (height + 1) * paddedWidth]);
}

/**
 * For each kernel column dy in rows as wide as the padded x, moved right by that column: `[n, o kw, (height + 1) padded
 * width]`, zeros around. Copies of dy laid end to end, each one column further from the last than a row of the result
 * is long, make the shifts: so no row is copied by itself.
 */
function unfoldColumns(
  e: Expressions,
  x: Value,
  w: Value,
  { pads, dilations }: ConvAttributes,
  dy: Value,
): Value {
  const [n, o, height, width] = fourSizes(dy.shape);
  const kw = sizeOf(w.shape, 3);
  const paddedWidth = sizeOf(x.shape, 3) + pads[1] + pads[3];
  const widened = e.pad(dy, [0, 0, 0, 0, 0, 0, 0, paddedWidth - width]);
  const copy = e.reshape(widened, [n, o, height * paddedWidth]);
  const gap = zeros(e, [n, o, paddedWidth + dilations[1]]);
  const tail = zeros(e, [n, o, paddedWidth - (kw - 1) * dilations[1]]);
  const copies = Array.from({ length: kw }, (_, column) => [copy, column < kw - 1 ? gap : tail]).flat();
  return e.reshape(e.concat(copies, 2), [n, o * kw, (height + 1) * paddedWidth]);
}

/**
 * Σ over n of a `[n, …, m, p]` times b `[n, …, r, p]` transposed: `[…, m, r]`. The runtime packs the second factor, so
 * the smaller one stands there.
 */
function sumOfProducts(e: Expressions, a: Value, b: Value): Value {
  if (sizeOf(a.shape, -2) < sizeOf(b.shape, -2)) return swapLast(e, sumOfProducts(e, b, a));
  return e.sum(e.matMul(a, swapLast(e, b)), [0], false);
}

/** One product of dy `[n p, o]` transposed with the whole unfolded input `[n p, kh kw c]`. */
function gatheredWeightGradient(
  e: Expressions,
  x: Value,
  w: Value,
  attributes: ConvAttributes,
  dy: Value,
): Value {
  const [o, c, kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const unfolded = gatherTaps(e, x, w, attributes, dy);
  const rows = e.reshape(e.transpose(dy, [0, 2, 3, 1]), [n * height * width, o]);
  const product = e.gemm(rows, e.reshape(unfolded, [n * height * width, kh * kw * c]), true, false);
  return e.transpose(e.reshape(product, [o, kh, kw, c]), [0, 3, 1, 2]);
}

/**
 * The input elements that each position of dy meets, `[n, p, kh kw c]`, with the channels last, in one `Gather`: it
 * runs on all threads and copies each pixel's channels at once, where `Slice` and `Concat` run on one.
 */
function gatherTaps(
  e: Expressions,
  x: Value,
  w: Value,
  { strides, pads, dilations }: ConvAttributes,
  dy: Value,
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

/**
 * For each image and group, one matrix product of dy `[o, p]` with the unfolded input `[kh kw c, p]` transposed;
 * then a sum over the images.
 */
function unfoldedWeightGradient(
  e: Expressions,
  x: Value,
  w: Value,
  attributes: ConvAttributes,
  dy: Value,
): Value {
  const { group } = attributes;
  const [o, c, kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const taps = listTaps(e, x, w, attributes, dy).map((tap) => e.reshape(tap, [n, group, c, height * width]));
  const unfolded = e.concat(taps, 2);
  const rows = e.reshape(dy, [n, group, o / group, height * width]);
  const summed = e.reshape(sumOfProducts(e, rows, unfolded), [o, kh * kw, c]);
  return e.reshape(e.transpose(summed, [0, 2, 1]), [o, c, kh, kw]);
}

/** With the channels last, each tap is a matrix `[n p, c]`, and dy `[n p, o]` transposed times it a slice of dw. */
function tapwiseWeightGradient(
  e: Expressions,
  x: Value,
  w: Value,
  { strides, pads, dilations }: ConvAttributes,
  dy: Value,
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

/**
 * The channels do not mix: each channel of each image is convolved with its own dy, whose positions are as far apart as
 * the stride, and the kernel's positions as far apart as the dilation.
 */
function depthwiseWeightGradient(
  e: Expressions,
  x: Value,
  w: Value,
  { strides, pads, dilations }: ConvAttributes,
  dy: Value,
): Value {
  const [c, , kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const picture = e.reshape(x, [1, n * c, sizeOf(x.shape, 2), sizeOf(x.shape, 3)]);
  const kernel = e.reshape(dy, [n * c, 1, height, width]);
  const swapped = { strides: dilations, pads, dilations: strides, group: n * c };
  const found = e.conv(picture, kernel, swapped);
  const rest = found.shape[2] !== kh || found.shape[3] !== kw;
  const taps = rest ? e.sliceAxis(e.sliceAxis(found, 2, 0, kh), 3, 0, kw) : found;
  return e.reshape(e.sum(e.reshape(taps, [n, c, kh, kw]), [0], false), [c, 1, kh, kw]);
}

/** For each kernel position, row by row, the input elements that it meets: `[n, c, height, width]` of dy. */
function listTaps(e: Expressions, x: Value, w: Value, attributes: ConvAttributes, dy: Value): Value[] {
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

export function fourSizes(shape: Shape): readonly [number, number, number, number] {
  return [sizeOf(shape, 0), sizeOf(shape, 1), sizeOf(shape, 2), sizeOf(shape, 3)];
}
