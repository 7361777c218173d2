/** Twenty steps of a tiny residual network against PyTorch: losses, running statistics, predictions. */
import { describe, expect, it } from 'vitest';
import { countElements } from '../../src-main/engine/graph/tensor.ts';
import { createClassifierFrom } from '../../src-main/engine/nn/classifier.ts';
import { activatedConvolution, classifierHead, residualBlock } from '../../src-main/engine/nn/layers.ts';
import type { Network } from '../../src-main/engine/nn/network.ts';
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

const golden = readGolden<Record<'adamw' | 'sgd', Curve>>('training-curve');
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
    const statistics = await readStatistics(trainer);
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

async function createTinyTrainer(kind: 'adamw' | 'sgd'): Promise<Trainer> {
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
    model: { ...outline, initialParameters },
    batchSize,
    optimizer: { kind, weightDecay: 0.05 },
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

async function readStatistics(trainer: Trainer): Promise<Float32Array> {
  const { vectors } = decodeTrainerState(await trainer.readState());
  return vectors.get('statistics') ?? new Float32Array();
}
