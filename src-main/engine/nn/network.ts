/** Networks written once, built three ways: to list their parameters, to train them, to run them. */
import { createGraphBuilder } from '../graph/builder.ts';
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Graph, Value } from '../graph/ops.ts';
import { countElements, createTensor, type Shape } from '../graph/tensor.ts';

/** How a parameter starts: `he` is normal with variance 2 / fan-in (He et al. 2015), `linear` uniform within 1 / √fan-in. */
export type Initialization = 'he' | 'linear' | 'zeros' | 'ones';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initialization: Initialization;
  /** Weight decay applies: true for weights, false for biases and normalization. */
  readonly decays: boolean;
}

/** A normalization layer's running mean and variance. */
export interface StatisticSpec {
  readonly name: string;
  readonly channels: number;
}

/** What a network is written against; each method adds to the graph under construction. */
export interface NetworkScope {
  readonly e: Expressions;
  parameter(spec: ParameterSpec): Value;
  /** Batch normalization: of the batch's own statistics in training, of the running ones else. */
  normalize(name: string, x: Value, initialization?: Initialization): Value;
}

/** From pixels `[n, 3, h, w]`, scaled, to logits `[n, classes]`. */
export type Network = (scope: NetworkScope, pixels: Value) => Value;

export const normalizationEpsilon = 1e-5;

export interface NetworkOutline {
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  /** The network with its parameters as inputs, for one image. */
  readonly graph: Graph;
}

/** Lists a network's parameters and statistics in the order in which it uses them. */
export function outlineNetwork(network: Network, imageSize: number): NetworkOutline {
  const e = createExpressions(createGraphBuilder());
  const parameters: ParameterSpec[] = [];
  const statistics: StatisticSpec[] = [];
  const scope: NetworkScope = {
    e,
    parameter: (spec) => {
      parameters.push(spec);
      return e.builder.input(spec.name, 'float32', spec.shape);
    },
    normalize: (name, x, initialization) => {
      const channels = x.shape[1] ?? 0;
      statistics.push({ name, channels });
      const [scale, shift] = affineParameters(scope, name, channels, initialization);
      const mean = e.builder.input(`${name}.mean`, 'float32', [channels]);
      const variance = e.builder.input(`${name}.variance`, 'float32', [channels]);
      const inputs = [x, scale, shift, mean, variance] as const;
      return e.builder.node('BatchNormalization', inputs, { epsilon: normalizationEpsilon })[0];
    },
  };
  const logits = network(scope, e.builder.input('pixels', 'float32', [1, 3, imageSize, imageSize]));
  return { parameters, statistics, graph: e.builder.finish('outline', [logits]) };
}

export interface TrainingScope {
  readonly scope: NetworkScope;
  /** The flat pieces of the parameter vector that the network uses, in its order, once the network is built. */
  listPieces(): readonly Value[];
  /** The batch statistics of all layers in the order of the outline, mean before variance, once the network is built. */
  listBatchStatistics(): readonly Value[];
}

/** Parameters and running statistics are cut from flat vectors, in the order of the outline. */
export function createTrainingScope(e: Expressions, parameters: Value, statistics: Value): TrainingScope {
  const pieces: Value[] = [];
  const batchStatistics: Value[] = [];
  const cutParameter = createSlicer(e, parameters);
  const cutStatistic = createSlicer(e, statistics);
  const scope: NetworkScope = {
    e,
    parameter: ({ shape }) => {
      const piece = cutParameter(countElements(shape));
      pieces.push(piece);
      return e.reshape(piece, shape);
    },
    normalize: (name, x, initialization) => {
      const channels = x.shape[1] ?? 0;
      const [scale, shift] = affineParameters(scope, name, channels, initialization);
      const inputs = [x, scale, shift, cutStatistic(channels), cutStatistic(channels)] as const;
      const attributes = { epsilon: normalizationEpsilon };
      const [y, mean, variance] = e.builder.node('BatchNormalizationTraining', inputs, attributes);
      batchStatistics.push(mean, variance);
      return y;
    },
  };
  return { scope, listPieces: () => pieces, listBatchStatistics: () => batchStatistics };
}

/** Parameters and running statistics are constants, cut from flat arrays in the order of the outline. */
export function createInferenceScope(
  e: Expressions,
  parameters: Float32Array,
  statistics: Float32Array,
): NetworkScope {
  const takeParameter = createCutter(parameters);
  const takeStatistic = createCutter(statistics);
  const constant = (name: string, shape: Shape, elements: Float32Array) =>
    e.builder.constant(createTensor('float32', shape, elements), name);
  const scope: NetworkScope = {
    e,
    parameter: ({ name, shape }) => constant(name, shape, takeParameter(countElements(shape))),
    normalize: (name, x, initialization) => {
      const channels = x.shape[1] ?? 0;
      const [scale, shift] = affineParameters(scope, name, channels, initialization);
      const mean = constant(`${name}.mean`, [channels], takeStatistic(channels));
      const variance = constant(`${name}.variance`, [channels], takeStatistic(channels));
      const inputs = [x, scale, shift, mean, variance] as const;
      return e.builder.node('BatchNormalization', inputs, { epsilon: normalizationEpsilon })[0];
    },
  };
  return scope;
}

function affineParameters(
  scope: NetworkScope,
  name: string,
  channels: number,
  initialization: Initialization = 'ones',
): readonly [scale: Value, shift: Value] {
  const shape = [channels];
  return [
    scope.parameter({ name: `${name}.scale`, shape, initialization, decays: false }),
    scope.parameter({ name: `${name}.shift`, shape, initialization: 'zeros', decays: false }),
  ];
}

function createSlicer(e: Expressions, vector: Value): (length: number) => Value {
  let offset = 0;
  return (length) => {
    offset += length;
    return e.sliceAxis(vector, 0, offset - length, offset);
  };
}

function createCutter(values: Float32Array): (length: number) => Float32Array {
  let offset = 0;
  return (length) => {
    const part = values.slice(offset, offset + length);
    offset += length;
    return part;
  };
}
