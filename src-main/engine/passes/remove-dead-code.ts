/** Drops nodes and constants that no output needs. */
import { type Graph, listInputs, type Node, type Value } from '../graph/ops.ts';

export function removeDeadCode(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs);
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output: Value) => needed.has(output))) continue;
    nodes.push(node);
    for (const input of listInputs(node)) needed.add(input);
  }
  const initializers = new Map([...graph.initializers].filter(([value]) => needed.has(value)));
  return { ...graph, nodes: nodes.reverse(), initializers };
}
