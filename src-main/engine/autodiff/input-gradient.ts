/** Every form of the gradient of a convolution's input, and the rule by which one is taken where none was timed. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Convolution, GradientForm } from './convolution-forms.ts';
import { fourSizes } from './four-sizes.ts';

/** All compute dx[n, c, q] = Σ over outputs and taps of dy[n, o, p] w[o, c, i, j] where p · stride + (i, j) is q. */
export const inputGradientForms = {
  /** A convolution of dy with the weights turned by half a turn and their channel axes swapped. */
  mirrored: { applies: isDense, build: convolveMirrored },
  /** The transposed convolution. */
  transposed: { applies: () => true, build: convolveTransposed },
  /** The same with zeros put between the elements of dy, where the stride leaves some out. */
  spread: { applies: isSpreadable, build: convolveSpread },
  /** One tap: the product for the positions that are met, zeros put between them. */
  scattered: { applies: isOneTap, build: scatterProducts },
} as const satisfies Record<string, GradientForm>;

export type InputGradientForm = keyof typeof inputGradientForms;

/** Stride 1 takes the plain convolution. */
export function chooseInputGradientByRule(convolution: Convolution): InputGradientForm {
  return isDense(convolution) ? 'mirrored' : 'transposed';
}

function convolveMirrored(e: Expressions, convolution: Convolution): Value {
  const { w, attributes, dy } = convolution;
  const { dilations, group } = attributes;
  const pads = mirrorPads(convolution);
  return e.conv(dy, mirrorWeights(e, w, group), { strides: [1, 1], pads, dilations, group });
}

/** Padded at the bottom right where the stride did not divide the input. */
function convolveTransposed(e: Expressions, convolution: Convolution): Value {
  const { w, attributes, dy } = convolution;
  const { strides, pads, dilations, group } = attributes;
  const outputPadding = [findRest(convolution, 0), findRest(convolution, 1)] as const;
  return e.convTranspose(dy, w, { strides, pads, dilations, group, outputPadding });
}

function convolveSpread(e: Expressions, convolution: Convolution): Value {
  const { w, attributes, dy } = convolution;
  const { strides, dilations, group } = attributes;
  const [top, left, bottom, right] = mirrorPads(convolution);
  const pads = [top, left, bottom + findRest(convolution, 0), right + findRest(convolution, 1)] as const;
  const spread = spreadElements(e, dy, strides);
  return e.conv(spread, mirrorWeights(e, w, group), { strides: [1, 1], pads, dilations, group });
}

function scatterProducts(e: Expressions, convolution: Convolution): Value {
  const { x, w, attributes, dy } = convolution;
  const { strides, group } = attributes;
  const plain = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group } as const;
  const spread = spreadElements(e, e.conv(dy, mirrorWeights(e, w, group), plain), strides);
  const missing = [2, 3].map((axis) => sizeOf(x.shape, axis) - sizeOf(spread.shape, axis));
  return e.pad(spread, [0, 0, 0, 0, 0, 0, ...missing]);
}

function isDense(convolution: Convolution): boolean {
  const { strides } = convolution.attributes;
  return strides.every((stride) => stride === 1) && mirrorPads(convolution).every((pad) => pad >= 0);
}

function isSpreadable(convolution: Convolution): boolean {
  const { strides } = convolution.attributes;
  return strides.some((stride) => stride > 1) && mirrorPads(convolution).every((pad) => pad >= 0);
}

function isOneTap(convolution: Convolution): boolean {
  const { w, attributes } = convolution;
  const [, , kh, kw] = fourSizes(w.shape);
  return isSpreadable(convolution) && kh * kw === 1 && attributes.pads.every((pad) => pad === 0);
}

/** What is to be padded so that the convolution with mirrored weights meets each element of x. */
function mirrorPads({
  w,
  attributes: { pads, dilations },
}: Convolution): readonly [number, number, number, number] {
  const reach = (axis: 0 | 1) => dilations[axis] * (sizeOf(w.shape, axis + 2) - 1);
  return [reach(0) - pads[0], reach(1) - pads[1], reach(0) - pads[2], reach(1) - pads[3]];
}

/** Rows (axis 0) or columns of the padded x at its end that no window reaches. */
function findRest({ x, w, attributes, dy }: Convolution, axis: 0 | 1): number {
  const { strides, pads, dilations } = attributes;
  const window = dilations[axis] * (sizeOf(w.shape, axis + 2) - 1) + 1;
  const reached = (sizeOf(dy.shape, axis + 2) - 1) * strides[axis] + window;
  return sizeOf(x.shape, axis + 2) + pads[axis] + pads[axis === 0 ? 2 : 3] - reached;
}

/** `[n, c, h, w]` to `[n, c, (h - 1) s + 1, (w - 1) s + 1]`, zeros between the elements. */
function spreadElements(e: Expressions, value: Value, [down, right]: readonly [number, number]): Value {
  const [n, c, height, width] = fourSizes(value.shape);
  const apart = e.pad(e.reshape(value, [n, c, height, 1, width, 1]), [
    ...[0, 0, 0, 0, 0, 0],
    ...[0, 0, 0, down - 1, 0, right - 1],
  ]);
  const whole = e.reshape(apart, [n, c, height * down, width * right]);
  return e.sliceAxis(e.sliceAxis(whole, 2, 0, (height - 1) * down + 1), 3, 0, (width - 1) * right + 1);
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
