/** Optimizers as graph transformations over the flat vector of all parameters. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';

/** How gradients become updates. */
export interface OptimizerOptions {
  readonly kind: 'adamw' | 'adam' | 'sgd' | 'rmsprop' | 'lion';
  /** Decoupled (AdamW, Lion) or classic L2 (Adam, SGD, RMSProp); biases and normalization parameters are spared. */
  readonly weightDecay: number;
  /** SGD (0.9 if absent) and RMSProp (0 if absent). */
  readonly momentum?: number;
  /** SGD only; Nesterov's variant as in torch.optim.SGD. */
  readonly nesterov?: boolean;
  /** Adam and AdamW ([0.9, 0.999] if absent), Lion ([0.9, 0.99] if absent). */
  readonly betas?: readonly [number, number];
  /** Adam and AdamW only: divides by the largest second moment so far (Reddi et al. 2018). */
  readonly amsgrad?: boolean;
  /** RMSProp only: decay of the mean square; 0.99 if absent. */
  readonly smoothing?: number;
  /** RMSProp only: divides by the deviation instead of the root mean square. */
  readonly centered?: boolean;
  /** Adam, AdamW and RMSProp; 1e-8 if absent. */
  readonly epsilon?: number;
  /** Factors on the learning rate of parameters by name, `*` for any characters; the first that matches holds. */
  readonly rateMultipliers?: readonly RateMultiplier[];
  /** Parameters that stay as they are, by name, `*` for any characters: their gradients are not computed. */
  readonly frozen?: readonly string[];
  /**
   * Batch normalizations whose scale is frozen take their running statistics, which then stay: the layer does in
   * training what it does in service. Else they take those of the batch. False if absent.
   */
  readonly freezesStatistics?: boolean;
  /** Largest global L2 norm of the gradient; no clipping if absent. */
  readonly clipNorm?: number;
  /** Decay of the moving average of the weights, which evaluation and export then use; off if absent. */
  readonly emaDecay?: number;
}

export interface RateMultiplier {
  readonly pattern: string;
  readonly factor: number;
}

export interface UpdateInputs {
  /** `[p]` */
  readonly parameters: Value;
  /** `[p]` */
  readonly gradient: Value;
  /** `[p]`: the weight decay of each parameter, 0 where spared. */
  readonly decay: Value;
  /** In the order of `slots`, each `[p]`. */
  readonly slots: readonly Value[];
  /** In the order of `scalars`, each `[1]`. */
  readonly scalars: readonly Value[];
  /** `[p]`: factors on the learning rate, if any differs from 1. */
  readonly multiplier?: Value;
}

export interface Update {
  readonly parameters: Value;
  readonly slots: readonly Value[];
}

/** What a training graph needs of an optimizer. */
export interface Optimizer {
  /** Names of the vectors that it carries from step to step, zero at first. */
  readonly slots: readonly string[];
  /** Names of the numbers that it is fed each step. */
  readonly scalars: readonly string[];
  /** Their values, in double precision, for the step with that 1-based number. */
  computeScalars(step: number, learningRate: number): readonly number[];
  /** Adds the update's nodes. */
  update(e: Expressions, inputs: UpdateInputs): Update;
}

export function createOptimizer(options: OptimizerOptions): Optimizer {
  switch (options.kind) {
    case 'adamw':
      return createAdam(options, true);
    case 'adam':
      return createAdam(options, false);
    case 'sgd':
      return createSgd(options);
    case 'rmsprop':
      return createRmsProp(options);
    case 'lion':
      return createLion(options);
  }
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2, with decay scaled by the learning rate as in torch.optim.AdamW):
 * p ← p - r d p - r / (1 - β1^t) m / (sqrt(v) / sqrt(1 - β2^t) + ε). Adam adds d p to the gradient instead.
 */
function createAdam(options: OptimizerOptions, isDecoupled: boolean): Optimizer {
  const { betas = [0.9, 0.999], epsilon = 1e-8, amsgrad = false } = options;
  const [beta1, beta2] = betas;
  return {
    slots: ['firstMoment', 'secondMoment', ...(amsgrad ? ['largestMoment'] : [])],
    scalars: ['learningRate', 'stepSize', 'rootCorrection'],
    computeScalars: (step, learningRate) => [
      learningRate,
      learningRate / (1 - beta1 ** step),
      1 / Math.sqrt(1 - beta2 ** step),
    ],
    update: (e, inputs) => {
      const { parameters, decay, slots, scalars } = inputs;
      const [learningRate, stepSize] = [rateAt(e, inputs, 0), rateAt(e, inputs, 1)];
      const gradient = isDecoupled ? inputs.gradient : e.add(inputs.gradient, e.mul(parameters, decay));
      const nextFirst = e.add(e.mul(at(slots, 0), beta1), e.mul(gradient, 1 - beta1));
      const nextSecond = e.add(e.mul(at(slots, 1), beta2), e.mul(e.mul(gradient, gradient), 1 - beta2));
      const largest = amsgrad ? [e.builder.node('Max', [at(slots, 2), nextSecond], {})[0]] : [];
      const decayed = isDecoupled ? e.mul(parameters, e.sub(1, e.mul(decay, learningRate))) : parameters;
      const second = largest[0] ?? nextSecond;
      const root = e.add(e.mul(e.unary('Sqrt', second), at(scalars, 2)), epsilon);
      const next = e.sub(decayed, e.mul(e.div(nextFirst, root), stepSize));
      return { parameters: next, slots: [nextFirst, nextSecond, ...largest] };
    },
  };
}

/** Momentum as in torch.optim.SGD: b ← μ b + g, p ← p - r b, or p - r (g + μ b) with Nesterov. */
function createSgd({ momentum = 0.9, nesterov = false }: OptimizerOptions): Optimizer {
  return {
    slots: ['velocity'],
    scalars: ['learningRate'],
    computeScalars: (_step, learningRate) => [learningRate],
    update: (e, inputs) => {
      const { parameters, gradient, decay, slots } = inputs;
      const decayed = e.add(gradient, e.mul(parameters, decay));
      const nextVelocity = e.add(e.mul(at(slots, 0), momentum), decayed);
      const direction = nesterov ? e.add(decayed, e.mul(nextVelocity, momentum)) : nextVelocity;
      const next = e.sub(parameters, e.mul(direction, rateAt(e, inputs, 0)));
      return { parameters: next, slots: [nextVelocity] };
    },
  };
}

/** As torch.optim.RMSprop: v ← α v + (1 - α) g², b ← μ b + g / (sqrt(v) + ε), p ← p - r b; centred: v - (mean g)². */
function createRmsProp(options: OptimizerOptions): Optimizer {
  const { smoothing = 0.99, momentum = 0, epsilon = 1e-8, centered = false } = options;
  return {
    slots: ['meanSquare', 'velocity', ...(centered ? ['meanGradient'] : [])],
    scalars: ['learningRate'],
    computeScalars: (_step, learningRate) => [learningRate],
    update: (e, inputs) => {
      const { parameters, decay, slots } = inputs;
      const gradient = e.add(inputs.gradient, e.mul(parameters, decay));
      const smooth = (slot: number, value: Value) =>
        e.add(e.mul(at(slots, slot), smoothing), e.mul(value, 1 - smoothing));
      const meanSquare = smooth(0, e.mul(gradient, gradient));
      const means = centered ? [smooth(2, gradient)] : [];
      const spread = means.reduce((square, mean) => e.sub(square, e.mul(mean, mean)), meanSquare);
      const scaled = e.div(gradient, e.add(e.unary('Sqrt', spread), epsilon));
      const velocity = e.add(e.mul(at(slots, 1), momentum), scaled);
      const next = e.sub(parameters, e.mul(velocity, rateAt(e, inputs, 0)));
      return { parameters: next, slots: [meanSquare, velocity, ...means] };
    },
  };
}

/** Lion (Chen et al. 2023, algorithm 2): p ← p - r (sign(β1 m + (1 - β1) g) + d p), m ← β2 m + (1 - β2) g. */
function createLion({ betas = [0.9, 0.99] }: OptimizerOptions): Optimizer {
  const [beta1, beta2] = betas;
  return {
    slots: ['firstMoment'],
    scalars: ['learningRate'],
    computeScalars: (_step, learningRate) => [learningRate],
    update: (e, inputs) => {
      const { parameters, gradient, decay, slots } = inputs;
      const blend = (beta: number) => e.add(e.mul(at(slots, 0), beta), e.mul(gradient, 1 - beta));
      const direction = e.add(e.unary('Sign', blend(beta1)), e.mul(parameters, decay));
      const next = e.sub(parameters, e.mul(direction, rateAt(e, inputs, 0)));
      return { parameters: next, slots: [blend(beta2)] };
    },
  };
}

/** A scalar that is a learning rate, as `[1]`, or times the multipliers as `[p]`. */
function rateAt(e: Expressions, { scalars, multiplier }: UpdateInputs, position: number): Value {
  const rate = at(scalars, position);
  return multiplier ? e.mul(multiplier, rate) : rate;
}

/** The L2 norm, `[1]`. */
export function globalNorm(e: Expressions, gradient: Value): Value {
  return e.unary('Sqrt', e.sum(e.mul(gradient, gradient), [0], true));
}

/** Scales the gradient so that its L2 norm is at most the limit (as torch's clip_grad_norm_). */
export function clipGlobalNorm(
  e: Expressions,
  gradient: Value,
  limit: number,
  norm: Value = globalNorm(e, gradient),
): Value {
  const ratio = e.div(limit, e.add(norm, 1e-6));
  const [factor] = e.builder.node('Min', [ratio, e.scalar(1)], {});
  return e.mul(gradient, factor);
}

/** average + rate (value - average) */
export function moveAverage(e: Expressions, average: Value, value: Value, rate: Value): Value {
  return e.add(average, e.mul(e.sub(value, average), rate));
}

/** 1 minus the decay, which grows into its full value so that the first steps do not keep the initial weights. */
export function computeAverageRate(decay: number, step: number): number {
  return 1 - Math.min(decay, (1 + step) / (10 + step));
}

function at(values: readonly Value[], position: number): Value {
  const value = values[position];
  if (!value) throw new Error(`bug: the optimizer lacks value ${position}`);
  return value;
}
