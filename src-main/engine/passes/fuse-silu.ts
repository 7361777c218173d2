/** Puts one operation in the place of x * sigmoid(x), as exporters write SiLU: half the passes over memory. */
import type { Graph, Node, Value } from '../graph/ops.ts';
import { rebuildGraph } from './rebuild.ts';

export function fuseSilu(graph: Graph): Graph {
  const gates = new Map<Value, Value>();
  for (const node of graph.nodes) if (node.op === 'Sigmoid') gates.set(node.outputs[0], node.inputs[0]);
  return rebuildGraph(graph, (node, inputs, builder) => {
    const side = node.op === 'Mul' ? findGated(node, gates) : undefined;
    const x = side === undefined ? undefined : inputs[side];
    return x && builder.node('QuickGelu', [x], { alpha: 1 }, { node: node.name });
  });
}

/** Which operand of the product is gated by its own sigmoid, the other operand. */
function findGated({ inputs: [a, b] }: Node<'Mul'>, gates: ReadonlyMap<Value, Value>): 0 | 1 | undefined {
  if (gates.get(b) === a) return 0;
  return gates.get(a) === b ? 1 : undefined;
}
