/** Copies a graph node by node and lets a pass put other values in place of a node's outputs. */
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import { type Graph, listInputs, type Node, type OpKind, type OpTable, type Value } from '../graph/ops.ts';
import { removeDeadCode } from './remove-dead-code.ts';

/**
 * What to put in place of a node, given its inputs in the new graph; undefined to copy it. As many values as the
 * node has outputs, made by nodes that the replacement has added to the builder.
 */
export type Replace = (
  node: Node,
  inputs: readonly Value[],
  builder: GraphBuilder,
) => readonly Value[] | undefined;

/** Inputs, constants and outputs keep their names. */
export function rebuildGraph(graph: Graph, replace: Replace): Graph {
  const builder = createGraphBuilder();
  const images = new Map<Value, Value>();
  for (const input of graph.inputs) images.set(input, builder.input(input.name, input.dtype, input.shape));
  for (const [value, tensor] of graph.initializers) images.set(value, builder.constant(tensor, value.name));
  const find = (value: Value): Value => {
    const image = images.get(value);
    if (!image) throw new Error(`bug: ${value.name} is read before it is made`);
    return image;
  };
  for (const node of graph.nodes) {
    const inputs = listInputs(node).map(find);
    const results = replace(node, inputs, builder) ?? copyNode(node, inputs, graph, builder);
    const outputs: readonly Value[] = node.outputs;
    outputs.forEach((output, index) => {
      const result = results[index];
      if (result) images.set(output, result);
    });
  }
  return removeDeadCode(builder.finish(graph.name, graph.outputs.map(find)));
}

/** Graph outputs keep their names; other values are numbered anew. */
function copyNode(
  node: Node,
  inputs: readonly Value[],
  graph: Graph,
  builder: GraphBuilder,
): readonly Value[] {
  const outputs: readonly Value[] = node.outputs;
  const isNamed = outputs.some((output) => graph.outputs.includes(output));
  const names = isNamed ? { outputs: outputs.map(({ name }) => name) } : {};
  return builder.node(node.op, inputs as OpTable[OpKind]['inputs'], node.attributes, {
    node: node.name,
    ...names,
  });
}
