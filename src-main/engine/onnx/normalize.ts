/** Brings the several ways in which ONNX states windows, pads, slices and shapes into our one. */
import type { PoolAttributes, SliceAttributes, Value, WindowAttributes } from '../graph/ops.ts';
import { countElements, type Shape, sizeOf } from '../graph/tensor.ts';
import {
  constantNumbers,
  int,
  ints,
  malformed,
  type NodeReading,
  text,
  unsupported,
} from './node-reading.ts';

type Pads = WindowAttributes['pads'];

/** Strides, dilations and pads of a two-dimensional window; automatic pads are worked out. */
export function readWindow(r: NodeReading, x: Value, kernel: readonly number[]): WindowAttributes {
  if (x.shape.length !== 4 || kernel.length !== 2)
    throw malformed(r, 'only windows of one or two dimensions are supported');
  const strides = pairOf(ints(r, 'strides'), 1);
  const dilations = pairOf(ints(r, 'dilations'), 1);
  const mode = text(r, 'auto_pad', 'NOTSET');
  if (mode === 'NOTSET' || mode === 'VALID') {
    const [top = 0, left = 0, bottom = 0, right = 0] = mode === 'VALID' ? [] : (ints(r, 'pads') ?? []);
    return { strides, dilations, pads: [top, left, bottom, right] };
  }
  return { strides, dilations, pads: samePads(x.shape, kernel, strides, dilations, mode === 'SAME_LOWER') };
}

/**
 * As readWindow; a pool that rounds its output up gets more pads at the bottom right instead, unless the further
 * window would lie in the pads alone.
 */
export function readPoolWindow(r: NodeReading, x: Value, canPad: boolean): PoolAttributes {
  const kernel = pairOf(ints(r, 'kernel_shape'), 1);
  const window = readWindow(r, x, kernel);
  if (int(r, 'ceil_mode', 0) === 0) return { ...window, kernel };
  const { strides, dilations, pads } = window;
  const lacking = (axis: 0 | 1) => {
    const reach = dilations[axis] * (kernel[axis] - 1) + 1;
    const size = sizeOf(x.shape, axis + 2);
    const room = size + pads[axis] + pads[axis === 0 ? 2 : 3] - reach;
    const extra = (strides[axis] - (room % strides[axis])) % strides[axis];
    const lastStart = room + extra;
    return lastStart >= size + pads[axis] ? 0 : extra;
  };
  const extra = [lacking(0), lacking(1)] as const;
  if (!canPad && extra.some((size) => size > 0))
    throw unsupported(r, 'ceil_mode is not supported for averages that count pads');
  return { ...window, kernel, pads: [pads[0], pads[1], pads[2] + extra[0], pads[3] + extra[1]] };
}

/** So that the output has ceil(size / stride) elements. */
function samePads(
  shape: Shape,
  kernel: readonly number[],
  strides: readonly [number, number],
  dilations: readonly [number, number],
  isLower: boolean,
): Pads {
  const along = (axis: 0 | 1): number => {
    const size = sizeOf(shape, axis + 2);
    const reach = dilations[axis] * ((kernel[axis] ?? 1) - 1) + 1;
    return Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size);
  };
  return splitPads([along(0), along(1)], isLower);
}

/** Both ends of each axis get half, the odd element at the end, or at the start for SAME_LOWER. */
export function splitPads(totals: readonly [number, number], isLower: boolean): Pads {
  const head = (total: number) => (isLower ? Math.ceil(total / 2) : Math.floor(total / 2));
  const [rows, columns] = totals;
  return [head(rows), head(columns), rows - head(rows), columns - head(columns)];
}

/** All axes named, indices from the start and inside the axis. */
export function normalizeSlice(
  shape: Shape,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
  steps: readonly number[] = axes.map(() => 1),
): SliceAttributes {
  const result = { starts: shape.map(() => 0), ends: [...shape], steps: shape.map(() => 1) };
  axes.forEach((rawAxis, index) => {
    const axis = rawAxis < 0 ? rawAxis + shape.length : rawAxis;
    const size = sizeOf(shape, axis);
    const step = steps[index] ?? 1;
    const absolute = (position: number) => (position < 0 ? position + size : position);
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (position: number) => Math.min(high, Math.max(low, absolute(position)));
    result.starts[axis] = Math.max(0, clamp(starts[index] ?? 0));
    result.ends[axis] = clamp(ends[index] ?? size);
    result.steps[axis] = step;
  });
  return result;
}

/** Pads of all axes: an attribute before opset 11, then an input, from 18 on perhaps of some axes only. */
export function readPads(r: NodeReading, rank: number): number[] {
  const pads = r.opset >= 11 ? constantNumbers(r, 1) : (ints(r, 'pads') ?? ints(r, 'paddings'));
  if (!pads) throw malformed(r, 'the pads are missing');
  const axes = r.opset >= 18 ? constantNumbers(r, 3) : undefined;
  if (!axes) return [...pads];
  const full = Array<number>(2 * rank).fill(0);
  axes.forEach((rawAxis, index) => {
    const axis = rawAxis < 0 ? rawAxis + rank : rawAxis;
    full[axis] = pads[index] ?? 0;
    full[axis + rank] = pads[index + axes.length] ?? 0;
  });
  return full;
}

/** Resolves 0 (as in the input) and -1 (what is left). */
export function inferReshape(
  r: NodeReading,
  from: Shape,
  wanted: readonly number[],
  allowZero: boolean,
): Shape {
  const copied = wanted.map((size, axis) => (size === 0 && !allowZero ? (from[axis] ?? 0) : size));
  const open = copied.indexOf(-1);
  if (open === -1) return copied;
  const known = countElements(copied.filter((size) => size !== -1));
  const rest = countElements(from) / known;
  if (!Number.isInteger(rest)) throw malformed(r, `cannot reshape [${from}] to [${wanted}]`);
  return copied.with(open, rest);
}

function pairOf(values: readonly number[] | undefined, absent: number): readonly [number, number] {
  return [values?.[0] ?? absent, values?.[1] ?? absent];
}
