/** Masks of dropout: their share, their independence, and that a step run again drops the same. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { differentiate } from '../../../../src-main/engine/autodiff/differentiate.ts';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import {
  createModelTrainer,
  type FeedElements,
  type ModelTrainer,
} from '../../../../src-main/engine/model-trainer.ts';
import { toTrainableModel } from '../../../../src-main/engine/nn/classification-task.ts';
import { createClassifierFrom } from '../../../../src-main/engine/nn/classifier.ts';
import { drawDropoutKey, dropOut } from '../../../../src-main/engine/nn/dropout.ts';
import { activatedConvolution, classifierHead } from '../../../../src-main/engine/nn/layers.ts';
import type { Network } from '../../../../src-main/engine/nn/network.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';

const [rows, columns] = [96, 128];

it.each([0.1, 0.5, 0.9])('drops the share %f, and keeps the mean', async (ratio) => {
  const draw = await createDrawing(ratio);
  const masks = [1, 2, 3, 4].map((step) => draw(drawDropoutKey(7, step)));
  const values = (await Promise.all(masks)).flatMap(({ y }) => [...y]);
  const dropped = values.filter((value) => value === 0).length / values.length;
  expect(Math.abs(dropped - ratio)).toBeLessThan(4 * Math.sqrt((ratio * (1 - ratio)) / values.length));
  expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / (1 - ratio))]));
});

it('drops the same for the same key and seed, and passes gradients where it keeps', async () => {
  const [draw, again] = [await createDrawing(0.3), await createDrawing(0.3)];
  const first = await draw(drawDropoutKey(1, 5));
  expect(await again(drawDropoutKey(1, 5))).toEqual(first);
  expect(first.gradient).toEqual(first.y);
  expect((await draw(drawDropoutKey(1, 6))).y).not.toEqual(first.y);
  expect((await draw(drawDropoutKey(2, 5))).y).not.toEqual(first.y);
});

it('drops independently of neighbours, other steps and other layers', async () => {
  const [draw, other] = [await createDrawing(0.5, 0), await createDrawing(0.5, 1)];
  const { y } = await draw(drawDropoutKey(1, 1));
  const mask = [...y].map((value) => (value === 0 ? -1 : 1));
  const limit = 4 / Math.sqrt(mask.length);
  for (const shift of [1, 2, 3, 64, columns, 2 * columns, columns + 1]) {
    const rotated = mask.map((_, index) => mask[(index + shift) % mask.length] ?? 0);
    expect(correlate(mask, rotated), `shift ${shift}`).toBeLessThan(limit);
  }
  const foreign = [(await draw(drawDropoutKey(1, 2))).y, (await other(drawDropoutKey(1, 1))).y];
  for (const one of foreign) {
    expect(
      correlate(
        mask,
        [...one].map((value) => (value === 0 ? -1 : 1)),
      ),
    ).toBeLessThan(limit);
  }
});

it('draws anew each step of a training, the same after an interruption, and drops nothing in serving', async () => {
  const whole = await train(createTrainer(), 6);
  const first = createTrainer();
  await train(first, 3);
  const second = createTrainer();
  await (await second).loadState(await (await first).readState());
  expect((await train(second, 3)).losses).toEqual(whole.losses.slice(3));
  expect(await (await second).readState()).toEqual(await whole.trainer.readState());
  expect((await train(createTrainer(2), 6)).losses).not.toEqual(whole.losses);
  const images = pictures();
  const served = await whole.trainer.run(images, 2);
  expect(served).toEqual(await whole.trainer.run(images, 2));
});

function createTrainer(seed = 1): Promise<ModelTrainer> {
  const network: Network = (scope, pixels) => {
    const stem = activatedConvolution(scope, 'stem', pixels, { channels: 4, kernel: 3, stride: 2 });
    return classifierHead(scope, scope.dropout(stem, 0.4), 2);
  };
  const model = toTrainableModel(createClassifierFrom(network, { classes: 2, imageSize: 8, seed: 1 }), 0);
  const optimizer = { kind: 'sgd', weightDecay: 0 } as const;
  return createModelTrainer({ model, batchSize: 2, optimizer, provider: 'cpu', threads: 1, seed });
}

async function train(opening: Promise<ModelTrainer>, steps: number) {
  const trainer = await opening;
  const feeds: FeedElements = new Map<string, Uint8Array | Int32Array>([
    ['images', pictures()],
    ['labels', Int32Array.of(0, 1)],
  ]);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await trainer.step(feeds, 0)).loss);
  return { trainer, losses };
}

function pictures(): Uint8Array {
  return Uint8Array.from({ length: 2 * 8 * 8 * 3 }, (_, index) => (index * 37) % 251);
}

interface Drawn {
  readonly y: Float32Array;
  readonly gradient: Float32Array;
}

/** Dropout of ones, and the gradient of its sum. */
async function createDrawing(ratio: number, layer = 0): Promise<(key: number) => Promise<Drawn>> {
  const e = createExpressions(createGraphBuilder());
  const x = e.builder.input('x', 'float32', [rows, columns]);
  const key = e.builder.input('key', 'float32', [1]);
  const y = dropOut(e, x, { ratio, key, layer });
  const [gradient] = differentiate(e, e.sum(y, [0, 1], false), [x]);
  if (!gradient) throw new Error('no gradient');
  const name = (value: typeof y, to: string) => e.builder.node('Identity', [value], {}, { outputs: [to] })[0];
  const graph = e.builder.finish('dropout', [name(y, 'y'), name(gradient, 'gradient')]);
  const session = await InferenceSession.create(writeOnnx(graph), { logSeverityLevel: 3 });
  const ones = new Float32Array(rows * columns).fill(1);
  return async (number) => {
    const outputs = await session.run({
      x: new Tensor('float32', ones, [rows, columns]),
      key: new Tensor('float32', [number], [1]),
    });
    const floats = (output: string) => outputs[output]?.data as Float32Array;
    return { y: floats('y'), gradient: floats('gradient') };
  };
}

/** |Σ a b| / n */
function correlate(a: readonly number[], b: readonly number[]): number {
  return Math.abs(a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)) / a.length;
}
