/** Steps in pieces, and steps after which there is no going on. */
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../../src-main/engine/graph/tensor.ts';
import { createModelTrainer, type ModelTrainer } from '../../../src-main/engine/model-trainer.ts';
import { toTrainableModel } from '../../../src-main/engine/nn/classification-task.ts';
import { createClassifierFrom } from '../../../src-main/engine/nn/classifier.ts';
import { classifierHead, convolution } from '../../../src-main/engine/nn/layers.ts';
import type { Network } from '../../../src-main/engine/nn/network.ts';
import { decodeTrainerState } from '../../../src-main/engine/trainer-state.ts';

const [imageSize, batchSize, classes] = [12, 8, 3];

const plainNetwork: Network = (scope, pixels) => {
  const x = convolution(scope, 'stem', pixels, { channels: 6, kernel: 3, stride: 2 });
  return classifierHead(scope, scope.e.unary('Tanh', x), classes);
};

describe('a step in pieces', () => {
  it('is the step of the whole batch but for rounding', async () => {
    const whole = await train(await open({}), 4);
    const pieces = await train(await open({ accumulate: 4 }), 4);
    expect(worstDifference(pieces.parameters, whole.parameters)).toBeLessThan(2e-6);
    expect(worstDifference(Float32Array.from(pieces.losses), Float32Array.from(whole.losses))).toBeLessThan(
      1e-6,
    );
    expect(worstDifference(pieces.logits, whole.logits)).toBeLessThan(1e-5);
  });

  it('gives the same bytes each time, and goes on in other pieces', async () => {
    const [first, again] = [
      await train(await open({ accumulate: 2 }), 3),
      await train(await open({ accumulate: 2 }), 3),
    ];
    expect(Buffer.compare(first.state, again.state)).toBe(0);
    const whole = await open({});
    await whole.loadState(first.state);
    expect(whole.stepCount).toBe(3);
    await whole.dispose();
  });

  it('must divide the batch', async () => {
    await expect(open({ accumulate: 3 })).rejects.toThrow(
      'a batch of 8 samples cannot be done in 3 equal pieces',
    );
  });
});

describe('a step whose numbers are not finite', () => {
  it('says at which node they stopped being so', async () => {
    const diverging: Network = (scope, pixels) => {
      const logits = plainNetwork(scope, pixels);
      const [huge] = scope.e.builder.node('Exp', [scope.e.mul(logits, 1e4)], {}, { node: 'blast' });
      return scope.e.reshape(huge, [sizeOf(logits.shape, 0), classes]);
    };
    const trainer = await open({ network: diverging });
    const { firstBadNode } = await trainer.step(batch(0), 0.01);
    expect(firstBadNode).toBe('Exp blast : f32[8,3]');
    await trainer.dispose();
  });

  it('says so of gradients under a finite loss, in the step itself', async () => {
    const rooted: Network = (scope, pixels) => {
      const logits = plainNetwork(scope, pixels);
      const [root] = scope.e.builder.node('Sqrt', [scope.e.mul(logits, 0)], {}, { node: 'root' });
      return scope.e.add(logits, root);
    };
    const trainer = await open({ network: rooted });
    const { loss, firstBadNode } = await trainer.step(batch(0), 0.01);
    expect(Number.isFinite(loss)).toBe(true);
    expect(firstBadNode).toMatch(/^\w+ \w+ : f32/);
    await trainer.dispose();
  });
});

function open({ accumulate = 1, network = plainNetwork }: { accumulate?: number; network?: Network }) {
  const model = toTrainableModel(createClassifierFrom(network, { classes, imageSize, seed: 3 }), 0.1);
  const optimizer = { kind: 'sgd', weightDecay: 0.01, clipNorm: 1, emaDecay: 0.9 } as const;
  return createModelTrainer({ model, batchSize, accumulate, optimizer, provider: 'cpu', threads: 1 });
}

async function train(trainer: ModelTrainer, steps: number) {
  const losses: number[] = [];
  let logits = new Float32Array();
  for (let step = 0; step < steps; step++) {
    const outcome = await trainer.step(batch(step), 0.05);
    losses.push(outcome.loss);
    logits = Float32Array.from(outcome.results.get('logits') ?? []);
  }
  const state = await trainer.readState();
  await trainer.dispose();
  const parameters = decodeTrainerState(state).vectors.get('parameters') ?? new Float32Array();
  return { state, parameters, losses, logits };
}

function batch(step: number) {
  const images = Uint8Array.from(
    { length: batchSize * imageSize * imageSize * 3 },
    (_, index) => (index * index * 31 + index * 7 + step * 13) % 251,
  );
  const labels = Int32Array.from({ length: batchSize }, (_, index) => (index * 5 + step) % classes);
  return new Map<string, Uint8Array | Int32Array>([
    ['images', images],
    ['labels', labels],
  ]);
}

function worstDifference(found: Float32Array, expected: Float32Array): number {
  expect(found).toHaveLength(expected.length);
  return Math.max(...found.map((value, index) => Math.abs(value - (expected[index] ?? Number.NaN))));
}
