/** How GridSample is read: written out in look-ups, it is differentiable in the picture and in the grid. */
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { countElements, sizeOf } from '../graph/tensor.ts';
import {
  flag,
  input,
  malformed,
  type NodeReading,
  type ReadRule,
  text,
  unsupported,
} from './node-reading.ts';

export const gridSampleRules: Readonly<Record<string, ReadRule>> = {
  GridSample: (r) => {
    const e = createExpressions(r.builder);
    const [x, grid] = [input(r, 0), input(r, 1)];
    if (x.shape.length !== 4) throw malformed(r, 'only pictures of two dimensions are supported');
    const mode = text(r, 'mode', 'bilinear');
    const sampler = createSampler(e, r, x, grid);
    const points = sampler.axes.map(({ position }) => position);
    const sum = mode === 'nearest' ? sampler.look(points.map((point) => e.unary('Round', point))) : undefined;
    if (!sum && mode !== 'bilinear' && mode !== 'linear')
      throw unsupported(r, `mode ${mode} is not supported`);
    const [n, c] = [sizeOf(x.shape, 0), sizeOf(x.shape, 1)];
    const shape = [n, c, sizeOf(grid.shape, 1), sizeOf(grid.shape, 2)];
    return r.builder.node('Reshape', [sum ?? blendCorners(e, sampler)], { shape }, r.names);
  },
};

/** One axis of the picture, and where on it the points of the grid lie: `[n, 1, points]`, 0 the first pixel's centre. */
interface SampledAxis {
  readonly size: number;
  readonly position: Value;
}

interface Sampler {
  /** Rows, then columns. */
  readonly axes: readonly SampledAxis[];
  /** The pixels at whole positions, rows and columns each `[n, 1, points]`: `[n, c, points]`. */
  look(positions: readonly Value[]): Value;
}

type Padding = 'zeros' | 'border' | 'reflection';

function createSampler(e: Expressions, r: NodeReading, x: Value, grid: Value): Sampler {
  const padding = text(r, 'padding_mode', 'zeros');
  if (padding !== 'zeros' && padding !== 'border' && padding !== 'reflection')
    throw unsupported(r, `padding_mode ${padding} is not supported`);
  const isAligned = flag(r, 'align_corners');
  const [n, c] = [sizeOf(x.shape, 0), sizeOf(x.shape, 1)];
  const count = countElements(grid.shape) / (2 * n);
  const axes = [2, 3].map((axis) => {
    const size = sizeOf(x.shape, axis);
    const relative = e.reshape(e.sliceAxis(grid, 3, 3 - axis, 4 - axis), [n, 1, count]);
    return {
      size,
      position: bringInside(e, toPixels(e, relative, size, isAligned), size, isAligned, padding),
    };
  });
  const pixels = e.reshape(x, [n, c, countElements(x.shape.slice(2))]);
  return { axes, look: (positions) => lookUp(e, pixels, axes, positions, padding === 'zeros') };
}

/** From -1 and 1 at the picture's edges, or at the centres of its outer pixels, to pixels. */
function toPixels(e: Expressions, relative: Value, size: number, isAligned: boolean): Value {
  const fromEdge = e.mul(e.add(relative, 1), (isAligned ? size - 1 : size) / 2);
  return isAligned ? fromEdge : e.sub(fromEdge, 0.5);
}

function bringInside(e: Expressions, at: Value, size: number, isAligned: boolean, padding: Padding): Value {
  if (padding === 'zeros') return at;
  const [low, high] = isAligned ? [0, size - 1] : [-0.5, size - 0.5];
  const inside = padding === 'reflection' && high > low ? reflect(e, at, low, high) : at;
  return e.builder.node('Clip', [inside], { min: 0, max: size - 1 })[0];
}

/** Back and forth between the bounds: with t the distance from the lower one modulo twice the span, span - |span - t|. */
function reflect(e: Expressions, at: Value, low: number, high: number): Value {
  const span = high - low;
  const distance = e.unary('Abs', e.sub(at, low));
  const [t] = e.builder.node('Mod', [distance, e.scalar(2 * span, at.dtype)], { fmod: true });
  return e.sub(low + span, e.unary('Abs', e.sub(span, t)));
}

/** The four pixels around, weighted by nearness. */
function blendCorners(e: Expressions, { axes, look }: Sampler): Value {
  const ends = axes.map(({ position }) => {
    const before = e.unary('Floor', position);
    const share = e.sub(position, before);
    return [
      { at: before, weight: e.sub(1, share) },
      { at: e.add(before, 1), weight: share },
    ];
  });
  const [rows = [], columns = []] = ends;
  const corners = rows.flatMap((row) =>
    columns.map((column) => e.mul(look([row.at, column.at]), e.mul(row.weight, column.weight))),
  );
  return corners.reduce((sum, corner) => e.add(sum, corner));
}

function lookUp(
  e: Expressions,
  pixels: Value,
  axes: readonly SampledAxis[],
  positions: readonly Value[],
  areOthersZero: boolean,
): Value {
  const clipped = axes.map(({ size }, axis) => {
    const position = positions[axis];
    if (!position) throw new Error('bug: a position has two axes');
    return { position, inside: e.builder.node('Clip', [position], { min: 0, max: size - 1 })[0] };
  });
  const flat = clipped
    .map(({ inside }) => e.cast(inside, 'int64'))
    .reduce((row, column) => e.add(e.mul(row, axes[1]?.size ?? 1), column));
  const [n, c] = [sizeOf(pixels.shape, 0), sizeOf(pixels.shape, 1)];
  const wide = e.expand(flat, [n, c, sizeOf(flat.shape, 2)]);
  const [found] = e.builder.node('GatherElements', [pixels, wide], { axis: 2 });
  if (!areOthersZero) return found;
  const masks = clipped.map(({ position, inside }) =>
    e.cast(e.builder.node('Equal', [position, inside], {})[0], pixels.dtype),
  );
  return masks.reduce((value, mask) => e.mul(value, mask), found);
}
