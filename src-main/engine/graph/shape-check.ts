/** What shape rules are made of: expectations that name what does not fit, and the shapes of common patterns. */
import type { Value } from './ops.ts';
import { isSameShape, type Shape } from './tensor.ts';

/** What does not fit; the caller adds node and shapes. */
export class Mismatch extends Error {}

export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Mismatch(message);
}

/** The shape that two broadcast to (NumPy's rule). */
export function broadcast(left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, index) => {
    const leftSize = left[index - rank + left.length] ?? 1;
    const rightSize = right[index - rank + right.length] ?? 1;
    expect(
      leftSize === rightSize || leftSize === 1 || rightSize === 1,
      `[${left}] and [${right}] do not broadcast`,
    );
    return leftSize === 1 ? rightSize : leftSize;
  });
}

/** The shape after reducing the axes. */
export function reducedShape(
  shape: Shape,
  { axes, keepDims }: { readonly axes: readonly number[]; readonly keepDims: boolean },
): Shape {
  if (keepDims) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}

export function fourAxes(value: Value, what: string): readonly [number, number, number, number] {
  const [n, c, h, w] = value.shape;
  const isFour = value.shape.length === 4;
  expect(
    isFour && n !== undefined && c !== undefined && h !== undefined && w !== undefined,
    `${what} must have four axes`,
  );
  return [n, c, h, w];
}

export function channelCount(x: Value): number {
  const channels = x.shape[1];
  expect(channels !== undefined, 'input needs a channel axis');
  return channels;
}

export function expectVector(value: Value | undefined, length: number, what: string): void {
  if (!value) return;
  expect(isSameShape(value.shape, [length]), `${what} must be [${length}], got [${value.shape}]`);
}

export function expectSameType(a: Value, b: Value): void {
  expect(a.dtype === b.dtype, `element types differ: ${a.dtype} and ${b.dtype}`);
}

/** More axes than any runtime takes. */
const mostAxes = 64;

export function expectShape(shape: Shape): void {
  const areSizes = shape.length <= mostAxes && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  expect(areSizes, `the result would be [${shape.slice(0, mostAxes)}]`);
}

export function expectAxis(shape: Shape, axis: number): void {
  expect(Number.isInteger(axis) && axis >= 0 && axis < shape.length, `no axis ${axis}`);
}

export function expectIndices(indices: Value): void {
  expect(indices.dtype === 'int64' || indices.dtype === 'int32', 'the indices must be int32 or int64');
}
