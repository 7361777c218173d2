/** Short words for adding nodes to a builder, in which gradients, losses and optimizers are written. */
import type { GraphBuilder } from './builder.ts';
import type { ConvAttributes, ConvTransposeAttributes, OpKind, OpTable, Value } from './ops.ts';
import {
  countElements,
  createTensor,
  type DType,
  fromNumbers,
  isSameShape,
  type Shape,
  sizeOf,
  type Tensor,
} from './tensor.ts';

type Operand = Value | number;

/** Numbers become constants of the other side's element type. */
export interface Expressions {
  readonly builder: GraphBuilder;
  constant(tensor: Tensor): Value;
  /** A shared scalar constant. */
  scalar(value: number, dtype?: DType): Value;
  unary(op: PlainUnary, x: Value): Value;
  add(a: Operand, b: Operand): Value;
  sub(a: Operand, b: Operand): Value;
  mul(a: Operand, b: Operand): Value;
  div(a: Operand, b: Operand): Value;
  pow(a: Operand, b: Operand): Value;
  /** 1.0 where equal, else 0.0. */
  isEqual(a: Value, b: Value): Value;
  /** a where condition holds, else b. */
  where(condition: Value, a: Value, b: Value): Value;
  matMul(a: Value, b: Value): Value;
  gemm(a: Value, b: Value, transA: boolean, transB: boolean): Value;
  conv(x: Value, w: Value, attributes: ConvAttributes): Value;
  convTranspose(x: Value, w: Value, attributes: ConvTransposeAttributes): Value;
  /** Sum over the axes; ascending. */
  sum(x: Value, axes: readonly number[], keepDims: boolean): Value;
  mean(x: Value, axes: readonly number[], keepDims: boolean): Value;
  /** Undoes a broadcast: sums to the shape. */
  sumTo(x: Value, shape: Shape): Value;
  reshape(x: Value, shape: Shape): Value;
  transpose(x: Value, permutation: readonly number[]): Value;
  expand(x: Value, shape: Shape): Value;
  concat(parts: readonly Value[], axis: number): Value;
  /** Elements `[start, end)` of one axis. */
  sliceAxis(x: Value, axis: number, start: number, end: number, step?: number): Value;
  slice(x: Value, attributes: OpTable['Slice']['attributes']): Value;
  /** Reverses the axes. */
  flip(x: Value, axes: readonly number[]): Value;
  /** Adds elements of the value around; pads as ONNX orders them. */
  pad(x: Value, pads: readonly number[], value?: number): Value;
  cast(x: Value, to: DType): Value;
}

/** Operations of one input that have no attributes. */
export type PlainUnary = {
  [K in OpKind]: OpTable[K]['inputs'] extends readonly [Value]
    ? keyof OpTable[K]['attributes'] extends never
      ? K
      : never
    : never;
}[OpKind];

export function createExpressions(builder: GraphBuilder): Expressions {
  const scalar = createScalarCache(builder);
  const node = <K extends OpKind>(
    op: K,
    inputs: OpTable[K]['inputs'],
    attributes: OpTable[K]['attributes'],
  ) => first(builder.node(op, inputs, attributes));
  const binary = (op: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow') => (a: Operand, b: Operand) => {
    const dtype = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.dtype) : a.dtype;
    const lift = (operand: Operand) => (typeof operand === 'number' ? scalar(operand, dtype) : operand);
    return node(op, [lift(a), lift(b)], {});
  };
  const reshape = (x: Value, shape: Shape) =>
    isSameShape(x.shape, shape) ? x : node('Reshape', [x], { shape });
  const sum = (x: Value, axes: readonly number[], keepDims: boolean) =>
    axes.length === 0 ? x : node('ReduceSum', [x], { axes, keepDims });
  const slice = (x: Value, attributes: OpTable['Slice']['attributes']) => node('Slice', [x], attributes);
  const cast = (x: Value, to: DType) => (x.dtype === to ? x : node('Cast', [x], { to }));

  return {
    builder,
    constant: (tensor) => builder.constant(tensor),
    scalar,
    unary: (op, x) => node(op, [x], {}),
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    pow: binary('Pow'),
    isEqual: (a, b) => cast(node('Equal', [a, b], {}), 'float32'),
    where: (condition, a, b) => node('Where', [condition, a, b], {}),
    matMul: (a, b) => node('MatMul', [a, b], {}),
    gemm: (a, b, transA, transB) => node('Gemm', [a, b], { alpha: 1, beta: 1, transA, transB }),
    conv: (x, w, attributes) => node('Conv', [x, w], attributes),
    convTranspose: (x, w, attributes) => node('ConvTranspose', [x, w], attributes),
    sum,
    mean: (x, axes, keepDims) => node('ReduceMean', [x], { axes, keepDims }),
    sumTo: (x, shape) => reshape(sum(x, broadcastAxes(x.shape, shape), true), shape),
    reshape,
    transpose: (x, permutation) =>
      permutation.every((axis, index) => axis === index) ? x : node('Transpose', [x], { permutation }),
    expand: (x, shape) => (isSameShape(x.shape, shape) ? x : node('Expand', [x], { shape })),
    concat: (parts, axis) => (parts.length === 1 ? first(parts) : node('Concat', parts, { axis })),
    sliceAxis: (x, axis, start, end, step = 1) => slice(x, cutOneAxis(x.shape, axis, start, end, step)),
    slice,
    flip: (x, axes) => slice(x, reverseAxes(x.shape, axes)),
    pad: (x, pads, value = 0) =>
      pads.every((size) => size === 0) ? x : node('Pad', [x], { pads, mode: 'constant', value }),
    cast,
  };
}

function first(values: readonly Value[]): Value {
  const [value] = values;
  if (!value) throw new Error('bug: a node without outputs');
  return value;
}

function createScalarCache(builder: GraphBuilder): (value: number, dtype?: DType) => Value {
  const cache = new Map<string, Value>();
  return (number, dtype = 'float32') => {
    const key = `${dtype}:${number}`;
    const value = cache.get(key) ?? builder.constant(fromNumbers(dtype, [], [number]));
    cache.set(key, value);
    return value;
  };
}

/** The axes of `from` along which `to` was repeated. */
function broadcastAxes(from: Shape, to: Shape): number[] {
  const lead = from.length - to.length;
  return from.flatMap((size, axis) => {
    const isRepeated = axis < lead || (to[axis - lead] === 1 && size !== 1);
    return isRepeated ? [axis] : [];
  });
}

function cutOneAxis(shape: Shape, axis: number, start: number, end: number, step: number) {
  return {
    starts: shape.map((_, index) => (index === axis ? start : 0)),
    ends: shape.map((size, index) => (index === axis ? end : size)),
    steps: shape.map((_, index) => (index === axis ? step : 1)),
  };
}

function reverseAxes(shape: Shape, axes: readonly number[]) {
  return {
    starts: shape.map((size, axis) => (axes.includes(axis) ? size - 1 : 0)),
    ends: shape.map((size, axis) => (axes.includes(axis) ? -1 : size)),
    steps: shape.map((_, axis) => (axes.includes(axis) ? -1 : 1)),
  };
}

/** A constant of one number in the shape. */
export function fullTensor(shape: Shape, value: number): Tensor {
  return createTensor('float32', shape, new Float32Array(countElements(shape)).fill(value));
}

/** Axes other than the channel axis, over which per-channel sums go. */
export function nonChannelAxes(x: Value): number[] {
  return x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
}

/** A per-channel vector `[c]` in a shape that broadcasts against x `[n, c, …]`. */
export function channelShape(x: Value): Shape {
  return x.shape.map((_, axis) => (axis === 1 ? sizeOf(x.shape, 1) : 1));
}

/** Transposes each matrix of a stack. */
export function swapLast(e: Expressions, x: Value): Value {
  const order = x.shape.map((_, axis) => axis);
  return e.transpose(x, [...order.slice(0, -2), order.length - 1, order.length - 2]);
}
