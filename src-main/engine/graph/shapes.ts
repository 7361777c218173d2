/** Shape inference: for each operation, the types of its outputs, or an error that says what does not fit. */
import { AppError } from '../../base/app-error.ts';
import type { OpKind, OpTable, Value, WindowAttributes } from './ops.ts';
import {
  broadcast,
  channelCount,
  expect,
  expectAxis,
  expectSameType,
  expectShape,
  expectVector,
  fourAxes,
  Mismatch,
  reducedShape,
} from './shape-check.ts';
import { indexingShapes } from './shapes-of-indexing.ts';
import { countElements, type DType, isSameShape, printType, type TensorType } from './tensor.ts';

/** Types of the outputs; throws Mismatch. */
export type ShapeRule<K extends OpKind> = (
  inputs: OpTable[K]['inputs'],
  attributes: OpTable[K]['attributes'],
) => readonly TensorType[];

/**
 * The types of an operation's outputs.
 * @throws AppError GRAPH_INVALID naming the node, the operation and the shapes
 */
export function inferTypes<K extends OpKind>(
  op: K,
  name: string,
  inputs: OpTable[K]['inputs'],
  attributes: OpTable[K]['attributes'],
): readonly TensorType[] {
  try {
    const rule: ShapeRule<K> = shapeRules[op];
    const types = rule(inputs, attributes);
    for (const { shape } of types) expectShape(shape);
    return types;
  } catch (cause) {
    if (!(cause instanceof Mismatch)) throw cause;
    const present: readonly (Value | undefined)[] = inputs;
    const types = present.filter((input) => input !== undefined).map(printType);
    throw new AppError('GRAPH_INVALID', `${op} ${name}: ${cause.message} (inputs ${types.join(', ')})`, {
      data: { node: name, op },
    });
  }
}

const shapeRules: { readonly [K in OpKind]: ShapeRule<K> } = {
  ...indexingShapes,
  Conv: ([x, w, bias], attributes) => {
    const [n, c, h, wide] = fourAxes(x, 'input');
    const [o, perGroup, kh, kw] = fourAxes(w, 'weight');
    const { group } = attributes;
    expect(c === perGroup * group, `weight expects ${perGroup * group} input channels, got ${c}`);
    expect(o % group === 0, `${o} output channels do not divide into ${group} groups`);
    expectVector(bias, o, 'bias');
    const [height, width] = windowOutput([h, wide], [kh, kw], attributes);
    return [{ dtype: x.dtype, shape: [n, o, height, width] }];
  },
  ConvTranspose: ([x, w, bias], attributes) => {
    const [n, c, h, wide] = fourAxes(x, 'input');
    const [weightIn, perGroup, kh, kw] = fourAxes(w, 'weight');
    expect(c === weightIn, `weight expects ${weightIn} input channels, got ${c}`);
    expect(c % attributes.group === 0, `${c} input channels do not divide into ${attributes.group} groups`);
    expectVector(bias, perGroup * attributes.group, 'bias');
    const { strides, pads, dilations, outputPadding } = attributes;
    const grow = (size: number, kernel: number, axis: 0 | 1) =>
      (size - 1) * strides[axis] +
      dilations[axis] * (kernel - 1) +
      1 +
      outputPadding[axis] -
      pads[axis] -
      pads[axis === 0 ? 2 : 3];
    const shape = [n, perGroup * attributes.group, grow(h, kh, 0), grow(wide, kw, 1)];
    expect(
      shape.every((size) => size > 0),
      `output would be empty: [${shape}]`,
    );
    return [{ dtype: x.dtype, shape }];
  },
  BatchNormalization: ([x, ...perChannel]) => {
    const channels = channelCount(x);
    for (const vector of perChannel) expectVector(vector, channels, 'parameter');
    return [x];
  },
  BatchNormalizationTraining: ([x, ...perChannel]) => {
    const channels = channelCount(x);
    for (const vector of perChannel) expectVector(vector, channels, 'parameter');
    const statistic = { dtype: x.dtype, shape: [channels] };
    return [x, statistic, statistic];
  },
  InstanceNormalization: ([x, ...perChannel]) => {
    const channels = channelCount(x);
    for (const vector of perChannel) expectVector(vector, channels, 'parameter');
    return [x];
  },
  LayerNormalization: ([x, scale, shift], { axis }) => {
    expectAxis(x.shape, axis);
    for (const vector of shift ? [scale, shift] : [scale]) {
      const isFitting = isSameShape(broadcast(x.shape.slice(axis), vector.shape), x.shape.slice(axis));
      expect(isFitting, `[${vector.shape}] does not broadcast to the normalized axes`);
    }
    return [x];
  },
  LRN: ([x], { size }) => {
    // both as onnxruntime wants it
    fourAxes(x, 'input');
    expect(size > 0 && size % 2 === 1, `the size must be odd, got ${size}`);
    return [x];
  },
  Relu: sameAsInput,
  PRelu: ([x, slope]) => {
    expectSameType(x, slope);
    expect(
      isSameShape(broadcast(x.shape, slope.shape), x.shape),
      'the slope does not broadcast to the input',
    );
    return [x];
  },
  Elu: sameAsInput,
  Selu: sameAsInput,
  Softsign: sameAsInput,
  Mish: sameAsInput,
  LeakyRelu: sameAsInput,
  Sigmoid: sameAsInput,
  QuickGelu: sameAsInput,
  HardSigmoid: sameAsInput,
  HardSwish: sameAsInput,
  Tanh: sameAsInput,
  Gelu: sameAsInput,
  Erf: sameAsInput,
  Softplus: sameAsInput,
  Clip: sameAsInput,
  Exp: sameAsInput,
  Log: sameAsInput,
  Sqrt: sameAsInput,
  Reciprocal: sameAsInput,
  Abs: sameAsInput,
  Neg: sameAsInput,
  Sign: sameAsInput,
  Sin: sameAsInput,
  Cos: sameAsInput,
  Tan: sameAsInput,
  Asin: sameAsInput,
  Acos: sameAsInput,
  Atan: sameAsInput,
  Sinh: sameAsInput,
  Cosh: sameAsInput,
  Asinh: sameAsInput,
  Acosh: sameAsInput,
  Atanh: sameAsInput,
  Floor: sameAsInput,
  Ceil: sameAsInput,
  Round: sameAsInput,
  Not: ([x]) => {
    expect(x.dtype === 'bool', 'the input must be bool');
    return [x];
  },
  IsNaN: ([x]) => [{ dtype: 'bool', shape: x.shape }],
  Add: broadcastPair,
  Sub: broadcastPair,
  Mul: broadcastPair,
  Div: broadcastPair,
  Pow: broadcastPair,
  Min: broadcastPair,
  Max: broadcastPair,
  Greater: comparison,
  Less: comparison,
  Equal: comparison,
  GreaterOrEqual: comparison,
  LessOrEqual: comparison,
  And: logical,
  Or: logical,
  Xor: logical,
  Mod: broadcastPair,
  Where: ([condition, a, b]) => {
    expect(condition.dtype === 'bool', 'condition must be bool');
    expectSameType(a, b);
    return [{ dtype: a.dtype, shape: broadcast(condition.shape, broadcast(a.shape, b.shape)) }];
  },
  MatMul: ([a, b]) => {
    expectSameType(a, b);
    expect(a.shape.length >= 2 && b.shape.length >= 2, 'both sides need at least two axes');
    const [rows, inner] = a.shape.slice(-2);
    const [innerRight, columns] = b.shape.slice(-2);
    expect(inner === innerRight, `inner sizes differ: ${inner} and ${innerRight}`);
    const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [{ dtype: a.dtype, shape: [...batch, rows ?? 0, columns ?? 0] }];
  },
  Gemm: ([a, b, c], { transA, transB }) => {
    expect(a.shape.length === 2 && b.shape.length === 2, 'both factors need two axes');
    const [rows, inner] = transA ? a.shape.toReversed() : a.shape;
    const [innerRight, columns] = transB ? b.shape.toReversed() : b.shape;
    expect(inner === innerRight, `inner sizes differ: ${inner} and ${innerRight}`);
    const shape = [rows ?? 0, columns ?? 0];
    if (c)
      expect(isSameShape(broadcast(c.shape, shape), shape), 'the addend does not broadcast to the product');
    return [{ dtype: a.dtype, shape }];
  },
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  MaxPool: ([x], attributes) => poolOutput(x, attributes.kernel, attributes),
  AveragePool: ([x], attributes) => poolOutput(x, attributes.kernel, attributes),
  GlobalAveragePool: ([x]) => {
    const [n, c] = fourAxes(x, 'input');
    return [{ dtype: x.dtype, shape: [n, c, 1, 1] }];
  },
  GlobalMaxPool: ([x]) => {
    const [n, c] = fourAxes(x, 'input');
    return [{ dtype: x.dtype, shape: [n, c, 1, 1] }];
  },
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceL2: reduction,
  ReduceLogSumExp: reduction,
  Reshape: ([x], { shape }) => {
    expect(countElements(x.shape) === countElements(shape), `cannot reshape to [${shape}]`);
    return [{ dtype: x.dtype, shape }];
  },
  Flatten: ([x], { axis }) => {
    expect(axis >= 0 && axis <= x.shape.length, `no axis ${axis}`);
    const shape = [countElements(x.shape.slice(0, axis)), countElements(x.shape.slice(axis))];
    return [{ dtype: x.dtype, shape }];
  },
  Expand: ([x], { shape }) => {
    expect(isSameShape(broadcast(x.shape, shape), shape), `cannot expand to [${shape}]`);
    return [{ dtype: x.dtype, shape }];
  },
  Transpose: ([x], { permutation }) => {
    const isPermutation = permutation.toSorted((a, b) => a - b).every((axis, index) => axis === index);
    expect(
      isPermutation && permutation.length === x.shape.length,
      `[${permutation}] does not order the axes`,
    );
    return [{ dtype: x.dtype, shape: permutation.map((axis) => x.shape[axis] ?? 0) }];
  },
  Concat: (inputs, { axis }) => {
    const [first, ...others] = inputs;
    expect(first !== undefined, 'needs an input');
    expect(axis >= 0 && axis < first.shape.length, `no axis ${axis}`);
    for (const other of others) {
      expectSameType(first, other);
      expect(isSameShape(other.shape.with(axis, 0), first.shape.with(axis, 0)), 'sizes off the axis differ');
    }
    const total = inputs.reduce((sum, input) => sum + (input.shape[axis] ?? 0), 0);
    return [{ dtype: first.dtype, shape: first.shape.with(axis, total) }];
  },
  Slice: ([x], { starts, ends, steps }) => {
    const lengths = [starts.length, ends.length, steps.length];
    expect(
      lengths.every((length) => length === x.shape.length),
      'needs start, end and step for each axis',
    );
    const shape = x.shape.map((size, axis) =>
      sliceLength(size, starts[axis] ?? 0, ends[axis] ?? 0, steps[axis] ?? 1),
    );
    return [{ dtype: x.dtype, shape }];
  },
  Pad: ([x], { pads }) => {
    const rank = x.shape.length;
    expect(pads.length === 2 * rank, `needs ${2 * rank} pads, got ${pads.length}`);
    const shape = x.shape.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0));
    expect(
      shape.every((size) => size >= 0),
      `output would be [${shape}]`,
    );
    return [{ dtype: x.dtype, shape }];
  },
  Cast: ([x], { to }) => [{ dtype: to, shape: x.shape }],
  NonMaxSuppression: ([boxes, scores, ...thresholds]) => {
    const [n, , a] = scores.shape;
    expect(scores.shape.length === 3, 'scores must be [n, classes, a]');
    expect(
      isSameShape(boxes.shape, [n ?? 0, a ?? 0, 4]),
      `boxes must be [${n}, ${a}, 4], got [${boxes.shape}]`,
    );
    for (const threshold of thresholds) expectVector(threshold, 1, 'threshold');
    return [scores];
  },
  Identity: sameAsInput,
  StopGradient: sameAsInput,
  Dropout: sameAsInput,
};

function sameAsInput(inputs: readonly [Value]): readonly TensorType[] {
  return [inputs[0]];
}

function broadcastPair([a, b]: readonly [Value, Value]): readonly TensorType[] {
  expectSameType(a, b);
  return [{ dtype: a.dtype, shape: broadcast(a.shape, b.shape) }];
}

function comparison([a, b]: readonly [Value, Value]): readonly TensorType[] {
  expectSameType(a, b);
  const dtype: DType = 'bool';
  return [{ dtype, shape: broadcast(a.shape, b.shape) }];
}

function logical([a, b]: readonly [Value, Value]): readonly TensorType[] {
  expect(a.dtype === 'bool' && b.dtype === 'bool', 'both sides must be bool');
  return [{ dtype: 'bool', shape: broadcast(a.shape, b.shape) }];
}

function alongAxis([x]: readonly [Value], { axis }: { readonly axis: number }): readonly TensorType[] {
  expect(axis >= 0 && axis < x.shape.length, `no axis ${axis}`);
  return [x];
}

function reduction(
  [x]: readonly [Value],
  attributes: { readonly axes: readonly number[]; readonly keepDims: boolean },
): readonly TensorType[] {
  expect(
    attributes.axes.every((axis) => axis >= 0 && axis < x.shape.length),
    `no axes [${attributes.axes}]`,
  );
  return [{ dtype: x.dtype, shape: reducedShape(x.shape, attributes) }];
}

function poolOutput(
  x: Value,
  kernel: readonly [number, number],
  window: WindowAttributes,
): readonly TensorType[] {
  const [n, c, h, w] = fourAxes(x, 'input');
  return [{ dtype: x.dtype, shape: [n, c, ...windowOutput([h, w], kernel, window)] }];
}

function windowOutput(
  size: readonly [number, number],
  kernel: readonly [number, number],
  { strides, pads, dilations }: WindowAttributes,
): readonly [number, number] {
  const along = (axis: 0 | 1) => {
    const reach = dilations[axis] * (kernel[axis] - 1) + 1;
    const padded = size[axis] + pads[axis] + pads[axis === 0 ? 2 : 3];
    expect(padded >= reach, `a window of ${reach} does not fit into ${padded}`);
    return Math.floor((padded - reach) / strides[axis]) + 1;
  };
  const isPositive = [...strides, ...dilations].every((step) => Number.isInteger(step) && step > 0);
  expect(isPositive, `strides and dilations must be positive, got [${strides}] and [${dilations}]`);
  return [along(0), along(1)];
}

function sliceLength(size: number, start: number, end: number, step: number): number {
  // WebGPU's kernel reads past the end with steps below -1
  expect(step !== 0 && step >= -1, `step must be -1 or positive, got ${step}`);
  expect(
    start >= 0 && start <= size && end >= -1 && end <= size,
    `slice ${start}:${end}:${step} leaves the axis of ${size}`,
  );
  return Math.max(0, Math.ceil((end - start) / step));
}
