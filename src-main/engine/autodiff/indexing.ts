/** Gradients of looking up and scattering: what was read gets the sum of what its readers got. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { countElements, int64Tensor, type Shape, sizeOf } from '../graph/tensor.ts';

/** x as `[outer, size, inner]` with dy `[outer, indices, inner]` added at the indices. */
export function gatherGradient(e: Expressions, x: Value, indices: Value, axis: number, dy: Value): Value {
  const outer = countElements(x.shape.slice(0, axis));
  const inner = countElements(x.shape.slice(axis + 1));
  const count = countElements(indices.shape);
  const flat = [outer, sizeOf(x.shape, axis), inner];
  const wide = e.expand(e.reshape(indices, [1, count, 1]), [outer, count, inner]);
  const sum = addAt(e, zeros(e, flat), wide, e.reshape(dy, [outer, count, inner]), 1);
  return e.reshape(sum, x.shape);
}

export function gatherElementsGradient(
  e: Expressions,
  x: Value,
  indices: Value,
  axis: number,
  dy: Value,
): Value {
  return addAt(e, zeros(e, x.shape), indices, dy, axis);
}

/**
 * The index tuples become row numbers of x `[rows, inner]`, to which dy is added by ScatterElements: onnxruntime's
 * ScatterND adds equal indices in no fixed order.
 */
export function gatherNDGradient(
  e: Expressions,
  x: Value,
  indices: Value,
  batchDims: number,
  dy: Value,
): Value {
  const depth = sizeOf(indices.shape, -1);
  const rows = countElements(x.shape.slice(0, batchDims + depth));
  const inner = countElements(x.shape.slice(batchDims + depth));
  const count = countElements(indices.shape) / depth;
  const numbers = e.reshape(rowNumbers(e, x.shape, indices, batchDims), [count, 1]);
  const wide = e.expand(numbers, [count, inner]);
  return e.reshape(addAt(e, zeros(e, [rows, inner]), wide, e.reshape(dy, [count, inner]), 0), x.shape);
}

/** For indices `[batch, …, depth]` the number of the row that each tuple names, `[batch, …]`. */
export function rowNumbers(e: Expressions, shape: Shape, indices: Value, batchDims: number): Value {
  const depth = sizeOf(indices.shape, -1);
  const named = shape.slice(batchDims, batchDims + depth);
  const strides = named.map((_, axis) => countElements(named.slice(axis + 1)));
  const wide = e.cast(indices, 'int64');
  const isNegative = e.builder.node('Less', [wide, e.scalar(0, 'int64')], {})[0];
  const fromStart = e.where(isNegative, e.add(wide, e.constant(int64Tensor(named))), wide);
  const scaled = e.mul(fromStart, e.constant(int64Tensor(strides)));
  const within = e.sum(scaled, [indices.shape.length - 1], false);
  if (batchDims === 0) return within;
  const batch = shape.slice(0, batchDims);
  const starts = Array.from({ length: countElements(batch) }, (_, index) => index * countElements(named));
  const spread = [...batch, ...within.shape.slice(batchDims).map(() => 1)];
  return e.add(within, e.constant(int64Tensor(starts, spread)));
}

export function topKGradient(e: Expressions, x: Value, indices: Value, axis: number, dy: Value): Value {
  return addAt(e, zeros(e, x.shape), indices, dy, axis);
}

/** x with the updates added at the indices of the axis, also where one index comes twice. */
export function addAt(e: Expressions, x: Value, indices: Value, updates: Value, axis: number): Value {
  return e.builder.node('ScatterElements', [x, indices, updates], { axis, reduction: 'add' })[0];
}

/** Zeros that the graph makes, so that the file stays small. */
export function zeros(e: Expressions, shape: Shape): Value {
  return e.expand(e.scalar(0), shape);
}
