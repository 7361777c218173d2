/** Checks what must hold for every graph, whoever made it. */
import { AppError } from '../../base/app-error.ts';
import { type Graph, listInputs, type Node, type Value } from './ops.ts';
import { inferTypes } from './shapes.ts';
import { isSameShape, printType } from './tensor.ts';

/**
 * Returns the graph unchanged when every name is unique, every value is made before it is read, every node's
 * outputs have the types that its inputs imply, and every output exists.
 * @throws AppError GRAPH_INVALID naming the node and the shapes
 */
export function verifyGraph(graph: Graph): Graph {
  const known = new Set<Value>();
  const names = new Set<string>();
  const define = (value: Value, where: string) => {
    if (names.has(value.name)) throw invalid(`${where}: the value name ${value.name} is used twice`);
    names.add(value.name);
    known.add(value);
  };
  for (const input of graph.inputs) define(input, 'inputs');
  for (const [value, tensor] of graph.initializers) {
    define(value, 'initializers');
    expectType(value, tensor, `initializer ${value.name}`);
  }
  for (const node of graph.nodes) {
    verifyNode(node, known);
    for (const output of node.outputs) define(output, describe(node));
  }
  for (const output of graph.outputs) {
    if (!known.has(output)) throw invalid(`output ${output.name} is made by no node`);
  }
  return graph;
}

function verifyNode(node: Node, known: ReadonlySet<Value>): void {
  for (const input of listInputs(node)) {
    if (!known.has(input)) throw invalid(`${describe(node)}: reads ${input.name} before it is made`);
  }
  const types = inferTypes(node.op, node.name, node.inputs, node.attributes);
  const outputs: readonly Value[] = node.outputs;
  types.forEach((type, index) => {
    const output = outputs[index];
    if (!output) throw invalid(`${describe(node)}: output ${index} is missing`);
    expectType(output, type, `${describe(node)}: output ${output.name}`);
  });
}

function expectType(
  found: Value,
  expected: { readonly dtype: Value['dtype']; readonly shape: Value['shape'] },
  where: string,
): void {
  if (found.dtype === expected.dtype && isSameShape(found.shape, expected.shape)) return;
  throw invalid(`${where} is declared ${printType(found)} but must be ${printType(expected)}`);
}

function describe(node: Node): string {
  return `${node.op} ${node.name}`;
}

function invalid(message: string): AppError {
  return new AppError('GRAPH_INVALID', message);
}
