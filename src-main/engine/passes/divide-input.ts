/** Lets a graph take its input divided by a factor: the first weights grow by it, the function stays. */
import { type Graph, listInputs, type OpKind, type Value } from '../graph/ops.ts';
import { createTensor, type Tensor, toNumbers } from '../graph/tensor.ts';

/** Operations that pass elements on as they are. */
const movingOps: ReadonlySet<OpKind> = new Set([
  'Slice',
  'Concat',
  'Gather',
  'Transpose',
  'SpaceToDepth',
  'Identity',
]);

/** Undefined where the input meets anything but convolutions with weights of their own. */
export function divideInput(graph: Graph, factor: number): Graph | undefined {
  const moved = new Set<Value>(graph.inputs);
  const first = new Set<Value>();
  for (const node of graph.nodes) {
    const reading = listInputs(node).filter((input) => moved.has(input));
    if (reading.length === 0) continue;
    if (node.op === 'Conv' && isOwnWeight(graph, node.inputs[1])) first.add(node.inputs[1]);
    else if (movingOps.has(node.op) && (node.op !== 'Concat' || reading.length === node.inputs.length)) {
      for (const output of node.outputs as readonly Value[]) moved.add(output);
    } else return undefined;
  }
  const initializers = new Map<Value, Tensor>(
    [...graph.initializers].map(([value, tensor]) => [
      value,
      first.has(value) ? multiply(tensor, factor) : tensor,
    ]),
  );
  return { ...graph, initializers };
}

function isOwnWeight(graph: Graph, weight: Value): boolean {
  const readers = graph.nodes.filter((node) => listInputs(node).includes(weight));
  return graph.initializers.has(weight) && readers.length === 1;
}

function multiply(tensor: Tensor, factor: number): Tensor {
  const values = toNumbers(tensor).map((value) => value * factor);
  return createTensor('float32', tensor.shape, Float32Array.from(values));
}
