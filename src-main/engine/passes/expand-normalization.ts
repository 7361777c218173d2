/** Writes batch normalization in training out in simpler operations, for providers that lack it (WebGPU in 1.30). */
import { createExpressions, type Expressions, nonChannelAxes } from '../graph/expressions.ts';
import type { Graph, Node, Value } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import { rebuildGraph } from './rebuild.ts';

/** mean = E x, variance = E (x - mean)², then the frozen normalization with these. */
export function expandNormalization(graph: Graph): Graph {
  return rebuildGraph(graph, (node, inputs, builder) => {
    if (node.op !== 'BatchNormalizationTraining') return undefined;
    return expandOne(createExpressions(builder), node, inputs);
  });
}

function expandOne(
  e: Expressions,
  node: Node<'BatchNormalizationTraining'>,
  inputs: readonly Value[],
): readonly Value[] {
  const [x, scale, shift] = inputs;
  if (!x || !scale || !shift) throw new Error(`bug: ${node.name} lacks an input`);
  const axes = nonChannelAxes(x);
  const wideMean = e.mean(x, axes, true);
  const centred = e.sub(x, wideMean);
  const channels = sizeOf(x.shape, 1);
  const mean = e.reshape(wideMean, [channels]);
  const variance = e.reshape(e.mean(e.mul(centred, centred), axes, true), [channels]);
  const { epsilon } = node.attributes;
  const [y] = e.builder.node('BatchNormalization', [x, scale, shift, mean, variance], { epsilon });
  return [y, mean, variance];
}
