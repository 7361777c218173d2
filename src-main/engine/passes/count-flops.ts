/** The arithmetic of a graph. */
import type { Graph, Node } from '../graph/ops.ts';
import { countElements, sizeOf } from '../graph/tensor.ts';

/** Floating-point operations of the convolutions and matrix products, a multiply-add counted as two. */
export function countGraphFlops(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + countNodeFlops(node), 0);
}

function countNodeFlops(node: Node): number {
  switch (node.op) {
    case 'Conv':
      return 2 * countElements(node.outputs[0].shape) * countElements(node.inputs[1].shape.slice(1));
    case 'ConvTranspose':
      return 2 * countElements(node.inputs[0].shape) * countElements(node.inputs[1].shape.slice(1));
    case 'MatMul':
      return 2 * countElements(node.outputs[0].shape) * sizeOf(node.inputs[0].shape, -1);
    case 'Gemm':
      return (
        2 *
        countElements(node.outputs[0].shape) *
        sizeOf(node.inputs[0].shape, node.attributes.transA ? 0 : 1)
      );
    default:
      return 0;
  }
}
