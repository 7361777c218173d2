/** Composes forward pass, loss, gradients and update into the one graph that a training step runs. */
import { AppError } from '../../base/app-error.ts';
import { type ConvolutionForms, formsByRule } from '../autodiff/convolution-forms.ts';
import { differentiate, type GradientListener } from '../autodiff/differentiate.ts';
import { zeros } from '../autodiff/indexing.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Graph, Value } from '../graph/ops.ts';
import { countElements, createTensor, floatTensor, type Shape } from '../graph/tensor.ts';
import { countParameters } from '../nn/classifier.ts';
import { drawDropoutKey } from '../nn/dropout.ts';
import { createTrainingScope, type ParameterSpec } from '../nn/network.ts';
import type { FeedSpec, TrainableModel } from '../nn/trainable-model.ts';
import { removeDeadCode } from '../passes/remove-dead-code.ts';
import { scalingState } from './loss-scaling.ts';
import { type MixedPrecision, mixPrecision, singlePrecision } from './mixed-precision.ts';
import { assertPatternsMatch, matchesPattern } from './name-pattern.ts';
import {
  clipGlobalNorm,
  computeAverageRate,
  createOptimizer,
  globalNorm,
  moveAverage,
  type Optimizer,
  type OptimizerOptions,
} from './optimizer.ts';
import { countStatistics, updateStatistics } from './running-statistics.ts';

export interface TrainingGraphOptions {
  readonly model: TrainingSubject;
  /** Samples of each step. */
  readonly batchSize: number;
  /** Pieces in which a step is done, a divisor of the batch size; 1 if absent. */
  readonly accumulate?: number;
  readonly optimizer: OptimizerOptions;
  /** Of what dropout draws; 0 if absent. */
  readonly seed?: number;
  /** In which the gradients of convolutions are written; by rule if absent. */
  readonly forms?: ConvolutionForms;
  /**
   * Automatic mixed precision: the network's products and what lies between them in half precision, the loss scaled;
   * statistics, loss, state and update stay in float32. False if absent.
   */
  readonly amp?: boolean;
  /** With amp: products that sum more elements stay in float32, for kernels that add in half precision; no limit if absent. */
  readonly longestHalfSum?: number;
}

type TrainingSubject = Pick<TrainableModel, 'parameters' | 'statistics' | 'listFeeds' | 'buildLoss'>;

/** A vector that goes into a step under its name and comes out under `<name>.next`. */
export interface StateVector {
  readonly name: string;
  readonly length: number;
}

/**
 * One piece of a step. Inputs: the model's feeds, the scalars `[1]`, the state vectors. Outputs: `loss` `[]`,
 * `gradientNorm` `[1]` of the pieces so far, with amp the `usedScale` `[1]`, the model's results, the next
 * state vectors.
 */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly feeds: readonly FeedSpec[];
  /** Shapes of `loss`, `gradientNorm` and of the model's results. */
  readonly results: ReadonlyMap<string, Shape>;
  readonly state: readonly StateVector[];
  /** Numbers to feed for a piece (0-based) of the step with that 1-based number. */
  computeScalars(step: number, learningRate: number, piece: number): ReadonlyMap<string, number>;
}

/** The sum of the gradients of a step's pieces so far, zeros between steps: no part of what is saved. */
export const gradientSum = 'gradientSum';

export function createTrainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const { seed = 0, accumulate = 1 } = options;
  const optimizer = createOptimizer(options.optimizer);
  const { emaDecay } = options.optimizer;
  const state = listState(options, optimizer.slots);
  const { hasDropout, ...composed } = composeStep(options, optimizer, state);
  return {
    ...composed,
    feeds: listPieceFeeds(options),
    state,
    computeScalars: (step, learningRate, piece) => {
      const values = optimizer.computeScalars(step, learningRate);
      const scalars = new Map(optimizer.scalars.map((name, index) => [name, values[index] ?? 0]));
      if (hasDropout) scalars.set('dropoutKey', drawDropoutKey(seed, (step - 1) * accumulate + piece + 1));
      if (accumulate > 1) scalars.set('isLast', Number(piece === accumulate - 1));
      if (emaDecay !== undefined) scalars.set('averageRate', computeAverageRate(emaDecay, step));
      return scalars;
    },
  };
}

function listPieceFeeds({ model, batchSize, accumulate = 1 }: TrainingGraphOptions): readonly FeedSpec[] {
  if (!Number.isInteger(batchSize / accumulate)) {
    throw new AppError(
      'GRAPH_INVALID',
      `a batch of ${batchSize} samples cannot be done in ${accumulate} equal pieces`,
    );
  }
  return model.listFeeds(batchSize / accumulate);
}

function composeStep(
  options: TrainingGraphOptions,
  optimizer: Optimizer,
  state: readonly StateVector[],
): Pick<TrainingGraph, 'graph' | 'results'> & { readonly hasDropout: boolean } {
  const e = createExpressions(createGraphBuilder());
  const feeds = declareFeeds(e, options, optimizer, state);
  const statistics = feeds.vectors.get('statistics');
  const training = createTrainingScope(
    e,
    get(feeds.vectors, 'parameters'),
    statistics,
    findFrozenStatistics(options.optimizer),
  );
  const { loss, results } = options.model.buildLoss(training.scope, feeds.model);
  const precision = choosePrecision(e, options, training.listPieces(), loss, feeds);
  const nextStatistics =
    statistics && updateStatistics(e, statistics, training.listBatchStatistics(), options.model.statistics);
  const scaledLoss = precision.scaleLoss(loss);
  const pieces = differentiateUnfrozen(e, scaledLoss, training.listPieces(), options, precision.onGradients);
  const gradient = addToSum(e, precision.unscale(e.concat(pieces, 0)), feeds, options);
  const gradientNorm = globalNorm(e, gradient);
  const next = updateParameters(e, options, optimizer, { gradient, gradientNorm }, feeds);
  if (nextStatistics) next.set('statistics', nextStatistics);
  if (options.optimizer.emaDecay !== undefined) {
    const current = e.concat([get(next, 'parameters'), ...(nextStatistics ? [nextStatistics] : [])], 0);
    const rate = get(feeds.scalars, 'averageRate');
    next.set('average', moveAverage(e, get(feeds.vectors, 'average'), current, rate));
  }
  precision.skipBadStep(next, feeds.vectors, gradientNorm);
  holdBack(e, next, gradient, feeds, options);
  const returned = new Map([
    ['loss', loss],
    ['gradientNorm', gradientNorm],
    ...precision.results,
    ...results,
  ]);
  const outputs = [
    ...[...returned].map(([name, value]) => named(e, value, name)),
    ...state.map(({ name }) => named(e, get(next, name), `${name}.next`)),
  ];
  return {
    graph: precision.halve(removeDeadCode(e.builder.finish('training-step', outputs))),
    results: new Map([...returned].map(([name, { shape }]) => [name, shape])),
    hasDropout: training.hasDropout(),
  };
}

function choosePrecision(
  e: Expressions,
  { amp = false, longestHalfSum }: TrainingGraphOptions,
  parameters: readonly Value[],
  loss: Value,
  { vectors }: Feeds,
): MixedPrecision {
  if (!amp) return singlePrecision;
  const scaling = { lossScale: get(vectors, 'lossScale'), goodSteps: get(vectors, 'goodSteps') };
  return mixPrecision(e, { parameters, loss, scaling, longestHalfSum });
}

/** Which normalizations, by the name of their scale, take their running statistics. */
function findFrozenStatistics({ frozen = [], freezesStatistics = false }: OptimizerOptions) {
  return (name: string) => freezesStatistics && frozen.some((pattern) => matchesPattern(name, pattern));
}

/** The mean over a step's pieces is the gradient of the mean loss. */
function addToSum(
  e: Expressions,
  gradient: Value,
  { vectors }: Feeds,
  { accumulate = 1 }: TrainingGraphOptions,
): Value {
  return accumulate === 1 ? gradient : e.add(get(vectors, gradientSum), e.mul(gradient, 1 / accumulate));
}

/** Before a step's last piece nothing moves but the sum and the running statistics. */
function holdBack(
  e: Expressions,
  next: Map<string, Value>,
  gradient: Value,
  { vectors, scalars }: Feeds,
  { accumulate = 1 }: TrainingGraphOptions,
): void {
  if (accumulate === 1) return;
  const [isLast] = e.builder.node('Greater', [get(scalars, 'isLast'), e.scalar(0.5)], {});
  for (const [name, value] of next) {
    if (name !== 'statistics') next.set(name, e.where(isLast, value, get(vectors, name)));
  }
  next.set(gradientSum, e.where(isLast, zeros(e, gradient.shape), gradient));
}

interface Feeds {
  readonly model: ReadonlyMap<string, Value>;
  readonly scalars: ReadonlyMap<string, Value>;
  readonly vectors: ReadonlyMap<string, Value>;
}

function declareFeeds(
  e: Expressions,
  options: TrainingGraphOptions,
  optimizer: Optimizer,
  state: readonly StateVector[],
): Feeds {
  const { accumulate = 1 } = options;
  const scalars = [
    ...optimizer.scalars,
    ...(options.optimizer.emaDecay === undefined ? [] : ['averageRate']),
    ...(accumulate === 1 ? [] : ['isLast']),
  ];
  return {
    model: new Map(
      listPieceFeeds(options).map(({ name, dtype, shape }) => [name, e.builder.input(name, dtype, shape)]),
    ),
    scalars: new Map(scalars.map((name) => [name, e.builder.input(name, 'float32', [1])])),
    vectors: new Map(state.map(({ name, length }) => [name, e.builder.input(name, 'float32', [length])])),
  };
}

function listState(options: TrainingGraphOptions, slots: readonly string[]): StateVector[] {
  const parameters = countParameters(options.model.parameters);
  const statistics = countStatistics(options.model.statistics);
  return [
    { name: 'parameters', length: parameters },
    ...(statistics > 0 ? [{ name: 'statistics', length: statistics }] : []),
    ...slots.map((name) => ({ name, length: parameters })),
    ...(options.optimizer.emaDecay === undefined
      ? []
      : [{ name: 'average', length: parameters + statistics }]),
    ...(options.amp ? scalingState.map((name) => ({ name, length: 1 })) : []),
    ...((options.accumulate ?? 1) === 1 ? [] : [{ name: gradientSum, length: parameters }]),
  ];
}

/** The flat gradient: clipped, then the optimizer's update. */
function updateParameters(
  e: Expressions,
  options: TrainingGraphOptions,
  optimizer: Optimizer,
  { gradient, gradientNorm }: { readonly gradient: Value; readonly gradientNorm: Value },
  { vectors, scalars }: Feeds,
): Map<string, Value> {
  const { clipNorm, weightDecay } = options.optimizer;
  const update = optimizer.update(e, {
    parameters: get(vectors, 'parameters'),
    gradient: clipNorm === undefined ? gradient : clipGlobalNorm(e, gradient, clipNorm, gradientNorm),
    decay: e.constant(createDecayVector(options.model.parameters, weightDecay)),
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
  { model: { parameters }, optimizer: { frozen = [] }, forms = formsByRule }: TrainingGraphOptions,
  onGradients: GradientListener | undefined,
): readonly Value[] {
  assertPatternsMatch(frozen, listNames(parameters));
  const isFrozen = parameters.map(({ name }) => frozen.some((pattern) => matchesPattern(name, pattern)));
  const open = pieces.filter((_, index) => !isFrozen[index]);
  if (open.length === 0) throw new AppError('GRAPH_NOT_TRAINABLE', 'every parameter is frozen');
  const gradients = differentiate(e, loss, open, forms, onGradients);
  const found = new Map(gradients.map((gradient, index) => [open[index], gradient]));
  return pieces.map((piece) => found.get(piece) ?? zeros(e, piece.shape));
}

/** Learning rate factors of all parameters, 0 where frozen so that decay and momentum leave them too. */
function listMultiplier(
  e: Expressions,
  { model: { parameters }, optimizer: { rateMultipliers = [], frozen = [] } }: TrainingGraphOptions,
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

function named(e: Expressions, value: Value, name: string): Value {
  return e.builder.node('Identity', [value], {}, { outputs: [name] })[0];
}

function get<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`bug: no ${name} in the training graph`);
  return value;
}
