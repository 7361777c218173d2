/** The order in which nodes can be read: some converters append what they add, and onnxruntime does not mind. */
import type { OnnxGraph, OnnxNode } from './model.ts';

/** As they are where each reads only what stands before it; nodes in a cycle stay at the end. */
export function orderNodes(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  const makers = new Map<string, number>();
  nodes.forEach(({ outputs }, index) => {
    for (const name of outputs) if (name !== '') makers.set(name, index);
  });
  const sources = nodes.map((node) => listSources(node, makers));
  if (sources.every((before, index) => before.every((at) => at < index))) return nodes;
  const readers: number[][] = nodes.map(() => []);
  const waiting = sources.map((before, index) => {
    for (const at of before) readers[at]?.push(index);
    return before.length;
  });
  const order = nodes.flatMap((_, index) => (waiting[index] === 0 ? [index] : []));
  for (const made of order) {
    for (const reader of readers[made] ?? []) {
      waiting[reader] = (waiting[reader] ?? 0) - 1;
      if (waiting[reader] === 0) order.push(reader);
    }
  }
  const placed = new Set(order);
  const rest = nodes.flatMap((_, index) => (placed.has(index) ? [] : [index]));
  return [...order, ...rest].flatMap((index) => nodes[index] ?? []);
}

/** The nodes that make what a node reads, also in the graphs inside it. */
function listSources(node: OnnxNode, makers: ReadonlyMap<string, number>): readonly number[] {
  const found = new Set<number>();
  const visit = ({ inputs, attributes }: OnnxNode): void => {
    for (const name of inputs) {
      const at = makers.get(name);
      if (at !== undefined) found.add(at);
    }
    for (const attribute of attributes.values()) if (attribute.kind === 'graph') visitGraph(attribute.value);
  };
  const visitGraph = (graph: OnnxGraph): void => {
    for (const inner of graph.nodes) visit(inner);
    for (const { name } of graph.outputs) visit({ ...node, inputs: [name], attributes: new Map() });
  };
  visit(node);
  return [...found];
}
