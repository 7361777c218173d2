/** How normalizations are read; those that we do not have are written out. */
import { createExpressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { countElements, floatTensor, fromNumbers, sizeOf } from '../graph/tensor.ts';
import {
  add,
  axisAttribute,
  float,
  hasOutput,
  input,
  int,
  ints,
  malformed,
  type NodeReading,
  normalizeAxis,
  type ReadRule,
} from './node-reading.ts';

export const normalizationRules: Readonly<Record<string, ReadRule>> = {
  BatchNormalization: (r) => {
    const epsilon = float(r, 'epsilon', 1e-5);
    const inputs = [input(r, 0), input(r, 1), input(r, 2), input(r, 3), input(r, 4)] as const;
    if (int(r, 'training_mode', 0) === 0) {
      return add({ ...r, names: firstName(r) }, 'BatchNormalization', inputs, { epsilon });
    }
    const momentum = float(r, 'momentum', 0.9);
    if (momentum === 0) return add(r, 'BatchNormalizationTraining', inputs, { epsilon });
    return movingNormalization(r, inputs, epsilon, momentum);
  },
  InstanceNormalization: (r) =>
    add(r, 'InstanceNormalization', [input(r, 0), input(r, 1), input(r, 2)], {
      epsilon: float(r, 'epsilon', 1e-5),
    }),
  LayerNormalization: (r) => {
    const [x, scale, shift] = [input(r, 0), input(r, 1), r.inputs[2]];
    const attributes = { axis: axisAttribute(r, -1), epsilon: float(r, 'epsilon', 1e-5) };
    const inputs = shift ? ([x, scale, shift] as const) : ([x, scale] as const);
    const [y] = r.builder.node('LayerNormalization', inputs, attributes, firstName(r));
    return hasOutput(r, 1) || hasOutput(r, 2) ? [y, ...layerStatistics(r, x, attributes)] : [y];
  },
  RMSNormalization: (r) => {
    const e = createExpressions(r.builder);
    const x = input(r, 0);
    const first = axisAttribute(r, -1);
    const axes = x.shape.flatMap((_, axis) => (axis < first ? [] : [axis]));
    const square = e.add(e.mean(e.mul(x, x), axes, true), float(r, 'epsilon', 1e-5));
    return add(r, 'Mul', [e.mul(x, e.unary('Reciprocal', e.unary('Sqrt', square))), input(r, 1)], {});
  },
  LpNormalization: (r) => {
    const e = createExpressions(r.builder);
    const x = input(r, 0);
    const reduced = { axes: [axisAttribute(r, -1)], keepDims: true };
    const isAbsolute = int(r, 'p', 2) === 1;
    const [size] = isAbsolute
      ? r.builder.node('ReduceSum', [e.unary('Abs', x)], reduced)
      : r.builder.node('ReduceL2', [x], reduced);
    return add(r, 'Div', [x, size], {});
  },
  GroupNormalization: groupNormalization,
  /** (x - E x) / (√(E x² - (E x)²) + 1e-9), as the standard writes it out. */
  MeanVarianceNormalization: (r) => {
    const e = createExpressions(r.builder);
    const x = input(r, 0);
    const axes = (ints(r, 'axes') ?? [0, 2, 3]).map((axis) => normalizeAxis(axis, x.shape.length));
    const mean = e.mean(x, axes, true);
    const variance = e.sub(e.mean(e.mul(x, x), axes, true), e.mul(mean, mean));
    return add(r, 'Div', [e.sub(x, mean), e.add(e.unary('Sqrt', variance), 1e-9)], {});
  },
  LRN: (r) => {
    const x = input(r, 0);
    const attributes = {
      size: int(r, 'size', 1),
      alpha: float(r, 'alpha', 1e-4),
      beta: float(r, 'beta', 0.75),
      bias: float(r, 'bias', 1),
    };
    if (x.shape.length === 4) return add(r, 'LRN', [x], attributes);
    const [n, c] = [sizeOf(x.shape, 0), sizeOf(x.shape, 1)];
    const flat = createExpressions(r.builder).reshape(x, [n, c, countElements(x.shape.slice(2)), 1]);
    return add(r, 'Reshape', [r.builder.node('LRN', [flat], attributes)[0]], { shape: x.shape });
  },
};

function firstName({ names }: NodeReading): NodeReading['names'] {
  return { ...names, outputs: [names.outputs?.[0]] };
}

/** Outputs are the new running statistics: the share `momentum` of the old ones, the rest from the batch. */
function movingNormalization(
  r: NodeReading,
  [x, scale, shift, oldMean, oldVariance]: readonly [Value, Value, Value, Value, Value],
  epsilon: number,
  momentum: number,
): readonly Value[] {
  const e = createExpressions(r.builder);
  // different inputs, or onnxruntime makes one space of the two
  const inputs = [x, scale, shift, e.mul(oldMean, 0), e.mul(oldVariance, 0)] as const;
  const [y, mean, variance] = r.builder.node('BatchNormalizationTraining', inputs, { epsilon }, firstName(r));
  const move = (old: Value, batch: Value, output: number) => {
    const terms = [e.mul(old, momentum), e.mul(batch, 1 - momentum)] as const;
    return r.builder.node('Add', terms, {}, { outputs: [r.names.outputs?.[output]] })[0];
  };
  return [y, move(oldMean, mean, 1), move(oldVariance, variance, 2)];
}

/** The mean, and 1 / sqrt(variance + epsilon), which some exporters list as outputs. */
function layerStatistics(
  r: NodeReading,
  x: Value,
  { axis, epsilon }: { readonly axis: number; readonly epsilon: number },
): readonly Value[] {
  const e = createExpressions(r.builder);
  const axes = x.shape.flatMap((_, index) => (index < axis ? [] : [index]));
  const named = (output: number) => ({ outputs: [r.names.outputs?.[output]] });
  const [mean] = r.builder.node('ReduceMean', [x], { axes, keepDims: true }, named(1));
  const centred = e.sub(x, mean);
  const variance = e.mean(e.mul(centred, centred), axes, true);
  const deviation = e.unary('Sqrt', e.add(variance, epsilon));
  return [mean, r.builder.node('Reciprocal', [deviation], {}, named(2))[0]];
}

/** Each group as one channel of an instance normalization, then scale and shift: per group before opset 21, then per channel. */
function groupNormalization(r: NodeReading): readonly Value[] {
  const e = createExpressions(r.builder);
  const [x, scale, shift] = [input(r, 0), input(r, 1), input(r, 2)];
  const groups = int(r, 'num_groups', 0);
  const channels = sizeOf(x.shape, 1);
  if (groups < 1 || channels % groups !== 0)
    throw malformed(r, `${channels} channels do not divide into ${groups} groups`);
  const images = sizeOf(x.shape, 0);
  const flat = e.reshape(x, [images, groups, countElements(x.shape) / (images * groups)]);
  const ones = e.constant(fromNumbers(x.dtype, [groups], Array<number>(groups).fill(1)));
  const zeros = e.constant(fromNumbers(x.dtype, [groups], Array<number>(groups).fill(0)));
  const epsilon = float(r, 'epsilon', 1e-5);
  const [normalized] = r.builder.node('InstanceNormalization', [flat, ones, zeros], { epsilon });
  const perChannel = x.shape.map((_, axis) => (axis === 1 ? channels : 1));
  const widen = (vector: Value) =>
    e.reshape(r.opset >= 21 ? vector : repeatEach(r, vector, channels / groups), perChannel);
  const scaled = e.mul(e.reshape(normalized, x.shape), widen(scale));
  return add(r, 'Add', [scaled, widen(shift)], {});
}

function repeatEach(r: NodeReading, vector: Value, times: number): Value {
  const e = createExpressions(r.builder);
  const groups = sizeOf(vector.shape, 0);
  return e.reshape(e.expand(e.reshape(vector, [groups, 1]), [groups, times]), [groups * times]);
}

/** Nothing in running, whatever mode the file was left in; training draws. The mask says that all was kept. */
export function dropout(r: NodeReading): readonly Value[] {
  const x = input(r, 0);
  const given = r.inputs[1] && r.builder.findConstant(r.inputs[1]);
  const ratio = given ? Number(given.elements[0] ?? 0.5) : float(r, 'ratio', 0.5);
  const [y] = r.builder.node('Dropout', [x], { ratio }, firstName(r));
  if (!hasOutput(r, 1)) return [y];
  const yes = r.opset >= 10 ? fromNumbers('bool', [], [1]) : floatTensor(1);
  const names = { outputs: [r.names.outputs?.[1]] };
  return [y, r.builder.node('Expand', [r.builder.constant(yes)], { shape: x.shape }, names)[0]];
}
