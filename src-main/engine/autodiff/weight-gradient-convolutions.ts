/** Gradients of convolutions with respect to their weights, written as convolutions of x with dy. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Convolution } from './convolution-forms.ts';
import { fourSizes } from './four-sizes.ts';

/**
 * The channels do not mix: each channel of each image is convolved with its own dy, whose positions are as far apart as
 * the stride, and the kernel's positions as far apart as the dilation.
 */
export function convolveDepthwise(
  e: Expressions,
  { x, w, attributes: { strides, pads, dilations }, dy }: Convolution,
): Value {
  const [c, , kh, kw] = fourSizes(w.shape);
  const [n, , height, width] = fourSizes(dy.shape);
  const picture = e.reshape(x, [1, n * c, sizeOf(x.shape, 2), sizeOf(x.shape, 3)]);
  const kernel = e.reshape(dy, [n * c, 1, height, width]);
  const swapped = { strides: dilations, pads, dilations: strides, group: n * c };
  const found = e.conv(picture, kernel, swapped);
  const taps = cutToKernel(e, found, kh, kw);
  return e.reshape(e.sum(e.reshape(taps, [n, c, kh, kw]), [0], false), [c, 1, kh, kw]);
}

/** Images and channels swap their roles: dy is a kernel as large as the picture, over images instead of channels. */
export function convolveSwapped(e: Expressions, { x, w, attributes, dy }: Convolution): Value {
  const { strides, pads, dilations } = attributes;
  const [, , kh, kw] = fourSizes(w.shape);
  const swap = (value: Value) => e.transpose(value, [1, 0, 2, 3]);
  const swapped = { strides: dilations, pads, dilations: strides, group: 1 };
  return swap(cutToKernel(e, e.conv(swap(x), swap(dy), swapped), kh, kw));
}

/** Where the stride leaves a rest, more positions come out than the kernel has. */
function cutToKernel(e: Expressions, found: Value, kh: number, kw: number): Value {
  if (found.shape[2] === kh && found.shape[3] === kw) return found;
  return e.sliceAxis(e.sliceAxis(found, 2, 0, kh), 3, 0, kw);
}
