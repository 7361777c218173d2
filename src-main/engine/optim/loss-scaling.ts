/**
 * Dynamic loss scaling inside the training graph (Micikevicius et al. 2018, section 3.2): the loss is multiplied, so
 * that gradients do not vanish in half precision, and the gradients are divided again. Where one of them is not finite
 * the step is left out and the factor becomes smaller; after many good steps it becomes larger.
 */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';

/** As torch.amp.GradScaler has them, but for the bounds, which it has not. */
export const lossScaling = {
  initialScale: 2 ** 16,
  growth: 2,
  backoff: 0.5,
  /** Good steps after which the scale grows. */
  growthInterval: 2000,
  /** Gradients that are not finite at this scale are so by themselves. */
  leastScale: 1,
  largestScale: 2 ** 24,
} as const;

/** State vectors of one element each. */
export const scalingState = ['lossScale', 'goodSteps'] as const;
export type ScalingState = Readonly<Record<(typeof scalingState)[number], Value>>;

/** The scalar that is differentiated. */
export function scaleLoss(e: Expressions, loss: Value, { lossScale }: ScalingState): Value {
  return e.mul(loss, e.reshape(lossScale, []));
}

/** Division by a power of two costs no digit. */
export function unscaleGradient(e: Expressions, gradient: Value, { lossScale }: ScalingState): Value {
  return e.mul(gradient, e.unary('Reciprocal', lossScale));
}

const largestFloat = 3.4e38;

/**
 * Whether a step may be taken, bool `[1]`: NaN and infinity anywhere in the gradient are in its norm.
 * @param gradientNorm `[1]` @param loss a scalar
 */
export function isStepFinite(e: Expressions, gradientNorm: Value, loss: Value): Value {
  const size = e.add(gradientNorm, e.unary('Abs', loss));
  return e.builder.node('LessOrEqual', [size, e.scalar(largestFloat)], {})[0];
}

/** @param isGood whether the step was taken, bool `[1]` */
export function nextScaling(
  e: Expressions,
  { lossScale, goodSteps }: ScalingState,
  isGood: Value,
): ScalingState {
  const counted = e.add(goodSteps, 1);
  const [isDue] = e.builder.node('GreaterOrEqual', [counted, e.scalar(lossScaling.growthInterval)], {});
  const [grown] = e.builder.node(
    'Min',
    [e.mul(lossScale, lossScaling.growth), e.scalar(lossScaling.largestScale)],
    {},
  );
  const [shrunk] = e.builder.node(
    'Max',
    [e.mul(lossScale, lossScaling.backoff), e.scalar(lossScaling.leastScale)],
    {},
  );
  return {
    lossScale: e.where(isGood, e.where(isDue, grown, lossScale), shrunk),
    goodSteps: e.where(isGood, e.where(isDue, e.scalar(0), counted), e.scalar(0)),
  };
}
