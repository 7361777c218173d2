/** Gradients of normalizations over an image, a token or neighbouring channels. */
import { channelShape, type Expressions, nonChannelAxes } from '../graph/expressions.ts';
import type { OpTable, Value } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';

/** x̂ = (x - mean) i with i = 1 / sqrt(variance + epsilon), both over the axes of each image. */
interface Standardized {
  readonly xHat: Value;
  readonly inverse: Value;
  readonly axes: readonly number[];
}

export function instanceNormalizationGradients(
  e: Expressions,
  [x, scale]: OpTable['InstanceNormalization']['inputs'],
  { epsilon }: OpTable['InstanceNormalization']['attributes'],
  dy: Value,
): readonly (() => Value)[] {
  const spatial = x.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  const parts = standardize(e, x, spatial, epsilon);
  return [
    () => standardizedGradient(e, parts, e.mul(dy, e.reshape(scale, channelShape(x)))),
    () => e.sum(e.mul(dy, parts.xHat), nonChannelAxes(x), false),
    () => e.sum(dy, nonChannelAxes(x), false),
  ];
}

export function layerNormalizationGradients(
  e: Expressions,
  [x, scale, shift]: OpTable['LayerNormalization']['inputs'],
  { axis, epsilon }: OpTable['LayerNormalization']['attributes'],
  dy: Value,
): readonly ((() => Value) | null)[] {
  const axes = x.shape.flatMap((_, index) => (index < axis ? [] : [index]));
  const parts = standardize(e, x, axes, epsilon);
  return [
    () => standardizedGradient(e, parts, e.mul(dy, scale)),
    () => e.sumTo(e.mul(dy, parts.xHat), scale.shape),
    shift ? () => e.sumTo(dy, shift.shape) : null,
  ];
}

function standardize(e: Expressions, x: Value, axes: readonly number[], epsilon: number): Standardized {
  const centred = e.sub(x, e.mean(x, axes, true));
  const variance = e.mean(e.mul(centred, centred), axes, true);
  const inverse = e.unary('Reciprocal', e.unary('Sqrt', e.add(variance, epsilon)));
  return { xHat: e.mul(centred, inverse), inverse, axes };
}

/** For g = d / d x̂: dx = i (g - mean g - x̂ mean(g x̂)) (Ba et al. 2016, as batch normalization's in section 3 of Ioffe and Szegedy 2015). */
function standardizedGradient(e: Expressions, { xHat, inverse, axes }: Standardized, g: Value): Value {
  const along = e.mul(xHat, e.mean(e.mul(g, xHat), axes, true));
  return e.mul(inverse, e.sub(e.sub(g, e.mean(g, axes, true)), along));
}

/**
 * y = x s^-beta with s = bias + alpha / size Σ x² over the window of channels: dx = dy s^-beta - 2 beta alpha / size
 * x Σ' (dy y / s), where Σ' sums over the windows that hold the channel: the window mirrored.
 */
export function localResponseGradient(
  e: Expressions,
  x: Value,
  y: Value,
  { size, alpha, beta, bias }: OpTable['LRN']['attributes'],
  dy: Value,
): Value {
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const sum = sumOverChannels(e, e.mul(x, x), before, after);
  const s = e.add(e.mul(sum, alpha / size), bias);
  const pulled = sumOverChannels(e, e.div(e.mul(dy, y), s), after, before);
  return e.sub(e.mul(dy, e.pow(s, -beta)), e.mul(e.mul(x, (2 * alpha * beta) / size), pulled));
}

/** For each channel the sum over it, `before` channels before it and `after` after it. */
function sumOverChannels(e: Expressions, x: Value, before: number, after: number): Value {
  const channels = sizeOf(x.shape, 1);
  const pads = [...x.shape, ...x.shape].fill(0).with(1, before);
  const padded = e.pad(x, pads.with(x.shape.length + 1, after));
  const shifts = Array.from({ length: before + after + 1 }, (_, shift) =>
    e.sliceAxis(padded, 1, shift, shift + channels),
  );
  return shifts.reduce((sum, part) => e.add(sum, part));
}
