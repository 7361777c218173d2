/** What a graph takes of memory, and what it moves, by count: the same on every machine. */
import { type Graph, listInputs, type Node, type OpKind, type Value } from '../graph/ops.ts';
import { countElements, dtypes } from '../graph/tensor.ts';

/** What gives its operand another shape and copies nothing. */
const viewOps: ReadonlySet<OpKind> = new Set(['Reshape', 'Flatten', 'Identity', 'StopGradient']);

/**
 * Bytes that values between nodes take at once at most, the nodes run in the graph's order and each value freed after
 * its last reader; without inputs, constants and outputs, which are there anyway.
 */
export function countPeakBytes(graph: Graph): number {
  const sourceOf = findSources(graph);
  const held = new Set<Value>([...graph.inputs, ...graph.initializers.keys()]);
  for (const output of graph.outputs) held.add(sourceOf(output));
  const lastReaders = new Map<Value, Node>();
  for (const node of graph.nodes)
    for (const input of listInputs(node)) lastReaders.set(sourceOf(input), node);
  let [bytes, peak] = [0, 0];
  for (const node of graph.nodes) {
    const made = node.outputs.filter((output: Value) => sourceOf(output) === output && !held.has(output));
    bytes += sizeOfAll(made);
    peak = Math.max(peak, bytes);
    const read = new Set(listInputs(node).map(sourceOf));
    const freed = [...read].filter((value) => !held.has(value) && lastReaders.get(value) === node);
    bytes -= sizeOfAll(freed) + sizeOfAll(made.filter((value: Value) => !lastReaders.has(value)));
  }
  return peak;
}

/** What reads as much as it writes, however large its operand is. */
const pickingOps: ReadonlySet<OpKind> = new Set(['Slice', 'Split', 'Gather', 'GatherElements', 'GatherND']);

/** Bytes that all nodes read and write together, but those that only change shapes. */
export function countTraffic({ nodes }: Graph): number {
  return nodes
    .filter(({ op }) => !viewOps.has(op))
    .reduce((sum, node) => {
      const written = sizeOfAll(node.outputs);
      return sum + written + (pickingOps.has(node.op) ? written : sizeOfAll(listInputs(node)));
    }, 0);
}

/** The value whose memory a value has. */
function findSources({ nodes }: Graph): (value: Value) => Value {
  const sources = new Map<Value, Value>();
  const sourceOf = (value: Value) => sources.get(value) ?? value;
  for (const node of nodes) {
    const [x] = listInputs(node);
    const [y]: readonly Value[] = node.outputs;
    if (viewOps.has(node.op) && x && y) sources.set(y, sourceOf(x));
  }
  return sourceOf;
}

function sizeOfAll(values: readonly Value[]): number {
  return values.reduce((sum, { dtype, shape }) => sum + dtypes[dtype].bytes * countElements(shape), 0);
}
