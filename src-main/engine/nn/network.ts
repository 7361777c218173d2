/** Networks written once, built three ways: to list their parameters, to train them, to run them. */
import { createGraphBuilder } from '../graph/builder.ts';
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Graph, Value } from '../graph/ops.ts';
import { countElements, createTensor, type Shape } from '../graph/tensor.ts';
import { dropOut } from './dropout.ts';

/** How a parameter starts: `he` is normal with variance 2 / fan-in (He et al. 2015), `linear` uniform within 1 / √fan-in. */
export type Initialization = 'he' | 'linear' | 'zeros' | 'ones' | { readonly constant: number };

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
  readonly names: NormalizationNames;
}

/** What a network is written against; each method adds to the graph under construction. */
export interface NetworkScope {
  readonly e: Expressions;
  parameter(spec: ParameterSpec): Value;
  /** Batch normalization: of the batch's own statistics in training, of the running ones else. */
  normalize(name: string, x: Value, options?: NormalizationOptions): Value;
  /** In training zeros for a share of the elements, drawn anew each step; nothing else. */
  dropout(x: Value, ratio: number): Value;
}

export interface NormalizationOptions {
  /** Of the scale; ones if absent. */
  readonly initialization?: Initialization;
  /** 1e-5 if absent. */
  readonly epsilon?: number;
  /** What a foreign file calls them; `<name>.scale` and so on if absent. */
  readonly names?: NormalizationNames;
}

export interface NormalizationNames {
  readonly scale: string;
  readonly shift: string;
  readonly mean: string;
  readonly variance: string;
}

/** From pixels `[n, 3, h, w]`, scaled, to logits `[n, classes]`. */
export type Network = (scope: NetworkScope, pixels: Value) => Value;

const normalizationEpsilon = 1e-5;

export interface NetworkOutline {
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  /** The network with its parameters as inputs, for one image. */
  readonly graph: Graph;
}

/**
 * Lists a network's parameters and statistics in the order in which it uses them.
 * @param pixels the shape of its input, or the side of a square picture
 * @param reserved names of parameters that a file has numbered
 */
export function outlineNetwork(
  network: Network,
  pixels: number | Shape,
  reserved: ReadonlySet<string> = new Set(),
): NetworkOutline {
  const e = createExpressions(createGraphBuilder(reserved));
  const parameters: ParameterSpec[] = [];
  const statistics: StatisticSpec[] = [];
  const scope: NetworkScope = {
    e,
    parameter: (spec) => {
      parameters.push(spec);
      return e.builder.input(spec.name, 'float32', spec.shape);
    },
    normalize: (name, x, options = {}) => {
      const channels = x.shape[1] ?? 0;
      const { names = nameNormalization(name) } = options;
      statistics.push({ name, channels, names });
      const [scale, shift] = affineParameters(scope, name, channels, options);
      const mean = e.builder.input(names.mean, 'float32', [channels]);
      const variance = e.builder.input(names.variance, 'float32', [channels]);
      const inputs = [x, scale, shift, mean, variance] as const;
      return e.builder.node('BatchNormalization', inputs, {
        epsilon: options.epsilon ?? normalizationEpsilon,
      })[0];
    },
    dropout: (x, ratio) => e.builder.node('Dropout', [x], { ratio })[0],
  };
  const shape = typeof pixels === 'number' ? [1, 3, pixels, pixels] : pixels;
  const logits = network(scope, e.builder.input('pixels', 'float32', shape));
  return { parameters, statistics, graph: e.builder.finish('outline', [logits]) };
}

export interface TrainingScope {
  readonly scope: NetworkScope;
  /** The flat pieces of the parameter vector that the network uses, in its order, once the network is built. */
  listPieces(): readonly Value[];
  /**
   * The batch statistics of all layers in the order of the outline, mean before variance, once the network is built;
   * undefined for a layer whose running statistics stay.
   */
  listBatchStatistics(): readonly (Value | undefined)[];
  /** Whether the network drops elements: the graph then has the step's `dropoutKey` as an input. */
  hasDropout(): boolean;
}

/**
 * Parameters and running statistics are cut from flat vectors, in the order of the outline.
 * @param statistics undefined for a network without normalizations
 * @param isFrozen of the name of a normalization's scale: whether it takes its running statistics, as in service
 */
export function createTrainingScope(
  e: Expressions,
  parameters: Value,
  statistics: Value | undefined,
  isFrozen: (scaleName: string) => boolean = () => false,
): TrainingScope {
  const pieces: Value[] = [];
  const batchStatistics: (Value | undefined)[] = [];
  let key: Value | undefined;
  let layerCount = 0;
  const cutParameter = createSlicer(e, parameters);
  const cutStatistic = createSlicer(e, statistics);
  const scope: NetworkScope = {
    e,
    parameter: ({ shape }) => {
      const piece = cutParameter(countElements(shape));
      pieces.push(piece);
      return e.reshape(piece, shape);
    },
    normalize: (name, x, options = {}) => {
      const channels = x.shape[1] ?? 0;
      const [scale, shift] = affineParameters(scope, name, channels, options);
      const inputs = [x, scale, shift, cutStatistic(channels), cutStatistic(channels)] as const;
      const attributes = { epsilon: options.epsilon ?? normalizationEpsilon };
      const { names = nameNormalization(name) } = options;
      if (isFrozen(names.scale)) {
        batchStatistics.push(undefined, undefined);
        return e.builder.node('BatchNormalization', inputs, attributes)[0];
      }
      const [y, mean, variance] = e.builder.node('BatchNormalizationTraining', inputs, attributes);
      batchStatistics.push(mean, variance);
      return y;
    },
    dropout: (x, ratio) => {
      key ??= e.builder.input('dropoutKey', 'float32', [1]);
      return dropOut(e, x, { ratio, key, layer: layerCount++ });
    },
  };
  return {
    scope,
    listPieces: () => pieces,
    listBatchStatistics: () => batchStatistics,
    hasDropout: () => key !== undefined,
  };
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
    normalize: (name, x, options = {}) => {
      const channels = x.shape[1] ?? 0;
      const [scale, shift] = affineParameters(scope, name, channels, options);
      const { names = nameNormalization(name) } = options;
      const mean = constant(names.mean, [channels], takeStatistic(channels));
      const variance = constant(names.variance, [channels], takeStatistic(channels));
      const inputs = [x, scale, shift, mean, variance] as const;
      return e.builder.node('BatchNormalization', inputs, {
        epsilon: options.epsilon ?? normalizationEpsilon,
      })[0];
    },
    dropout: (x, ratio) => e.builder.node('Dropout', [x], { ratio })[0],
  };
  return scope;
}

function affineParameters(
  scope: NetworkScope,
  name: string,
  channels: number,
  { initialization = 'ones', names = nameNormalization(name) }: NormalizationOptions,
): readonly [scale: Value, shift: Value] {
  const shape = [channels];
  return [
    scope.parameter({ name: names.scale, shape, initialization, decays: false }),
    scope.parameter({ name: names.shift, shape, initialization: 'zeros', decays: false }),
  ];
}

function nameNormalization(name: string): NormalizationNames {
  return {
    scale: `${name}.scale`,
    shift: `${name}.shift`,
    mean: `${name}.mean`,
    variance: `${name}.variance`,
  };
}

function createSlicer(e: Expressions, vector: Value | undefined): (length: number) => Value {
  let offset = 0;
  return (length) => {
    if (!vector) throw new Error('bug: a normalization that the outline does not have');
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
