/** The graph that serves a trained classifier, for prediction and export alike. */
import { createGraphBuilder } from '../graph/builder.ts';
import { createExpressions } from '../graph/expressions.ts';
import type { Graph } from '../graph/ops.ts';
import { foldNormalization } from '../passes/fold-normalization.ts';
import type { Classifier } from './classifier.ts';
import { createInferenceScope } from './network.ts';
import { scalePixels } from './pixels.ts';

/** Flat vectors in the order of the classifier's parameters and statistics (mean before variance). */
export interface TrainedValues {
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

/** For one image: `images` uint8 `[1, h, w, 3]` to `probabilities` `[1, classes]`; the batch may be left open on writing. */
export function createInferenceGraph(
  model: Pick<Classifier, 'network' | 'imageSize'>,
  values: TrainedValues,
  options: { readonly foldNormalization: boolean } = { foldNormalization: true },
): Graph {
  const { network, imageSize } = model;
  const e = createExpressions(createGraphBuilder());
  const images = e.builder.input('images', 'uint8', [1, imageSize, imageSize, 3]);
  const scope = createInferenceScope(e, values.parameters, values.statistics);
  const logits = network(scope, scalePixels(e, images));
  const [probabilities] = e.builder.node('Softmax', [logits], { axis: 1 }, { outputs: ['probabilities'] });
  const graph = e.builder.finish('classifier', [probabilities]);
  return options.foldNormalization ? foldNormalization(graph) : graph;
}
