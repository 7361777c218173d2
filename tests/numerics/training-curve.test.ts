/** Twenty steps of a tiny residual network against PyTorch: losses, running statistics, predictions. */
import { describe, expect, it } from 'vitest';
import { countElements } from '../../src-main/engine/graph/tensor.ts';
import { type Classifier, createClassifierFrom } from '../../src-main/engine/nn/classifier.ts';
import { activatedConvolution, classifierHead, residualBlock } from '../../src-main/engine/nn/layers.ts';
import type { Network } from '../../src-main/engine/nn/network.ts';
import type { OptimizerOptions } from '../../src-main/engine/optim/optimizer.ts';
import { createTrainer, type Trainer } from '../../src-main/engine/trainer.ts';
import { decodeTrainerState } from '../../src-main/engine/trainer-state.ts';
import { readGolden } from './golden-op.ts';

interface Curve {
  readonly losses: readonly number[];
  readonly correct: readonly number[];
  /** Running mean and variance of each layer, in order. */
  readonly statistics: readonly number[];
  readonly probabilities: readonly number[];
}

/** Two normalizations in eval mode, their scale and shift at rest. */
interface FrozenCurve extends Curve {
  /** Of the first step, in the order of the parameters; 0 where these rest. */
  readonly gradients: readonly number[];
}

const golden = readGolden<Record<'adamw' | 'sgd', Curve> & { readonly frozen: FrozenCurve }>(
  'training-curve',
);
const [imageSize, batchSize, classes] = [16, 6, 3];

const tiny: Network = (scope, pixels) => {
  const stem = activatedConvolution(scope, 'stem', pixels, { channels: 6, kernel: 3, stride: 2 });
  const block = residualBlock(scope, 'block', stem);
  const down = activatedConvolution(scope, 'down', block, { channels: 8, kernel: 3, stride: 2 });
  return classifierHead(scope, down, classes);
};

describe.each([
  ['adamw', 0.005],
  ['sgd', 0.05],
] as const)('%s', (kind, learningRate) => {
  it('follows the loss curve of PyTorch from the same weights and batches', async () => {
    const trainer = await createTinyTrainer(kind);
    const curve = golden[kind];
    for (const [step, expected] of curve.losses.entries()) {
      const { images, labels } = pictureBatch(step);
      const { loss, correct } = await trainer.step(images, labels, learningRate);
      expect(loss).toBeCloseTo(expected, 3);
      expect(correct).toBe(curve.correct[step]);
    }
    const statistics = await readVector(trainer, 'statistics');
    curve.statistics.forEach((value, index) => {
      const found = statistics[index] ?? Number.NaN;
      expect(Math.abs(found - value)).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)));
    });
    const probabilities = await trainer.predict(pictureBatch(curve.losses.length).images, batchSize);
    probabilities.forEach((value, index) => {
      expect(value).toBeCloseTo(curve.probabilities[index] ?? Number.NaN, 2);
    });
    await trainer.dispose();
  });
});

describe('frozen normalizations', () => {
  const frozen = ['stem.norm.*', 'block.second.norm.*'];

  it('pass on the gradients that PyTorch has in eval mode, and follow its losses', async () => {
    const { losses, gradients, statistics } = golden.frozen;
    const trainer = await createFrozenTrainer(frozen, true);
    const weights = await readVector(trainer, 'parameters');
    for (const [step, expected] of losses.entries()) {
      const { images, labels } = pictureBatch(step);
      expect((await trainer.step(images, labels, 0.05)).loss).toBeCloseTo(expected, 3);
      if (step === 0) expectGradients(await readVector(trainer, 'velocity'), weights, gradients);
    }
    const running = await readVector(trainer, 'statistics');
    statistics.forEach((value, index) => {
      expect(Math.abs((running[index] ?? Number.NaN) - value)).toBeLessThan(
        1e-3 * Math.max(1, Math.abs(value)),
      );
    });
    await trainer.dispose();
  });

  it('keep their running statistics to the bit, and only they do', async () => {
    const trainer = await createFrozenTrainer(frozen, true);
    const before = await readVector(trainer, 'statistics');
    const { images, labels } = pictureBatch(0);
    for (let step = 0; step < 3; step++) await trainer.step(images, labels, 0.05);
    const after = await readVector(trainer, 'statistics');
    const stays = Array.from(after, (value, index) => value === before[index]);
    const layer = (channels: number, isKept: boolean) => Array<boolean>(2 * channels).fill(isKept);
    expect(stays).toEqual([...layer(6, true), ...layer(6, false), ...layer(6, true), ...layer(8, false)]);
    await trainer.dispose();
  });

  it('take those of the batch as long as nothing else is asked for', async () => {
    const trainer = await createFrozenTrainer(frozen, false);
    const { images, labels } = pictureBatch(0);
    const { loss } = await trainer.step(images, labels, 0.05);
    expect(Math.abs(loss - (golden.frozen.losses[0] ?? 0))).toBeGreaterThan(2e-3);
    await trainer.dispose();
  });
});

/** Momentum's velocity after the first step is the gradient with decay. */
function expectGradients(velocity: Float32Array, weights: Float32Array, expected: readonly number[]): void {
  const { parameters } = createClassifierFrom(tiny, { classes, imageSize, seed: 0 });
  const decays = parameters.flatMap(({ shape, decays }) =>
    Array<number>(countElements(shape)).fill(decays ? 0.05 : 0),
  );
  expect(velocity).toHaveLength(expected.length);
  expected.forEach((gradient, index) => {
    const found = (velocity[index] ?? Number.NaN) - (decays[index] ?? 0) * (weights[index] ?? 0);
    expect(Math.abs(found - gradient)).toBeLessThan(1e-5);
  });
}

function createFrozenTrainer(frozen: readonly string[], freezesStatistics: boolean): Promise<Trainer> {
  const initialStatistics = Float32Array.from(
    [6, 6, 6, 8].flatMap((channels, k) => {
      const means = Array.from({ length: channels }, (_, i) => 0.2 * Math.sin(0.9 * i + k));
      return [...means, ...means.map((mean) => 1 + mean)];
    }),
  );
  return createTinyTrainer('sgd', { frozen, freezesStatistics }, { initialStatistics });
}

async function createTinyTrainer(
  kind: 'adamw' | 'sgd',
  options: Partial<OptimizerOptions> = {},
  start: Partial<Classifier> = {},
): Promise<Trainer> {
  const outline = createClassifierFrom(tiny, { classes, imageSize, seed: 0 });
  const initialParameters = new Float32Array(outline.initialParameters.length);
  let offset = 0;
  outline.parameters.forEach(({ name, shape }, k) => {
    const base = name.endsWith('.scale') ? 1 : 0;
    for (let i = 0; i < countElements(shape); i++) {
      initialParameters[offset++] = base + 0.3 * Math.sin(0.7 * i + 1.3 * k + 0.1);
    }
  });
  return createTrainer({
    model: { ...outline, initialParameters, ...start },
    batchSize,
    optimizer: { kind, weightDecay: 0.05, ...options },
    labelSmoothing: 0.1,
    provider: 'cpu',
    threads: 1,
  });
}

function pictureBatch(step: number): { images: Uint8Array; labels: Int32Array } {
  const length = batchSize * imageSize * imageSize * 3;
  return {
    images: Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * 7 + step * 13) % 251),
    labels: Int32Array.from({ length: batchSize }, (_, i) => i % classes),
  };
}

async function readVector(trainer: Trainer, name: string): Promise<Float32Array> {
  const { vectors } = decodeTrainerState(await trainer.readState());
  return vectors.get(name) ?? new Float32Array();
}
