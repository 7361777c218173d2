/** Optimizers as graph transformations over the flat vector of all parameters. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';

export interface OptimizerOptions {
  readonly kind: 'adamw' | 'sgd';
  /** Decoupled (AdamW) or classic L2 (SGD) decay; biases and normalization parameters are spared. */
  readonly weightDecay: number;
  /** SGD only; 0.9 if absent. */
  readonly momentum?: number;
  /** SGD only; Nesterov's variant as in torch.optim.SGD. */
  readonly nesterov?: boolean;
  /** AdamW only; [0.9, 0.999] if absent. */
  readonly betas?: readonly [number, number];
  /** AdamW only; 1e-8 if absent. */
  readonly epsilon?: number;
  /** Largest global L2 norm of the gradient; no clipping if absent. */
  readonly clipNorm?: number;
  /** Decay of the moving average of the weights, which evaluation and export then use; off if absent. */
  readonly emaDecay?: number;
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
  /** In the order of `scalars`. */
  readonly scalars: readonly Value[];
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
      return createAdamW(options);
    case 'sgd':
      return createSgd(options);
  }
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2, with decay scaled by the learning rate as in torch.optim.AdamW):
 * p ← p - r d p - r / (1 - β1^t) m / (sqrt(v) / sqrt(1 - β2^t) + ε)
 */
function createAdamW({ betas = [0.9, 0.999], epsilon = 1e-8 }: OptimizerOptions): Optimizer {
  const [beta1, beta2] = betas;
  return {
    slots: ['firstMoment', 'secondMoment'],
    scalars: ['learningRate', 'stepSize', 'rootCorrection'],
    computeScalars: (step, learningRate) => [
      learningRate,
      learningRate / (1 - beta1 ** step),
      1 / Math.sqrt(1 - beta2 ** step),
    ],
    update: (e, { parameters, gradient, decay, slots, scalars }) => {
      const [first, second] = pair(slots);
      const [learningRate, stepSize, rootCorrection] = triple(scalars);
      const nextFirst = e.add(e.mul(first, beta1), e.mul(gradient, 1 - beta1));
      const nextSecond = e.add(e.mul(second, beta2), e.mul(e.mul(gradient, gradient), 1 - beta2));
      const decayed = e.mul(parameters, e.sub(1, e.mul(decay, learningRate)));
      const root = e.add(e.mul(e.unary('Sqrt', nextSecond), rootCorrection), epsilon);
      const next = e.sub(decayed, e.mul(e.div(nextFirst, root), stepSize));
      return { parameters: next, slots: [nextFirst, nextSecond] };
    },
  };
}

/** Momentum as in torch.optim.SGD: b ← μ b + g, p ← p - r b, or p - r (g + μ b) with Nesterov. */
function createSgd({ momentum = 0.9, nesterov = false }: OptimizerOptions): Optimizer {
  return {
    slots: ['velocity'],
    scalars: ['learningRate'],
    computeScalars: (_step, learningRate) => [learningRate],
    update: (e, { parameters, gradient, decay, slots, scalars }) => {
      const [velocity] = slots;
      const [learningRate] = scalars;
      if (!velocity || !learningRate) throw new Error('bug: SGD needs its velocity and learning rate');
      const decayed = e.add(gradient, e.mul(parameters, decay));
      const nextVelocity = e.add(e.mul(velocity, momentum), decayed);
      const direction = nesterov ? e.add(decayed, e.mul(nextVelocity, momentum)) : nextVelocity;
      return { parameters: e.sub(parameters, e.mul(direction, learningRate)), slots: [nextVelocity] };
    },
  };
}

/** Scales the gradient so that its L2 norm is at most the limit (as torch's clip_grad_norm_). */
export function clipGlobalNorm(e: Expressions, gradient: Value, limit: number): Value {
  const norm = e.unary('Sqrt', e.sum(e.mul(gradient, gradient), [0], true));
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

function pair(values: readonly Value[]): readonly [Value, Value] {
  const [first, second] = values;
  if (!first || !second) throw new Error('bug: two values expected');
  return [first, second];
}

function triple(values: readonly Value[]): readonly [Value, Value, Value] {
  const [first, second, third] = values;
  if (!first || !second || !third) throw new Error('bug: three values expected');
  return [first, second, third];
}
