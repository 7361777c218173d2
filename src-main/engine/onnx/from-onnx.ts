/** How ONNX operations (ai.onnx 7 to 23 and a few of com.microsoft) become ours: one rule per operation. */
import { AppError } from '../../base/app-error.ts';
import type { OpKind, OpTable, Value } from '../graph/ops.ts';
import { countElements, sizeOf, type Tensor } from '../graph/tensor.ts';
import { findDType } from './decode.ts';
import {
  attribute,
  constantNumbers,
  float,
  input,
  int,
  ints,
  malformed,
  type NodeReading,
  requiredNumbers,
  text,
} from './node-reading.ts';
import { inferReshape, normalizeSlice, readPads, readPoolWindow, readWindow } from './normalize.ts';

type ReadRule = (reading: NodeReading) => readonly Value[];

/** @throws AppError GRAPH_NOT_TRAINABLE for an operation that has no rule, GRAPH_INVALID for a malformed node */
export function readNode(reading: NodeReading): readonly Value[] {
  const { domain, opType, name } = reading.node;
  const key = domain === '' ? opType : `${domain}.${opType}`;
  const rule = Object.hasOwn(readRules, key) ? readRules[key] : undefined;
  if (rule) return rule(reading);
  throw new AppError('GRAPH_NOT_TRAINABLE', `${opType} ${name}: the operation ${key} is not supported`, {
    data: { node: name, op: key },
  });
}

const readRules: Readonly<Record<string, ReadRule>> = {
  Conv: (r) => {
    const [x, w, bias] = [input(r, 0), input(r, 1), r.inputs[2]];
    const attributes = { ...readWindow(r, x, w.shape.slice(2)), group: int(r, 'group', 1) };
    return add(r, 'Conv', bias ? [x, w, bias] : [x, w], attributes);
  },
  ConvTranspose: (r) => {
    const [x, w, bias] = [input(r, 0), input(r, 1), r.inputs[2]];
    const [rows = 0, columns = 0] = ints(r, 'output_padding') ?? [];
    if (attribute(r, 'output_shape')) throw malformed(r, 'output_shape is not supported');
    const window = readWindow(r, x, w.shape.slice(2));
    const attributes = { ...window, group: int(r, 'group', 1), outputPadding: [rows, columns] as const };
    return add(r, 'ConvTranspose', bias ? [x, w, bias] : [x, w], attributes);
  },
  BatchNormalization: (r) => {
    const epsilon = float(r, 'epsilon', 1e-5);
    const inputs = [input(r, 0), input(r, 1), input(r, 2), input(r, 3), input(r, 4)] as const;
    if (int(r, 'training_mode', 0) === 0) {
      return add(r, 'BatchNormalization', inputs, { epsilon });
    }
    if (float(r, 'momentum', 0.9) !== 0) throw malformed(r, 'training mode is only read with momentum 0');
    return add(r, 'BatchNormalizationTraining', inputs, { epsilon });
  },
  Relu: plainUnary('Relu'),
  LeakyRelu: (r) => add(r, 'LeakyRelu', [input(r, 0)], { alpha: float(r, 'alpha', 0.01) }),
  Sigmoid: plainUnary('Sigmoid'),
  'com.microsoft.QuickGelu': (r) => add(r, 'QuickGelu', [input(r, 0)], { alpha: float(r, 'alpha', 1.702) }),
  HardSigmoid: (r) =>
    add(r, 'HardSigmoid', [input(r, 0)], { alpha: float(r, 'alpha', 0.2), beta: float(r, 'beta', 0.5) }),
  HardSwish: plainUnary('HardSwish'),
  Tanh: plainUnary('Tanh'),
  Gelu: (r) => {
    const approximate = text(r, 'approximate', 'none');
    if (approximate !== 'none' && approximate !== 'tanh') throw malformed(r, `approximate ${approximate}`);
    return add(r, 'Gelu', [input(r, 0)], { approximate });
  },
  'com.microsoft.Gelu': (r) => add(r, 'Gelu', [input(r, 0)], { approximate: 'none' }),
  Erf: plainUnary('Erf'),
  Softplus: plainUnary('Softplus'),
  Clip: (r) => {
    const bound = (position: number, name: string, absent: number) =>
      r.opset < 11 ? float(r, name, absent) : (constantNumbers(r, position)?.[0] ?? absent);
    const min = bound(1, 'min', Number.NEGATIVE_INFINITY);
    return add(r, 'Clip', [input(r, 0)], { min, max: bound(2, 'max', Number.POSITIVE_INFINITY) });
  },
  Exp: plainUnary('Exp'),
  Log: plainUnary('Log'),
  Sqrt: plainUnary('Sqrt'),
  Reciprocal: plainUnary('Reciprocal'),
  Abs: plainUnary('Abs'),
  Neg: plainUnary('Neg'),
  Sign: plainUnary('Sign'),
  Add: plainBinary('Add'),
  Sub: plainBinary('Sub'),
  Mul: plainBinary('Mul'),
  Div: plainBinary('Div'),
  Pow: plainBinary('Pow'),
  Min: chained('Min'),
  Max: chained('Max'),
  Sum: chained('Add'),
  Greater: plainBinary('Greater'),
  Less: plainBinary('Less'),
  Equal: plainBinary('Equal'),
  Where: (r) => add(r, 'Where', [input(r, 0), input(r, 1), input(r, 2)], {}),
  MatMul: plainBinary('MatMul'),
  Gemm: (r) => {
    const [a, b, c] = [input(r, 0), input(r, 1), r.inputs[2]];
    return add(r, 'Gemm', c ? [a, b, c] : [a, b], {
      alpha: float(r, 'alpha', 1),
      beta: float(r, 'beta', 1),
      transA: int(r, 'transA', 0) !== 0,
      transB: int(r, 'transB', 0) !== 0,
    });
  },
  Softmax: (r) => softmax(r, 'Softmax'),
  LogSoftmax: (r) => softmax(r, 'LogSoftmax'),
  MaxPool: (r) => {
    if (r.node.outputs.length > 1) throw malformed(r, 'its indices are not supported');
    return add(r, 'MaxPool', [input(r, 0)], readPoolWindow(r, input(r, 0), true));
  },
  AveragePool: (r) => {
    const window = readPoolWindow(r, input(r, 0), false);
    const countIncludesPads = int(r, 'count_include_pad', 0) !== 0;
    return add(r, 'AveragePool', [input(r, 0)], { ...window, countIncludesPads });
  },
  GlobalAveragePool: plainUnary('GlobalAveragePool'),
  ReduceSum: (r) => reduction(r, 'ReduceSum', 13),
  ReduceMean: (r) => reduction(r, 'ReduceMean', 18),
  ReduceMax: (r) => reduction(r, 'ReduceMax', 18),
  Reshape: (r) => {
    const [x, wanted] = [input(r, 0), requiredNumbers(r, 1, 'shape')];
    return add(r, 'Reshape', [x], { shape: inferReshape(r, x.shape, wanted, int(r, 'allowzero', 0) !== 0) });
  },
  Flatten: (r) => add(r, 'Flatten', [input(r, 0)], { axis: axisAttribute(r, 1) }),
  Squeeze: (r) => {
    const { shape } = input(r, 0);
    const listed = axesOf(r, 13, shape.length);
    const axes = listed ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
    return add(r, 'Reshape', [input(r, 0)], { shape: shape.filter((_, axis) => !axes.includes(axis)) });
  },
  Unsqueeze: (r) => {
    const { shape } = input(r, 0);
    const raw = r.opset >= 13 ? requiredNumbers(r, 1, 'axes') : (ints(r, 'axes') ?? []);
    const axes = raw.map((axis) => normalizeAxis(axis, shape.length + raw.length)).toSorted((a, b) => a - b);
    return add(r, 'Reshape', [input(r, 0)], {
      shape: axes.reduce<readonly number[]>((sizes, axis) => sizes.toSpliced(axis, 0, 1), shape),
    });
  },
  Expand: (r) => {
    const x = input(r, 0);
    const wanted = requiredNumbers(r, 1, 'shape');
    const rank = Math.max(x.shape.length, wanted.length);
    const at = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
    const shape = Array.from({ length: rank }, (_, axis) => Math.max(at(x.shape, axis), at(wanted, axis)));
    return add(r, 'Expand', [x], { shape });
  },
  Transpose: (r) => {
    const reversed = input(r, 0).shape.map((_, axis, all) => all.length - 1 - axis);
    return add(r, 'Transpose', [input(r, 0)], { permutation: ints(r, 'perm') ?? reversed });
  },
  Concat: (r) => {
    const inputs = r.inputs.filter((value) => value !== undefined);
    return add(r, 'Concat', inputs, { axis: axisAttribute(r, 0) });
  },
  Slice: (r) => {
    const x = input(r, 0);
    const list = (position: number, name: string) =>
      r.opset >= 10 ? constantNumbers(r, position) : ints(r, name);
    const starts = list(1, 'starts');
    const ends = list(2, 'ends');
    if (!starts || !ends) throw malformed(r, 'starts and ends must be constants');
    const axes = list(3, 'axes') ?? starts.map((_, axis) => axis);
    return add(r, 'Slice', [x], normalizeSlice(x.shape, starts, ends, axes, list(4, 'steps')));
  },
  Pad: (r) => {
    const x = input(r, 0);
    return add(r, 'Pad', [x], {
      pads: readPads(r, x.shape.length),
      mode: padMode(r),
      value: r.opset >= 11 ? (constantNumbers(r, 2)?.[0] ?? 0) : float(r, 'value', 0),
    });
  },
  Cast: (r) => {
    const to = findDType(int(r, 'to', 0));
    if (!to) throw malformed(r, `element type ${int(r, 'to', 0)} is not supported`);
    return add(r, 'Cast', [input(r, 0)], { to });
  },
  Identity: plainUnary('Identity'),
  Dropout: plainUnary('Identity'),
  ArgMax: (r) =>
    add(r, 'ArgMax', [input(r, 0)], { axis: axisAttribute(r, 0), keepDims: int(r, 'keepdims', 1) !== 0 }),
  Constant: (r) => [r.builder.constant(constantOf(r), r.names.outputs?.[0])],
};

type PlainUnary =
  | 'Relu'
  | 'Sigmoid'
  | 'HardSwish'
  | 'Tanh'
  | 'Erf'
  | 'Softplus'
  | 'Exp'
  | 'Log'
  | 'Sqrt'
  | 'Reciprocal'
  | 'Abs'
  | 'Neg'
  | 'Sign'
  | 'GlobalAveragePool'
  | 'Identity';
type PlainBinary =
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Pow'
  | 'Greater'
  | 'Less'
  | 'Equal'
  | 'MatMul'
  | 'Min'
  | 'Max';

function plainUnary(op: PlainUnary): ReadRule {
  return (r) => add(r, op, [input(r, 0)], {});
}

function plainBinary(op: PlainBinary): ReadRule {
  return (r) => add(r, op, [input(r, 0), input(r, 1)], {});
}

/** An operation of any number of inputs as a chain of two-input ones. */
function chained(op: 'Min' | 'Max' | 'Add'): ReadRule {
  return (r) => {
    const present = r.inputs.filter((value) => value !== undefined);
    const [first, ...others] = present;
    if (!first) throw malformed(r, 'it has no input');
    if (others.length === 0) return add(r, 'Identity', [first], {});
    const last = others.length - 1;
    const combine = (total: Value, other: Value, index: number): Value =>
      r.builder.node(op, [total, other], {}, index === last ? r.names : {})[0];
    return [others.reduce(combine, first)];
  };
}

/** Before opset 13 the softmax ran over all axes from the named one on, as if they were one. */
function softmax(r: NodeReading, op: 'Softmax' | 'LogSoftmax'): readonly Value[] {
  const x = input(r, 0);
  const axis = axisAttribute(r, r.opset >= 13 ? -1 : 1);
  const isOneAxis = countElements(x.shape.slice(axis)) === sizeOf(x.shape, axis);
  if (r.opset >= 13 || isOneAxis) return add(r, op, [x], { axis });
  const [flat] = r.builder.node('Flatten', [x], { axis });
  const [normalized] = r.builder.node(op, [flat], { axis: 1 });
  return add(r, 'Reshape', [normalized], { shape: x.shape });
}

function reduction(
  r: NodeReading,
  op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax',
  inputSince: number,
): readonly Value[] {
  const x = input(r, 0);
  const listed = axesOf(r, inputSince, x.shape.length);
  const isNothing = int(r, 'noop_with_empty_axes', 0) !== 0 && (listed ?? []).length === 0;
  if (isNothing) return add(r, 'Identity', [x], {});
  const axes = listed && listed.length > 0 ? listed : x.shape.map((_, axis) => axis);
  return add(r, op, [x], { axes: axes.toSorted((a, b) => a - b), keepDims: int(r, 'keepdims', 1) !== 0 });
}

/** Axes as an input from some opset on, as an attribute before. */
function axesOf(r: NodeReading, inputSince: number, rank: number): number[] | undefined {
  const raw = r.opset >= inputSince ? constantNumbers(r, 1) : ints(r, 'axes');
  return raw?.map((axis) => normalizeAxis(axis, rank));
}

function axisAttribute(r: NodeReading, absent: number): number {
  return normalizeAxis(int(r, 'axis', absent), input(r, 0).shape.length);
}

function normalizeAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

function padMode(r: NodeReading): 'constant' | 'reflect' | 'edge' {
  const mode = text(r, 'mode', 'constant');
  if (mode === 'constant' || mode === 'reflect' || mode === 'edge') return mode;
  throw malformed(r, `mode ${mode} is not supported`);
}

function constantOf(r: NodeReading): Tensor {
  const value = attribute(r, 'value');
  if (value?.kind === 'tensor') return value.value;
  throw malformed(r, 'only constants with a tensor are supported');
}

function add<K extends OpKind>(
  r: NodeReading,
  op: K,
  inputs: OpTable[K]['inputs'],
  attributes: OpTable[K]['attributes'],
): readonly Value[] {
  return r.builder.node(op, inputs, attributes, r.names);
}
