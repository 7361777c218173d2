/** Which training pictures an epoch shows, and in which order. */
import { createRandom, type Random } from '../../base/random.ts';

export interface SamplerOptions {
  /** `[n]` class of each training picture */
  readonly classes: Int32Array;
  readonly batchSize: number;
  /**
   * 0: every picture once an epoch. 1: every class as often as every other. Between, a class of n pictures is shown
   * in proportion to n^(1 - balance): ½ helps rare classes without wearing out their few pictures.
   */
  readonly balance: number;
  readonly seed: number;
}

export interface Sampler {
  readonly stepsPerEpoch: number;
  /** Batches of `batchSize` picture indices; depends on the seed and the epoch alone. @param epoch 0-based */
  listBatches(epoch: number): Int32Array[];
}

export function createSampler({ classes, batchSize, balance, seed }: SamplerOptions): Sampler {
  const groups = groupByClass(classes);
  const shares = toShares(groups, balance);
  const stepsPerEpoch = Math.max(1, Math.ceil(classes.length / batchSize));
  return {
    stepsPerEpoch,
    listBatches: (epoch) => {
      const random = createRandom(seed, 'sampler', epoch);
      const drawn = groups.flatMap((group, index) =>
        drawFrom(group, (shares[index] ?? 0) * classes.length, random),
      );
      return toBatches(fill(random.shuffle(drawn), stepsPerEpoch * batchSize, random), batchSize);
    },
  };
}

function groupByClass(classes: Int32Array): number[][] {
  const groups = new Map<number, number[]>();
  classes.forEach((label, index) => {
    const group = groups.get(label);
    if (group) group.push(index);
    else groups.set(label, [index]);
  });
  return [...groups].sort(([first], [second]) => first - second).map(([, group]) => group);
}

function toShares(groups: readonly (readonly number[])[], balance: number): number[] {
  const weights = groups.map((group) => group.length ** (1 - balance));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Every picture of the group as often as the others, but for a random rest. */
function drawFrom(group: readonly number[], wanted: number, random: Random): number[] {
  // A class of one picture is not shown more than twenty times an epoch.
  const count = Math.min(Math.round(wanted), 20 * group.length);
  const rounds = Math.floor(count / group.length);
  const whole = Array.from({ length: rounds }, () => group).flat();
  return [...whole, ...random.shuffle(group).slice(0, count - whole.length)];
}

/** Cut, or repeated from its own pictures, to the exact length. */
function fill(order: readonly number[], length: number, random: Random): number[] {
  const filled = order.slice(0, length);
  while (filled.length < length) filled.push(...random.shuffle(order).slice(0, length - filled.length));
  return filled;
}

function toBatches(order: readonly number[], batchSize: number): Int32Array[] {
  return Array.from({ length: order.length / batchSize }, (_, index) =>
    Int32Array.from(order.slice(index * batchSize, (index + 1) * batchSize)),
  );
}
