/** The graph that serves a trained model, for prediction and export alike. */
import { createGraphBuilder } from '../graph/builder.ts';
import { createExpressions } from '../graph/expressions.ts';
import type { Graph } from '../graph/ops.ts';
import { foldNormalization } from '../passes/fold-normalization.ts';
import { createInferenceScope } from './network.ts';
import { pictureSizeOf, type TrainableModel } from './trainable-model.ts';

/** Flat vectors in the order of the model's parameters and statistics (mean before variance). */
export interface TrainedValues {
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

type ServedModel = Pick<
  TrainableModel,
  'imageSize' | 'parameters' | 'statistics' | 'buildInference' | 'foldsNormalization'
>;

/** For one image: `images` uint8 `[1, h, w, 3]` to the model's outputs; the batch may be left open on writing. */
export function createInferenceGraph(
  model: ServedModel,
  values: TrainedValues,
  options: { readonly foldNormalization: boolean } = { foldNormalization: model.foldsNormalization ?? true },
): Graph {
  const { height, width } = pictureSizeOf(model);
  const e = createExpressions(createGraphBuilder(listNames(model)));
  const images = e.builder.input('images', 'uint8', [1, height, width, 3]);
  const scope = createInferenceScope(e, values.parameters, values.statistics);
  const outputs = [...model.buildInference(scope, images)].map(([name, value]) =>
    value.name === name ? value : e.builder.node('Identity', [value], {}, { outputs: [name] })[0],
  );
  const graph = e.builder.finish('serving', outputs);
  return options.foldNormalization ? foldNormalization(graph) : graph;
}

function listNames({ parameters, statistics }: ServedModel): ReadonlySet<string> {
  return new Set([
    ...parameters.map(({ name }) => name),
    ...statistics.flatMap(({ names }) => [names.mean, names.variance]),
  ]);
}
