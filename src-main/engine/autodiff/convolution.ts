/** Gradients of convolutions, in the forms that onnxruntime runs fastest. */
import type { Expressions } from '../graph/expressions.ts';
import type { ConvAttributes, ConvTransposeAttributes, Value } from '../graph/ops.ts';
import { int32Tensor, type Shape, sizeOf } from '../graph/tensor.ts';

/**
 * At stride 1 a convolution of dy with the weights flipped and their channel axes swapped; else a transposed
 * convolution, padded at the bottom right where the stride did not divide the input.
 */
export function convInputGradient(
  e: Expressions,
  x: Value,
  w: Value,
  attributes: ConvAttributes,
  dy: Value,
): Value {
  const { strides, pads, dilations, group } = attributes;
  const reach = (axis: 0 | 1) => dilations[axis] * (sizeOf(w.shape, axis + 2) - 1);
  const mirrored = [reach(0) - pads[0], reach(1) - pads[1], reach(0) - pads[2], reach(1) - pads[3]] as const;
  const isDense = strides[0] === 1 && strides[1] === 1 && mirrored.every((pad) => pad >= 0);
  if (isDense) {
    return e.conv(dy, mirrorWeights(e, w, group), { strides: [1, 1], pads: mirrored, dilations, group });
  }
  const lost = (axis: 0 | 1) => {
    const made = (sizeOf(dy.shape, axis + 2) - 1) * strides[axis] + reach(axis) + 1;
    return sizeOf(x.shape, axis + 2) + pads[axis] + pads[axis === 0 ? 2 : 3] - made;
  };
  return e.convTranspose(dy, w, { ...attributes, outputPadding: [lost(0), lost(1)] });
}

/** `[o, c / g, kh, kw]` to `[c, o / g, kh, kw]`, turned by half a turn. */
function mirrorWeights(e: Expressions, w: Value, group: number): Value {
  const [o, c, kh, kw] = fourSizes(w.shape);
  const grouped = e.reshape(w, [group, o / group, c, kh, kw]);
  const swapped = e.reshape(e.transpose(grouped, [0, 2, 1, 3, 4]), [c * group, o / group, kh, kw]);
  return kh === 1 && kw === 1 ? swapped : e.flip(swapped, [2, 3]);
}

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
  if (attributes.group > 1 || positions > smallPicture) {
    return unfoldedWeightGradient(e, x, w, attributes, dy);
  }
  const isGathered = positions <= tinyPicture && kh * kw > 1;
  return (isGathered ? gatheredWeightGradient : tapwiseWeightGradient)(e, x, w, attributes, dy);
}

/** Positions of dy up to which one gathered product beats one per tap: 1.9 against 2.3 ms at 7 × 7, 2.5 against 3.3 at 4 × 4. */
const tinyPicture = 64;

/** Positions of dy up to which the tap-wise form is faster: 8.7 against 4.5 ms at 16 × 16, 10.7 against 28 at 40 × 40. */
const smallPicture = 256;

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
  const perImage = e.matMul(rows, e.transpose(unfolded, [0, 1, 3, 2]));
  const summed = e.reshape(e.sum(perImage, [0], false), [o, kh * kw, c]);
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

/** One product and one sum per tap: the channels do not mix. */
function depthwiseWeightGradient(
  e: Expressions,
  x: Value,
  w: Value,
  attributes: ConvAttributes,
  dy: Value,
): Value {
  const [o, , kh, kw] = fourSizes(w.shape);
  const sums = listTaps(e, x, w, attributes, dy).map((tap) =>
    e.reshape(e.sum(e.mul(tap, dy), [0, 2, 3], false), [o, 1]),
  );
  return e.reshape(e.concat(sums, 1), [o, 1, kh, kw]);
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

/** A transposed convolution is the input gradient of a convolution: so its own is that convolution. */
export function convTransposeInputGradient(
  e: Expressions,
  w: Value,
  { strides, pads, dilations, group }: ConvTransposeAttributes,
  dy: Value,
): Value {
  return e.conv(dy, w, { strides, pads, dilations, group });
}

/** As above: the roles of x and dy swap. */
export function convTransposeWeightGradient(
  e: Expressions,
  x: Value,
  w: Value,
  attributes: ConvTransposeAttributes,
  dy: Value,
): Value {
  return convWeightGradient(e, dy, w, attributes, x);
}

function fourSizes(shape: Shape): readonly [number, number, number, number] {
  return [sizeOf(shape, 0), sizeOf(shape, 1), sizeOf(shape, 2), sizeOf(shape, 3)];
}
