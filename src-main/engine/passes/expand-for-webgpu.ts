/** Writes out what WebGPU has no kernel for in onnxruntime 1.30: each such node would move its tensors to the CPU and back. */
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Graph, Node, Value } from '../graph/ops.ts';
import { expandNormalization } from './expand-normalization.ts';
import { rebuildGraph } from './rebuild.ts';

/** Training graphs are full of signs: the gradients of Relu and its kin are made of them. */
export function expandForWebGpu(graph: Graph): Graph {
  return rebuildGraph(expandNormalization(graph), (node, [x], builder) => {
    return x && expandNode(createExpressions(builder), node, x);
  });
}

function expandNode(e: Expressions, node: Node, x: Value): readonly Value[] | undefined {
  if (!x.dtype.startsWith('float')) return undefined;
  switch (node.op) {
    case 'Sign':
      return [e.sub(compare(e, 'Greater', x), compare(e, 'Less', x))];
    case 'LogSoftmax':
      return [logSoftmax(e, x, node.attributes.axis)];
    default:
      return undefined;
  }
}

/** 1 where x is above (or below) zero, else 0. */
function compare(e: Expressions, op: 'Greater' | 'Less', x: Value): Value {
  return e.cast(e.builder.node(op, [x, e.scalar(0, x.dtype)], {})[0], x.dtype);
}

/** x - max - log Σ exp(x - max) */
function logSoftmax(e: Expressions, x: Value, axis: number): Value {
  const [largest] = e.builder.node('ReduceMax', [x], { axes: [axis], keepDims: true });
  const below = e.sub(x, largest);
  return e.sub(below, e.unary('Log', e.sum(e.unary('Exp', below), [axis], true)));
}
