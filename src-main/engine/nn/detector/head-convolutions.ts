/** The last convolutions of a detector, by which its levels, box numbers and classes can be told. */
import { type Graph, listInputs, type Node, type Value } from '../../graph/ops.ts';
import type { ForeignLayout } from './foreign-layout.ts';

/** From the outputs back, in the order of operands, to the first 1 × 1 convolutions with a level's height and width. */
export function listHeadConvolutions(
  graph: Graph,
  { strides, imageSize }: Pick<ForeignLayout, 'strides' | 'imageSize'>,
): readonly Node<'Conv'>[] {
  const makers = new Map<Value, Node>();
  for (const node of graph.nodes)
    for (const output of node.outputs as readonly Value[]) makers.set(output, node);
  const sizes = new Set(strides.map((stride) => imageSize / stride));
  const found: Node<'Conv'>[] = [];
  const seen = new Set<Value>();
  const visit = (value: Value): void => {
    const node = makers.get(value);
    if (!node || seen.has(value)) return;
    seen.add(value);
    if (node.op === 'Conv' && isPointwise(node, graph) && isSquare(node.outputs[0], sizes)) {
      found.push(node);
      return;
    }
    for (const input of listInputs(node)) visit(input);
  };
  for (const output of graph.outputs) visit(output);
  return found;
}

function isPointwise({ inputs: [, w], attributes: { group } }: Node<'Conv'>, graph: Graph): boolean {
  return graph.initializers.has(w) && group === 1 && w.shape[2] === 1 && w.shape[3] === 1;
}

function isSquare({ shape }: Value, sizes: ReadonlySet<number>): boolean {
  return shape[2] === shape[3] && sizes.has(shape[2] ?? 0);
}
