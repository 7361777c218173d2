/** Computes at build time what depends on constants alone. */
import { evaluate } from '../graph/evaluate.ts';
import type { Graph } from '../graph/ops.ts';
import { countElements } from '../graph/tensor.ts';
import { rebuildGraph } from './rebuild.ts';

/** Results above this are left for the runtime: folding must not make the file large. */
const largestResult = 4096;

/** Replaces nodes of constant inputs by constants, where the operation is one that `evaluate` knows. */
export function foldConstants(graph: Graph): Graph {
  return rebuildGraph(graph, (node, inputs, builder) => {
    const constants = inputs.map((input) => builder.findConstant(input));
    const tensors = constants.filter((tensor) => tensor !== undefined);
    const outputs = [...node.outputs];
    const isOutput = graph.outputs.some((value) => outputs.some((own) => own === value));
    if (isOutput || tensors.length < inputs.length || tensors.length === 0) return undefined;
    if (outputs.some(({ shape }) => countElements(shape) > largestResult)) return undefined;
    const results = evaluate({ op: node.op, attributes: node.attributes, inputs: tensors, outputs });
    return results?.map((result) => builder.constant(result));
  });
}
