/** How reductions are read: their axes were an attribute once and are an input now. */
import type { OpTable, Value } from '../graph/ops.ts';
import {
  constantNumbers,
  input,
  int,
  ints,
  type NodeReading,
  normalizeAxis,
  type ReadRule,
} from './node-reading.ts';

type PlainReduction = {
  [K in keyof OpTable]: K extends `Reduce${string}` ? K : never;
}[keyof OpTable];

export const reductionRules: Readonly<Record<string, ReadRule>> = {
  ReduceSum: (r) => reduce(r, 'ReduceSum', input(r, 0), 13),
  ReduceMean: (r) => reduce(r, 'ReduceMean', input(r, 0)),
  ReduceMax: (r) => reduce(r, 'ReduceMax', input(r, 0)),
  ReduceMin: (r) => reduce(r, 'ReduceMin', input(r, 0)),
  ReduceProd: (r) => reduce(r, 'ReduceProd', input(r, 0)),
  ReduceL2: (r) => reduce(r, 'ReduceL2', input(r, 0)),
  ReduceLogSumExp: (r) => reduce(r, 'ReduceLogSumExp', input(r, 0)),
  ReduceL1: (r) => reduce(r, 'ReduceSum', r.builder.node('Abs', [input(r, 0)], {})[0]),
  ReduceSumSquare: (r) => reduce(r, 'ReduceSum', r.builder.node('Mul', [input(r, 0), input(r, 0)], {})[0]),
  ReduceLogSum: (r) => {
    const [sum] = reduce({ ...r, names: {} }, 'ReduceSum', input(r, 0));
    return sum ? r.builder.node('Log', [sum], {}, r.names) : [];
  },
};

/** @param inputSince the opset from which on the axes are an input */
function reduce(r: NodeReading, op: PlainReduction, x: Value, inputSince = 18): readonly Value[] {
  const listed = axesOf(r, inputSince, x.shape.length) ?? [];
  const isNothing = int(r, 'noop_with_empty_axes', 0) !== 0 && listed.length === 0;
  if (isNothing) return r.builder.node('Identity', [x], {}, r.names);
  const axes = listed.length > 0 ? [...new Set(listed)] : x.shape.map((_, axis) => axis);
  const keepDims = int(r, 'keepdims', 1) !== 0;
  return r.builder.node(op, [x], { axes: axes.toSorted((a, b) => a - b), keepDims }, r.names);
}

/** Axes as an input from some opset on, as an attribute before. */
export function axesOf(r: NodeReading, inputSince: number, rank: number): number[] | undefined {
  const raw = r.opset >= inputSince ? constantNumbers(r, 1) : ints(r, 'axes');
  return raw?.map((axis) => normalizeAxis(axis, rank));
}
