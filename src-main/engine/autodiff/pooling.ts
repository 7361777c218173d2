/** Gradients of pooling. */
import { type Expressions, fullTensor } from '../graph/expressions.ts';
import type { OpTable, PoolAttributes, Value } from '../graph/ops.ts';
import { createTensor, type Shape, sizeOf, type Tensor } from '../graph/tensor.ts';
import { sliceGradient } from './slicing.ts';

/** Below every float32 that a network produces, and finite: -inf times 0 would be NaN. */
const lowest = -3.4e38;

/** Each maximum's gradient goes to the first element of its window that equals it, row by row. */
export function maxPoolGradient(
  e: Expressions,
  x: Value,
  y: Value,
  attributes: PoolAttributes,
  dy: Value,
): Value {
  const { pads, kernel } = attributes;
  const padded = e.pad(x, [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]], lowest);
  const offsets = Array.from({ length: kernel[0] * kernel[1] }, (_, index) => index);
  let taken: Value | undefined;
  let total: Value | undefined;
  for (const offset of offsets) {
    const slice = tapSlice(padded.shape, y.shape, attributes, offset);
    const isEqual = e.isEqual(e.slice(padded, slice), y);
    const isFirst: Value = taken ? e.mul(isEqual, e.sub(1, taken)) : isEqual;
    taken = taken ? e.add(taken, isFirst) : isFirst;
    const part = sliceGradient(e, padded.shape, slice, e.mul(dy, isFirst));
    total = total ? e.add(total, part) : part;
  }
  if (!total) throw new Error('bug: a pool without a window');
  return cropPads(e, total, x.shape, pads);
}

function tapSlice(padded: Shape, out: Shape, { strides, dilations, kernel }: PoolAttributes, offset: number) {
  const top = Math.floor(offset / kernel[1]) * dilations[0];
  const left = (offset % kernel[1]) * dilations[1];
  const bottom = top + (sizeOf(out, 2) - 1) * strides[0] + 1;
  const right = left + (sizeOf(out, 3) - 1) * strides[1] + 1;
  return {
    starts: [0, 0, top, left],
    ends: [sizeOf(padded, 0), sizeOf(padded, 1), bottom, right],
    steps: [1, 1, strides[0], strides[1]],
  };
}

function cropPads(e: Expressions, x: Value, shape: Shape, pads: PoolAttributes['pads']): Value {
  if (pads.every((pad) => pad === 0)) return x;
  return e.slice(x, {
    starts: [0, 0, pads[0], pads[1]],
    ends: [sizeOf(shape, 0), sizeOf(shape, 1), pads[0] + sizeOf(shape, 2), pads[1] + sizeOf(shape, 3)],
    steps: [1, 1, 1, 1],
  });
}

/** Each mean's gradient, over the count of its window, goes to all of the window: a transposed convolution with ones. */
export function averagePoolGradient(
  e: Expressions,
  x: Value,
  attributes: OpTable['AveragePool']['attributes'],
  dy: Value,
): Value {
  const { strides, pads, dilations, kernel } = attributes;
  const channels = sizeOf(x.shape, 1);
  const share = e.div(dy, e.constant(windowCounts(x.shape, dy.shape, attributes)));
  const lost = (axis: 0 | 1) => {
    const made = (sizeOf(dy.shape, axis + 2) - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1;
    return sizeOf(x.shape, axis + 2) + pads[axis] + pads[axis === 0 ? 2 : 3] - made;
  };
  return e.convTranspose(share, e.constant(fullTensor([channels, 1, ...kernel], 1)), {
    strides,
    pads,
    dilations,
    group: channels,
    outputPadding: [lost(0), lost(1)],
  });
}

/** How many elements each window averages, `[1, 1, h, w]`. */
function windowCounts(shape: Shape, out: Shape, attributes: OpTable['AveragePool']['attributes']): Tensor {
  const { strides, pads, dilations, kernel, countIncludesPads } = attributes;
  const along = (axis: 0 | 1) =>
    Array.from({ length: sizeOf(out, axis + 2) }, (_, position) => {
      const taps = Array.from({ length: kernel[axis] }, (_, tap) => tap * dilations[axis]);
      const start = position * strides[axis] - pads[axis];
      const isInside = (tap: number) => start + tap >= 0 && start + tap < sizeOf(shape, axis + 2);
      return countIncludesPads ? kernel[axis] : taps.filter(isInside).length;
    });
  const columns = along(1);
  const counts = along(0).flatMap((row) => columns.map((column) => row * column));
  return createTensor('float32', [1, 1, sizeOf(out, 2), sizeOf(out, 3)], Float32Array.from(counts));
}
