/** Gradients of cutting and padding: the elements go back to where they came from, the rest is zero. */
import type { Expressions } from '../graph/expressions.ts';
import type { PadAttributes, SliceAttributes, Value } from '../graph/ops.ts';
import { type Shape, sizeOf } from '../graph/tensor.ts';
import { repeatingPadGradient } from './resampling.ts';

/** Puts dy at its places in zeros of the shape: zeros between the steps, then around. */
export function sliceGradient(e: Expressions, shape: Shape, slice: SliceAttributes, dy: Value): Value {
  const { steps } = slice;
  const backwards = shape.flatMap((_, axis) => ((steps[axis] ?? 1) < 0 ? [axis] : []));
  const forwards = backwards.length > 0 ? e.flip(dy, backwards) : dy;
  const spread = shape.reduce(
    (value, _, axis) => insertZeros(e, value, axis, Math.abs(steps[axis] ?? 1)),
    forwards,
  );
  const before = shape.map((_, axis) => firstIndex(slice, axis, sizeOf(dy.shape, axis)));
  const after = shape.map((size, axis) => size - (before[axis] ?? 0) - sizeOf(spread.shape, axis));
  return e.pad(spread, [...before, ...after]);
}

function firstIndex({ starts, steps }: SliceAttributes, axis: number, length: number): number {
  const start = starts[axis] ?? 0;
  const step = steps[axis] ?? 1;
  return step > 0 ? start : start + (length - 1) * step;
}

/** `[a, b, c]` at step 3 becomes `[a, 0, 0, b, 0, 0, c]`. */
function insertZeros(e: Expressions, x: Value, axis: number, step: number): Value {
  const length = sizeOf(x.shape, axis);
  if (step === 1 || length === 1) return x;
  const split = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const pads = Array.from({ length: 2 * split.length }, (_, index) =>
    index === split.length + axis + 1 ? step - 1 : 0,
  );
  const widened = e.reshape(e.pad(e.reshape(x, split), pads), x.shape.with(axis, length * step));
  return e.sliceAxis(widened, axis, 0, (length - 1) * step + 1);
}

/** Cuts off what was added, and gives back zeros for what a negative pad cut off; repeated elements collect theirs. */
export function padGradient(e: Expressions, x: Value, { pads, mode }: PadAttributes, dy: Value): Value {
  if (mode !== 'constant') return repeatingPadGradient(e, x, pads, mode, dy);
  const { shape } = x;
  const rank = shape.length;
  const added = pads.map((pad) => Math.max(0, pad));
  const lost = pads.map((pad) => Math.max(0, -pad));
  const kept = e.slice(dy, {
    starts: added.slice(0, rank),
    ends: shape.map((_, axis) => sizeOf(dy.shape, axis) - (added[axis + rank] ?? 0)),
    steps: shape.map(() => 1),
  });
  return e.pad(kept, lost);
}
