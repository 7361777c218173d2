/** Which views an epoch shows, and in which order: those with rare classes more often, as far as that is wanted. */
import { createRandom } from '../../../base/random.ts';
import type { Sampler } from '../sampler.ts';
import type { View } from './views.ts';

/** However rare its classes, a view is not shown more often an epoch than so many times the mean. */
const mostOften = 20;

/**
 * Repeat factors after Gupta, Dollár and Girshick 2019 (LVIS, section 4.2): a view weighs as its rarest class does,
 * a class of the share f of all views with objects as f^(-balance / 2).
 * @param balance 0: all weigh 1; 1: as the square root there
 */
export function weighViews(views: readonly Pick<View, 'boxes'>[], balance: number): Float64Array {
  const counts = new Map<number, number>();
  for (const view of views) {
    for (const classIndex of classesOf(view)) counts.set(classIndex, (counts.get(classIndex) ?? 0) + 1);
  }
  const most = Math.max(1, ...counts.values());
  return Float64Array.from(views, (view) => {
    const shares = classesOf(view).map((classIndex) => (counts.get(classIndex) ?? most) / most);
    return Math.min(mostOften, Math.min(1, ...shares) ** (-balance / 2));
  });
}

function classesOf({ boxes }: Pick<View, 'boxes'>): number[] {
  return [...new Set(boxes.map(({ classIndex }) => classIndex))];
}

/** As many views an epoch as there are, each in proportion to its weight. */
export function createViewSampler(weights: Float64Array, batchSize: number, seed: number): Sampler {
  const stepsPerEpoch = Math.max(1, Math.ceil(weights.length / batchSize));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    stepsPerEpoch,
    listBatches: (epoch) => {
      const random = createRandom(seed, 'sampler', epoch);
      const length = stepsPerEpoch * batchSize;
      // Systematic sampling: evenly spaced points on the line of weights, from a random start.
      const order: number[] = [];
      let reached = 0;
      const start = random.next();
      weights.forEach((weight, index) => {
        reached += (weight / total) * length;
        while (order.length < length && order.length + start < reached) order.push(index);
      });
      while (order.length < length) order.push(weights.length - 1);
      return toBatches(random.shuffle(order), batchSize);
    },
  };
}

function toBatches(order: readonly number[], batchSize: number): Int32Array[] {
  return Array.from({ length: order.length / batchSize }, (_, index) =>
    Int32Array.from(order.slice(index * batchSize, (index + 1) * batchSize)),
  );
}

/** Sums of the weights up to each. */
export function accumulate(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}
