/** Learns from a graph and the same graph for two samples which axes of reshapes grow with their number. */
import type { Graph, Node, Value } from '../graph/ops.ts';
import { isSameShape, type Shape } from '../graph/tensor.ts';

/**
 * The sizes alone do not tell: heads and samples may be merged, and axes of one look alike.
 * @param graph for one sample @param twin the same file read for two: nodes are matched by name
 */
export function markBatch(graph: Graph, twin: Graph): Graph {
  const twins = new Map(twin.nodes.map((node) => [node.name, node]));
  return { ...graph, nodes: graph.nodes.map((node) => markNode(node, twins.get(node.name))) };
}

function markNode(node: Node, twin: Node | undefined): Node {
  if (node.op !== 'Reshape' || twin?.op !== 'Reshape') return node;
  const isFed = findDoubled(shapeOf(node.inputs[0]), shapeOf(twin.inputs[0])) !== undefined;
  const batchAxis = findDoubled(node.attributes.shape, twin.attributes.shape);
  if (!isFed || batchAxis === undefined) return node;
  return { ...node, attributes: { ...node.attributes, batchAxis } };
}

function shapeOf({ shape }: Value): Shape {
  return shape;
}

/** The one axis that is twice as long in the twin, all others being the same. */
function findDoubled(one: Shape, two: Shape): number | undefined {
  const axis = one.findIndex((size, index) => size !== two[index]);
  const isDoubled = axis >= 0 && isSameShape(one.with(axis, 2 * (one[axis] ?? 0)), two);
  return isDoubled ? axis : undefined;
}
