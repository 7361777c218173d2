/** Computes small operations on constants while a graph is built: shape arithmetic above all. */
import type { Node, OpKind, OpTable } from './ops.ts';
import {
  countElements,
  createTensor,
  type DType,
  dtypes,
  fromNumbers,
  type Shape,
  type Tensor,
  type TensorStorage,
  type TensorType,
  toNumbers,
} from './tensor.ts';

/** An operation on constants: the parts of a node that its result depends on. */
export interface Evaluation<K extends OpKind = OpKind> {
  readonly op: K;
  readonly attributes: OpTable[K]['attributes'];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly TensorType[];
}

/** The results, or undefined for an operation that is left to the runtime. */
export function evaluate({ op, attributes, inputs, outputs }: Evaluation): readonly Tensor[] | undefined {
  const [x, other, third] = inputs;
  const [type] = outputs;
  if (!x || !type) return undefined;
  const unary = unaryFunctions[op];
  if (unary) return [fromNumbers(type.dtype, type.shape, toNumbers(x).map(unary))];
  const binary = x.dtype.startsWith('float')
    ? binaryFunctions[op]
    : (wholeFunctions[op] ?? binaryFunctions[op]);
  if (binary && other) return [combine(x, other, type, binary)];
  if (op === 'Where' && other && third) return [choose(x, other, third, type)];
  const node = { op, attributes } as Pick<Node, 'op' | 'attributes'>;
  return rearrange(node as Node, inputs, outputs) ?? reduce(node as Node, x, type);
}

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

const unaryFunctions: { readonly [K in OpKind]?: Unary } = {
  Neg: (x) => -x,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Abs: Math.abs,
  Reciprocal: (x) => 1 / x,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: roundToEven,
  Sign: Math.sign,
  Not: (x) => (x === 0 ? 1 : 0),
  Relu: (x) => Math.max(0, x),
};

const binaryFunctions: { readonly [K in OpKind]?: Binary } = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Min: Math.min,
  Max: Math.max,
  Mod: (a, b) => a - b * Math.floor(a / b),
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  Less: (a, b) => Number(a < b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  LessOrEqual: (a, b) => Number(a <= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
  Xor: (a, b) => Number((a !== 0) !== (b !== 0)),
};

/** Of integers, where it differs: division rounds towards zero. */
const wholeFunctions: { readonly [K in OpKind]?: Binary } = { Div: (a, b) => Math.trunc(a / b) };

function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function combine(a: Tensor, b: Tensor, { dtype, shape }: TensorType, apply: Binary): Tensor {
  const [left, right] = [toNumbers(a), toNumbers(b)];
  const values = listPositions(shape).map((position) =>
    apply(left[indexOf(a.shape, position)] ?? 0, right[indexOf(b.shape, position)] ?? 0),
  );
  return fromNumbers(dtype, shape, values);
}

function choose(condition: Tensor, a: Tensor, b: Tensor, { dtype, shape }: TensorType): Tensor {
  return collect(dtype, shape, (position) => {
    const isChosen = condition.elements[indexOf(condition.shape, position)];
    const from = isChosen ? a : b;
    return [from, indexOf(from.shape, position)];
  });
}

/** Operations whose results are elements of their inputs. */
function rearrange(
  node: Node,
  inputs: readonly Tensor[],
  outputs: readonly TensorType[],
): readonly Tensor[] | undefined {
  const [x, other] = inputs;
  const [type] = outputs;
  if (!x || !type) return undefined;
  const move = (source: (position: readonly number[]) => readonly number[]) => [
    collect(x.dtype, type.shape, (position) => [x, indexOf(x.shape, source(position))]),
  ];
  switch (node.op) {
    case 'Reshape':
    case 'Flatten':
    case 'Identity':
    case 'Dropout':
      return [{ ...x, shape: type.shape }];
    case 'Cast':
      return [castTensor(x, type.dtype)];
    case 'Transpose': {
      const { permutation } = node.attributes;
      return move((position) => x.shape.map((_, axis) => position[permutation.indexOf(axis)] ?? 0));
    }
    case 'Expand':
      return move((position) => position);
    case 'Tile':
      return move((position) => position.map((index, axis) => index % (x.shape[axis] ?? 1)));
    case 'Slice': {
      const { starts, steps } = node.attributes;
      return move((position) =>
        position.map((index, axis) => (starts[axis] ?? 0) + index * (steps[axis] ?? 1)),
      );
    }
    case 'Concat':
      return [concatenate(inputs, type, node.attributes.axis)];
    case 'Split':
      return splitTensor(x, outputs, node.attributes.axis);
    case 'Gather':
      return other && gather(x, other, type, node.attributes.axis);
    default:
      return undefined;
  }
}

function castTensor(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const values = toNumbers(x);
  const isWhole = !dtype.startsWith('float') && dtype !== 'bool';
  return fromNumbers(dtype, x.shape, isWhole ? values.map(Math.trunc) : values);
}

function concatenate(inputs: readonly Tensor[], { dtype, shape }: TensorType, axis: number): Tensor {
  const owners = inputs.flatMap((part) =>
    Array.from({ length: part.shape[axis] ?? 0 }, (_, index) => [part, index] as const),
  );
  return collect(dtype, shape, (position) => {
    const owner = owners[position[axis] ?? 0];
    if (!owner) throw new Error('bug: a position past the last part');
    const [part, index] = owner;
    return [part, indexOf(part.shape, position.with(axis, index))];
  });
}

function splitTensor(x: Tensor, outputs: readonly TensorType[], axis: number): Tensor[] {
  let start = 0;
  return outputs.map(({ dtype, shape }) => {
    const from = start;
    start += shape[axis] ?? 0;
    return collect(dtype, shape, (position) => [
      x,
      indexOf(x.shape, position.with(axis, from + (position[axis] ?? 0))),
    ]);
  });
}

/** Undefined where an index leaves the axis: the runtime then says so. */
function gather(
  x: Tensor,
  indices: Tensor,
  { dtype, shape }: TensorType,
  axis: number,
): readonly Tensor[] | undefined {
  const size = x.shape[axis] ?? 0;
  const numbers = toNumbers(indices).map((index) => (index < 0 ? index + size : index));
  if (numbers.some((index) => index < 0 || index >= size)) return undefined;
  const rank = indices.shape.length;
  const result = collect(dtype, shape, (position) => {
    const chosen = numbers[exactIndexOf(indices.shape, position.slice(axis, axis + rank))] ?? 0;
    return [x, exactIndexOf(x.shape, position.toSpliced(axis, rank, chosen))];
  });
  return [result];
}

function reduce(node: Node, x: Tensor, type: TensorType): readonly Tensor[] | undefined {
  if (!isFoldableReduction(node)) return undefined;
  const { axes } = node.attributes;
  const groups = Array.from({ length: countElements(type.shape) }, (): number[] => []);
  const values = toNumbers(x);
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  listPositions(x.shape).forEach((position, index) => {
    groups[indexOf(kept, position)]?.push(values[index] ?? 0);
  });
  if (groups.some((group) => group.length === 0)) return undefined;
  return [
    fromNumbers(
      type.dtype,
      type.shape,
      groups.map((group) => group.reduce(reducers[node.op])),
    ),
  ];
}

const reducers = {
  ReduceSum: (a: number, b: number) => a + b,
  ReduceProd: (a: number, b: number) => a * b,
  ReduceMax: (a: number, b: number) => Math.max(a, b),
  ReduceMin: (a: number, b: number) => Math.min(a, b),
};

function isFoldableReduction(node: Node): node is Node<keyof typeof reducers> {
  return Object.hasOwn(reducers, node.op);
}

/** A tensor of elements taken from others, bit by bit as they are. */
function collect(
  dtype: DType,
  shape: Shape,
  source: (position: readonly number[]) => readonly [Tensor, number],
): Tensor {
  const elements: TensorStorage = new dtypes[dtype].storage(countElements(shape));
  listPositions(shape).forEach((position, index) => {
    const [from, at] = source(position);
    const element = from.elements[at];
    if (element !== undefined) elements[index] = element;
  });
  return createTensor(dtype, shape, elements);
}

/** All index tuples of a shape in row-major order. */
function listPositions(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (positions, size) =>
      positions.flatMap((position) => [...Array(size).keys()].map((index) => [...position, index])),
    [[]],
  );
}

/** Row-major index of a position; leading axes that the shape lacks and axes of one are broadcast. */
function indexOf(shape: Shape, position: readonly number[]): number {
  const lead = position.length - shape.length;
  return shape.reduce(
    (index, size, axis) => index * size + (size === 1 ? 0 : (position[axis + lead] ?? 0)),
    0,
  );
}

function exactIndexOf(shape: Shape, position: readonly number[]): number {
  return shape.reduce((index, size, axis) => index * size + (position[axis] ?? 0), 0);
}
