import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  createClassifier,
  createTrainer,
  loadPredictor,
  type OptimizerOptions,
  type Trainer,
} from '../../../src-main/engine/index.ts';
import { toTrainableModel } from '../../../src-main/engine/nn/classification-task.ts';
import { createInferenceGraph } from '../../../src-main/engine/nn/inference-graph.ts';
import { readOnnx } from '../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../src-main/engine/onnx/write.ts';
import { decodeTrainerState } from '../../../src-main/engine/trainer-state.ts';

const [imageSize, batchSize, classes] = [24, 6, 3];
const adamw = { kind: 'adamw', weightDecay: 0.02, clipNorm: 5, emaDecay: 0.9 } as const;

describe('a trainer on the CPU', () => {
  it('gives the same bytes for the same seed, pictures and threads', async () => {
    const [first, again] = [await trainSteps(await start(), 0, 5), await trainSteps(await start(), 0, 5)];
    expect(Buffer.compare(first, again)).toBe(0);
  });

  it.each([adamw, { kind: 'sgd', weightDecay: 0.01, momentum: 0.9 }] as const)(
    'ends with the same bytes when it is interrupted and resumed (%o)',
    async (optimizer) => {
      const whole = await trainSteps(await start(optimizer), 0, 6);
      const half = await trainSteps(await start(optimizer), 0, 3);
      const resumed = await start(optimizer);
      await resumed.loadState(half);
      expect(resumed.stepCount).toBe(3);
      expect(Buffer.compare(await trainSteps(resumed, 3, 6), whole)).toBe(0);
    },
  );

  it('learns to tell three colours apart, and predicts any number of pictures', async () => {
    const trainer = await start(adamw);
    for (let step = 0; step < 30; step++) await trainer.step(...batch(step), 0.01);
    const count = batchSize + 1;
    const images = new Uint8Array(count * imageSize * imageSize * 3);
    images.set(batch(77)[0]);
    images.set(batch(78)[0].subarray(0, imageSize * imageSize * 3), batch(77)[0].length);
    const probabilities = await trainer.predict(images, count);
    const labels = [...batch(77)[1], batch(78)[1][0]];
    expect(
      labels.map((label, row) => probabilities[row * classes + (label ?? 0)] ?? 0).every((p) => p > 0.5),
    ).toBe(true);
    expect(await trainer.predict(new Uint8Array(), 0)).toHaveLength(0);
    await trainer.dispose();
  });

  it('returns a loss that is not finite instead of throwing', async () => {
    const trainer = await start({ kind: 'sgd', weightDecay: 0 });
    const losses: number[] = [];
    for (let step = 0; step < 4; step++) losses.push((await trainer.step(...batch(step), 1e30)).loss);
    expect(losses.every(Number.isFinite)).toBe(false);
    await trainer.dispose();
  });
});

describe('a saved state', () => {
  it('is refused when damaged, cut short, or of another model', async () => {
    const trainer = await start();
    const state = await trainer.readState();
    const refusal = (reason: string) =>
      expect.objectContaining({ code: 'MODEL_UNREADABLE', message: expect.stringContaining(reason) });
    await expect(trainer.loadState(state.with(state.length - 100, 7))).rejects.toEqual(refusal('checksum'));
    await expect(trainer.loadState(state.subarray(0, 500))).rejects.toEqual(refusal('checksum'));
    await expect(trainer.loadState(new Uint8Array(3))).rejects.toEqual(refusal('begin'));
    const sgd = await start({ kind: 'sgd', weightDecay: 0 });
    await expect(sgd.loadState(state)).rejects.toEqual(refusal('its optimizer is adamw, expected sgd'));
    const bare = await start({ kind: 'adamw', weightDecay: 0 });
    await expect(bare.loadState(state)).rejects.toEqual(refusal('average has'));
    await Promise.all([trainer, sgd, bare].map((one) => one.dispose()));
  });
});

describe('an export', () => {
  it('says what it is, and gives what predict gives and what the unfolded network gives', async () => {
    const trainer = await start(adamw);
    for (let step = 0; step < 8; step++) await trainer.step(...batch(step), 0.01);
    const classNames = ['rood', 'grün', 'xanh lá'];
    const bytes = await trainer.exportOnnx({ classNames, metadata: { run: 'r-1' } });
    const [images] = batch(50);
    const expected = await trainer.predict(images, batchSize);
    const predictor = await loadPredictor(bytes, { provider: 'cpu', threads: 1 });
    expect(predictor.classNames).toEqual(classNames);
    expect(predictor.imageSize).toEqual({ width: imageSize, height: imageSize });
    expect([predictor.channels, predictor.classCount]).toEqual([3, classes]);
    expectClose(await predictor.predict(images, batchSize), expected);
    expectClose(await predictUnfolded(await trainer.readState(), images), expected);
    const { graph, metadata } = readOnnx(bytes);
    expect(graph.nodes.some(({ op }) => op === 'BatchNormalization')).toBe(false);
    expect(metadata.get('run')).toBe('r-1');
    await Promise.all([predictor.dispose(), trainer.dispose()]);
  });
});

async function start(optimizer: OptimizerOptions = adamw): Promise<Trainer> {
  const model = createClassifier({ architecture: 'classifier-nano', classes, imageSize, seed: 5 });
  return createTrainer({
    model,
    batchSize,
    optimizer,
    labelSmoothing: 0.05,
    provider: 'cpu',
    threads: 2,
  });
}

/** Trains from one step to another, disposes of the trainer, and returns its state. */
async function trainSteps(trainer: Trainer, from: number, to: number): Promise<Uint8Array> {
  for (let step = from; step < to; step++) await trainer.step(...batch(step), 0.01);
  const state = await trainer.readState();
  await trainer.dispose();
  return state;
}

/** Noise in which one colour is stronger: the label. */
function batch(step: number): readonly [images: Uint8Array, labels: Int32Array] {
  const labels = Int32Array.from({ length: batchSize }, (_, i) => (i * 7 + step) % classes);
  const pixels = imageSize * imageSize * 3;
  const images = Uint8Array.from({ length: batchSize * pixels }, (_, i) => {
    const noise = (i * i * 31 + i * 7 + step * 13) % 127;
    return i % 3 === labels[Math.floor(i / pixels)] ? noise + 120 : noise;
  });
  return [images, labels];
}

async function predictUnfolded(state: Uint8Array, images: Uint8Array): Promise<Float32Array> {
  const model = createClassifier({ architecture: 'classifier-nano', classes, imageSize, seed: 5 });
  const average = decodeTrainerState(state).vectors.get('average') ?? new Float32Array();
  const parameters = average.subarray(0, model.initialParameters.length);
  const statistics = average.subarray(model.initialParameters.length);
  const graph = createInferenceGraph(
    toTrainableModel(model, 0),
    { parameters, statistics },
    { foldNormalization: false },
  );
  const session = await InferenceSession.create(writeOnnx(graph, { symbolicBatch: 1 }));
  const outputs = await session.run({
    images: new Tensor('uint8', images, [batchSize, imageSize, imageSize, 3]),
  });
  await session.release();
  return outputs.probabilities?.data as Float32Array;
}

function expectClose(found: Float32Array, expected: Float32Array): void {
  expect(found).toHaveLength(expected.length);
  const worst = Math.max(...found.map((value, index) => Math.abs(value - (expected[index] ?? Number.NaN))));
  expect(worst).toBeLessThan(1e-4);
}
