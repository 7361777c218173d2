/** Tells a network from its loss: only the network is computed in half precision where training is mixed. */
import { listInputs, type Node, type Value } from '../graph/ops.ts';

/**
 * The nodes that lead to the last use of a parameter, or are one: what comes after, boxes and the loss, is none.
 * @param nodes of the forward pass and the loss, in order @param parameters the network's, as the graph cuts them
 * @param isConstant tells constants from what is computed
 */
export function listNetworkNodes(
  nodes: readonly Node[],
  parameters: readonly Value[],
  isConstant: (value: Value) => boolean,
): ReadonlySet<Node> {
  const weights = new Set(parameters);
  const network = new Set<Node>();
  const wanted = new Set<Value>();
  for (const node of nodes) {
    const inputs = listInputs(node);
    if (!inputs.some((input) => weights.has(input))) continue;
    if (inputs.every((input) => weights.has(input) || isConstant(input))) {
      for (const output of node.outputs) weights.add(output);
    } else for (const output of node.outputs) wanted.add(output);
  }
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output: Value) => wanted.has(output))) continue;
    network.add(node);
    for (const input of listInputs(node)) wanted.add(input);
  }
  return network;
}
