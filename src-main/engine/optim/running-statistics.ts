/** The running mean and variance of each batch normalization, moved by what a step's batch had. */

import { zeros } from '../autodiff/indexing.ts';
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { countElements, createTensor, sizeOf } from '../graph/tensor.ts';
import type { StatisticSpec } from '../nn/network.ts';

/** The share of a new batch in the running statistics, as in PyTorch. */
const momentum = 0.1;

/** Numbers of running statistics: a mean and a variance for each channel of each normalization. */
export function countStatistics(statistics: readonly StatisticSpec[]): number {
  return statistics.reduce((sum, { channels }) => sum + 2 * channels, 0);
}

/**
 * running ← 0.9 running + 0.1 batch, with the batch's variance divided by m - 1 instead of m
 * (m elements a channel), as PyTorch does. What has no batch statistics stays to the last bit.
 * @param running all of them, in the order of the specs
 * @param batch mean and variance of each layer in that order, undefined where they stay
 */
export function updateStatistics(
  e: Expressions,
  running: Value,
  batch: readonly (Value | undefined)[],
  specs: readonly StatisticSpec[],
): Value {
  if (batch.every((value) => value === undefined)) return running;
  const rates = new Float32Array(countStatistics(specs));
  const keeps = new Float32Array(rates.length).fill(1);
  let offset = 0;
  const parts = batch.map((value, index) => {
    const length = specs[Math.floor(index / 2)]?.channels ?? 0;
    const end = offset + length;
    const isVariance = index % 2 === 1;
    if (value) {
      rates.fill(momentum * (isVariance ? unbiased(e, value) : 1), offset, end);
      keeps.fill(1 - momentum, offset, end);
    }
    offset = end;
    return value ?? zeros(e, [length]);
  });
  const vector = (values: Float32Array) => e.constant(createTensor('float32', [values.length], values));
  const fresh = e.mul(e.concat(parts, 0), vector(rates));
  const isMixed = batch.includes(undefined);
  return e.add(e.mul(running, isMixed ? vector(keeps) : 1 - momentum), fresh);
}

/** m / (m - 1) for the normalization that made the variance. */
function unbiased(e: Expressions, variance: Value): number {
  const maker = e.builder.nodes.find((node) => node.outputs.some((output: Value) => output === variance));
  if (maker?.op !== 'BatchNormalizationTraining') throw new Error('bug: a variance of unknown origin');
  const [x] = maker.inputs;
  const count = countElements(x.shape) / sizeOf(x.shape, 1);
  return count / Math.max(1, count - 1);
}
