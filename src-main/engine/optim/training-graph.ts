/** Composes forward pass, loss, gradients and update into the one graph that a training step runs. */
import { AppError } from '../../base/app-error.ts';
import { differentiate } from '../autodiff/differentiate.ts';
import { zeros } from '../autodiff/indexing.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Graph, Value } from '../graph/ops.ts';
import { countElements, createTensor, floatTensor, sizeOf } from '../graph/tensor.ts';
import { countParameters } from '../nn/classifier.ts';
import { softmaxCrossEntropy } from '../nn/losses.ts';
import { createTrainingScope, type Network, type ParameterSpec, type StatisticSpec } from '../nn/network.ts';
import { scalePixels } from '../nn/pixels.ts';
import { removeDeadCode } from '../passes/remove-dead-code.ts';
import { assertPatternsMatch, matchesPattern } from './name-pattern.ts';
import {
  clipGlobalNorm,
  computeAverageRate,
  createOptimizer,
  moveAverage,
  type Optimizer,
  type OptimizerOptions,
} from './optimizer.ts';

export interface TrainingGraphOptions {
  readonly network: Network;
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  readonly imageSize: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerOptions;
  readonly labelSmoothing: number;
}

/** A vector that goes into a step under its name and comes out under `<name>.next`. */
export interface StateVector {
  readonly name: string;
  readonly length: number;
}

/**
 * Inputs: `images` uint8 `[n, h, w, 3]`, `labels` int32 `[n]`, the scalars `[1]`, the state vectors.
 * Outputs: `loss` `[]`, `logits` `[n, classes]`, the next state vectors.
 */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly state: readonly StateVector[];
  /** Numbers to feed for the step with that 1-based number. */
  computeScalars(step: number, learningRate: number): ReadonlyMap<string, number>;
}

/** The share of a new batch in the running statistics, as in PyTorch. */
const statisticsMomentum = 0.1;

export function createTrainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const optimizer = createOptimizer(options.optimizer);
  const { emaDecay } = options.optimizer;
  const state = listState(options, optimizer.slots);
  return {
    graph: composeStep(options, optimizer, state),
    state,
    computeScalars: (step, learningRate) => {
      const values = optimizer.computeScalars(step, learningRate);
      const scalars = new Map(optimizer.scalars.map((name, index) => [name, values[index] ?? 0]));
      return emaDecay === undefined
        ? scalars
        : scalars.set('averageRate', computeAverageRate(emaDecay, step));
    },
  };
}

function composeStep(
  options: TrainingGraphOptions,
  optimizer: Optimizer,
  state: readonly StateVector[],
): Graph {
  const e = createExpressions(createGraphBuilder());
  const feeds = declareFeeds(e, options, optimizer, state);
  const parameters = get(feeds.vectors, 'parameters');
  const statistics = get(feeds.vectors, 'statistics');
  const training = createTrainingScope(e, parameters, statistics);
  const logits = options.network(training.scope, scalePixels(e, feeds.images));
  const loss = softmaxCrossEntropy(e, logits, feeds.labels, options.labelSmoothing);
  const nextStatistics = updateStatistics(e, statistics, training.listBatchStatistics(), options);
  const gradients = differentiateUnfrozen(e, loss, training.listPieces(), options);
  const next = updateParameters(e, options, optimizer, gradients, feeds).set('statistics', nextStatistics);
  if (options.optimizer.emaDecay !== undefined) {
    const current = e.concat([get(next, 'parameters'), nextStatistics], 0);
    const rate = get(feeds.scalars, 'averageRate');
    next.set('average', moveAverage(e, get(feeds.vectors, 'average'), current, rate));
  }
  const outputs = [
    named(e, loss, 'loss'),
    named(e, logits, 'logits'),
    ...state.map(({ name }) => named(e, get(next, name), `${name}.next`)),
  ];
  return removeDeadCode(e.builder.finish('training-step', outputs));
}

interface Feeds {
  readonly images: Value;
  readonly labels: Value;
  readonly scalars: ReadonlyMap<string, Value>;
  readonly vectors: ReadonlyMap<string, Value>;
}

function declareFeeds(
  e: Expressions,
  { imageSize, batchSize, optimizer: { emaDecay } }: TrainingGraphOptions,
  optimizer: Optimizer,
  state: readonly StateVector[],
): Feeds {
  const scalars = emaDecay === undefined ? optimizer.scalars : [...optimizer.scalars, 'averageRate'];
  return {
    images: e.builder.input('images', 'uint8', [batchSize, imageSize, imageSize, 3]),
    labels: e.builder.input('labels', 'int32', [batchSize]),
    scalars: new Map(scalars.map((name) => [name, e.builder.input(name, 'float32', [1])])),
    vectors: new Map(state.map(({ name, length }) => [name, e.builder.input(name, 'float32', [length])])),
  };
}

/** Numbers of running statistics: a mean and a variance for each channel of each normalization. */
export function countStatistics(statistics: readonly StatisticSpec[]): number {
  return statistics.reduce((sum, { channels }) => sum + 2 * channels, 0);
}

function listState(options: TrainingGraphOptions, slots: readonly string[]): StateVector[] {
  const parameters = countParameters(options.parameters);
  const statistics = countStatistics(options.statistics);
  return [
    { name: 'parameters', length: parameters },
    { name: 'statistics', length: statistics },
    ...slots.map((name) => ({ name, length: parameters })),
    ...(options.optimizer.emaDecay === undefined
      ? []
      : [{ name: 'average', length: parameters + statistics }]),
  ];
}

/** Gradients of the pieces laid end to end are the flat vector's gradient: clipped, then the optimizer's update. */
function updateParameters(
  e: Expressions,
  options: TrainingGraphOptions,
  optimizer: Optimizer,
  gradients: readonly Value[],
  { vectors, scalars }: Feeds,
): Map<string, Value> {
  const { clipNorm, weightDecay } = options.optimizer;
  const gradient = e.concat(gradients, 0);
  const update = optimizer.update(e, {
    parameters: get(vectors, 'parameters'),
    gradient: clipNorm === undefined ? gradient : clipGlobalNorm(e, gradient, clipNorm),
    decay: e.constant(createDecayVector(options.parameters, weightDecay)),
    slots: optimizer.slots.map((name) => get(vectors, name)),
    scalars: optimizer.scalars.map((name) => get(scalars, name)),
    ...listMultiplier(e, options),
  });
  const slots = optimizer.slots.map((name, index) => [name, update.slots[index]] as const);
  const present = slots.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  return new Map<string, Value>([['parameters', update.parameters], ...present]);
}

/** Frozen parameters have zeros for gradients, so that they neither cost anything nor count for clipping. */
function differentiateUnfrozen(
  e: Expressions,
  loss: Value,
  pieces: readonly Value[],
  { parameters, optimizer: { frozen = [] } }: TrainingGraphOptions,
): readonly Value[] {
  assertPatternsMatch(frozen, listNames(parameters));
  const isFrozen = parameters.map(({ name }) => frozen.some((pattern) => matchesPattern(name, pattern)));
  const open = pieces.filter((_, index) => !isFrozen[index]);
  if (open.length === 0) throw new AppError('GRAPH_NOT_TRAINABLE', 'every parameter is frozen');
  const found = new Map(differentiate(e, loss, open).map((gradient, index) => [open[index], gradient]));
  return pieces.map((piece) => found.get(piece) ?? zeros(e, piece.shape));
}

/** Learning rate factors of all parameters, 0 where frozen so that decay and momentum leave them too. */
function listMultiplier(
  e: Expressions,
  { parameters, optimizer: { rateMultipliers = [], frozen = [] } }: TrainingGraphOptions,
): { readonly multiplier?: Value } {
  if (rateMultipliers.length === 0 && frozen.length === 0) return {};
  const patterns = rateMultipliers.map(({ pattern }) => pattern);
  assertPatternsMatch(patterns, listNames(parameters));
  const factorOf = (name: string) => {
    if (frozen.some((pattern) => matchesPattern(name, pattern))) return 0;
    return rateMultipliers.find(({ pattern }) => matchesPattern(name, pattern))?.factor ?? 1;
  };
  const factors = parameters.flatMap(({ name, shape }) =>
    Array<number>(countElements(shape)).fill(factorOf(name)),
  );
  return { multiplier: e.constant(floatTensor(factors)) };
}

function listNames(parameters: readonly ParameterSpec[]): string[] {
  return parameters.map(({ name }) => name);
}

function createDecayVector(parameters: readonly ParameterSpec[], weightDecay: number) {
  const decay = new Float32Array(countParameters(parameters));
  let offset = 0;
  for (const { shape, decays } of parameters) {
    const end = offset + countElements(shape);
    if (decays) decay.fill(weightDecay, offset, end);
    offset = end;
  }
  return createTensor('float32', [decay.length], decay);
}

/**
 * running ← 0.9 running + 0.1 batch, with the batch's variance divided by m - 1 instead of m
 * (m elements a channel), as PyTorch does.
 */
function updateStatistics(
  e: Expressions,
  running: Value,
  batchStatistics: readonly Value[],
  options: TrainingGraphOptions,
): Value {
  const rates = new Float32Array(countStatistics(options.statistics));
  let offset = 0;
  batchStatistics.forEach((value, index) => {
    const length = sizeOf(value.shape, 0);
    const isVariance = index % 2 === 1;
    rates.fill(statisticsMomentum * (isVariance ? unbiased(e, value) : 1), offset, offset + length);
    offset += length;
  });
  const fresh = e.mul(
    e.concat(batchStatistics, 0),
    e.constant(createTensor('float32', [rates.length], rates)),
  );
  return e.add(e.mul(running, 1 - statisticsMomentum), fresh);
}

/** m / (m - 1) for the normalization that made the variance. */
function unbiased(e: Expressions, variance: Value): number {
  const maker = e.builder.nodes.find((node) => node.outputs.some((output: Value) => output === variance));
  if (maker?.op !== 'BatchNormalizationTraining') throw new Error('bug: a variance of unknown origin');
  const [x] = maker.inputs;
  const count = countElements(x.shape) / sizeOf(x.shape, 1);
  return count / Math.max(1, count - 1);
}

function named(e: Expressions, value: Value, name: string): Value {
  return e.builder.node('Identity', [value], {}, { outputs: [name] })[0];
}

function get<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`bug: no ${name} in the training graph`);
  return value;
}
