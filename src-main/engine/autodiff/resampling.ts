/** Gradients of resizing and of pads that repeat the input: axis by axis, the weights transposed. */
import type { Expressions } from '../graph/expressions.ts';
import type { PadAttributes, ResizeAttributes, Value } from '../graph/ops.ts';
import { countCopies, padMatrix, resizeMatrix } from '../graph/resampling.ts';
import { sizeOf, type Tensor } from '../graph/tensor.ts';

export function resizeGradient(e: Expressions, x: Value, attributes: ResizeAttributes, dy: Value): Value {
  const matrices = x.shape.map((size, axis) =>
    attributes.sizes[axis] === size && attributes.scales[axis] === 1
      ? undefined
      : resizeMatrix(attributes, axis, size),
  );
  const copies = matrices.map((matrix) => (matrix ? countCopies(matrix) : 1));
  if (copies.every((count) => count !== undefined)) return sumCopies(e, x, copies, dy);
  return pullBack(e, matrices, dy);
}

/** @param pads not all zero; mode not `constant` */
export function repeatingPadGradient(
  e: Expressions,
  x: Value,
  pads: readonly number[],
  mode: Exclude<PadAttributes['mode'], 'constant'>,
  dy: Value,
): Value {
  const rank = x.shape.length;
  const matrices = x.shape.map((size, axis) => {
    const [before, after] = [pads[axis] ?? 0, pads[axis + rank] ?? 0];
    return before === 0 && after === 0 ? undefined : padMatrix(mode, size, before, after);
  });
  return pullBack(e, matrices, dy);
}

/** Each element of x stands `copies` times in a row in y: the sum over these, in one pass. */
function sumCopies(e: Expressions, x: Value, copies: readonly number[], dy: Value): Value {
  const shape: number[] = [];
  const axes: number[] = [];
  x.shape.forEach((size, axis) => {
    shape.push(size);
    const count = copies[axis] ?? 1;
    if (count > 1) axes.push(shape.push(count) - 1);
  });
  return e.sum(e.reshape(dy, shape), axes, false);
}

function pullBack(e: Expressions, matrices: readonly (Tensor | undefined)[], dy: Value): Value {
  return matrices.reduce<Value>((value, matrix, axis) => {
    return matrix ? contract(e, value, axis, e.constant(matrix)) : value;
  }, dy);
}

/** Σ over the axis of x times the matrix `[size of the axis, result]`. */
function contract(e: Expressions, x: Value, axis: number, matrix: Value): Value {
  const last = x.shape.length - 1;
  const order = x.shape.map((_, index) => index);
  const swapped = order.with(axis, last).with(last, axis);
  const isolated = axis === last ? x : e.transpose(x, swapped);
  const product =
    isolated.shape.length === 1
      ? e.reshape(e.matMul(e.reshape(isolated, [1, sizeOf(isolated.shape, 0)]), matrix), [
          sizeOf(matrix.shape, 1),
        ])
      : e.matMul(isolated, matrix);
  return axis === last ? product : e.transpose(product, swapped);
}
