/** Gradients of convolutions with respect to their inputs, and how a transposed convolution's follow from them. */
import type { Expressions } from '../graph/expressions.ts';
import type { ConvAttributes, ConvTransposeAttributes, Value } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import { convWeightGradient, fourSizes } from './weight-gradient.ts';

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
  const [, , kh, kw] = fourSizes(w.shape);
  const swapped = group === 1 ? e.transpose(w, [1, 0, 2, 3]) : swapInGroups(e, w, group);
  return kh === 1 && kw === 1 ? swapped : e.flip(swapped, [2, 3]);
}

function swapInGroups(e: Expressions, w: Value, group: number): Value {
  const [o, c, kh, kw] = fourSizes(w.shape);
  const grouped = e.reshape(w, [group, o / group, c, kh, kw]);
  return e.reshape(e.transpose(grouped, [0, 2, 1, 3, 4]), [c * group, o / group, kh, kw]);
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
