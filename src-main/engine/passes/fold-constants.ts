/** Computes at build time what depends on constants alone. */
import type { Graph, Node, OpKind } from '../graph/ops.ts';
import { countElements, fromNumbers, type Shape, type Tensor, toNumbers } from '../graph/tensor.ts';
import { rebuildGraph } from './rebuild.ts';

/** Results above this are left for the runtime: folding must not make the file large. */
const largestResult = 4096;

/** Replaces nodes of constant inputs by constants, where the operation is one of the small arithmetic below. */
export function foldConstants(graph: Graph): Graph {
  return rebuildGraph(graph, (node, inputs, builder) => {
    const constants = inputs.map((input) => builder.findConstant(input));
    const tensors = constants.filter((tensor) => tensor !== undefined);
    const [output] = node.outputs;
    const isOutput = graph.outputs.some((value) => node.outputs.some((own) => own === value));
    if (!output || isOutput || tensors.length < inputs.length || tensors.length === 0) return undefined;
    if (countElements(output.shape) > largestResult) return undefined;
    const values = evaluate(node, tensors);
    return values && [builder.constant(fromNumbers(output.dtype, output.shape, values))];
  });
}

function evaluate(node: Node, inputs: readonly Tensor[]): number[] | undefined {
  const [x, other] = inputs;
  if (!x) return undefined;
  if (isRearrangement(node.op)) return toNumbers(x);
  if (node.op === 'Transpose') return transpose(x, node.attributes.permutation);
  const unary = unaryFunctions[node.op];
  if (unary) return toNumbers(x).map(unary);
  const binary = binaryFunctions[node.op];
  return binary && other && combine(x, other, node.outputs[0].shape, binary);
}

function isRearrangement(op: OpKind): boolean {
  return op === 'Reshape' || op === 'Flatten' || op === 'Identity' || op === 'Cast';
}

const unaryFunctions: { readonly [K in OpKind]?: (x: number) => number } = {
  Neg: (x) => -x,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Abs: Math.abs,
  Reciprocal: (x) => 1 / x,
};

const binaryFunctions: { readonly [K in OpKind]?: (a: number, b: number) => number } = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
};

function combine(a: Tensor, b: Tensor, shape: Shape, apply: (a: number, b: number) => number): number[] {
  const [left, right] = [toNumbers(a), toNumbers(b)];
  return listPositions(shape).map((position) =>
    apply(left[indexOf(a.shape, position)] ?? 0, right[indexOf(b.shape, position)] ?? 0),
  );
}

function transpose(x: Tensor, permutation: readonly number[]): number[] {
  const values = toNumbers(x);
  const shape = permutation.map((axis) => x.shape[axis] ?? 0);
  return listPositions(shape).map((position) => {
    const source = x.shape.map((_, axis) => position[permutation.indexOf(axis)] ?? 0);
    return values[indexOf(x.shape, source)] ?? 0;
  });
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
