/** A MobileNet-style file of PyTorch's is trained on: same graph, same names, other classes. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createTransferTrainer,
  type ForeignClassifier,
  importClassifier,
  loadPredictor,
  readForeignClassifier,
} from '../../../src-main/engine/index.ts';
import { decodeModel } from '../../../src-main/engine/onnx/decode.ts';
import { createTrainer } from '../../../src-main/engine/trainer.ts';
import { decodeTrainerState } from '../../../src-main/engine/trainer-state.ts';

const file = readFileSync(`${import.meta.dirname}/../../fixtures/engine/exports/mobile-textures.onnx`);
const [imageSize, batchSize] = [32, 12];
const textures = ['plain', 'blots', 'specks', 'rings', 'stripes', 'checks', 'clouds', 'grain'];
const reading = { imageSize, pixelRange: 'imagenet', seed: 1 } as const;
const optimizer = { kind: 'adamw', weightDecay: 0.01, emaDecay: 0.8 } as const;
const common = { batchSize, optimizer, labelSmoothing: 0, provider: 'cpu', threads: 1 } as const;

describe('a foreign classifier', () => {
  it('answers at first as its file does, and as what it is imported as does', async () => {
    const model = readForeignClassifier(file, { ...reading, classNames: textures });
    expect(model.hasNewHead).toBe(false);
    const trainer = await createTrainer({ ...common, model });
    const [images] = drawBatch(0);
    const found = await trainer.predict(images, batchSize);
    const input = { imageSize: { width: imageSize, height: imageSize }, pixelRange: 'imagenet' } as const;
    const itself = await loadPredictor(file, { provider: 'cpu', input });
    expectClose(found, await itself.predict(images, batchSize));
    const imported = importClassifier(file, { ...reading, classNames: textures });
    const served = await loadPredictor(imported.file, { provider: 'cpu' });
    expect(served.classNames).toEqual(textures);
    expectClose(await served.predict(images, batchSize), found);
    await Promise.all([trainer, itself, served].map((one) => one.dispose()));
  });

  it('learns other classes, first by its new last layer alone, then by all of it', async () => {
    const model = readForeignClassifier(file, { ...reading, classNames: ['lines', 'dots'] });
    expect(model.hasNewHead).toBe(true);
    expect(model.parameters.filter(({ name }) => !model.backbone.includes(name))).toMatchObject([
      { name: 'classifier.1.weight', shape: [2, 128], decays: true },
      { name: 'classifier.1.bias', shape: [2], decays: false },
    ]);
    const trainer = await createTransferTrainer({ ...common, model, headSteps: 10, backboneRate: 0.2 });
    for (let step = 0; step < 10; step++) await trainer.step(...drawBatch(step), 0.02);
    const afterHead = await readParameters(trainer);
    expect(listChanged(model, afterHead)).toEqual(['classifier.1.weight', 'classifier.1.bias']);
    for (let step = 10; step < 40; step++) await trainer.step(...drawBatch(step), 0.005);
    expect(listChanged(model, await readParameters(trainer)).length).toBe(model.parameters.length);
    expect(await measure(trainer.predict.bind(trainer))).toBeGreaterThanOrEqual(0.95);

    const bytes = await trainer.exportOnnx({ classNames: ['lines', 'dots'] });
    const [names, before] = [decodeModel(bytes), decodeModel(file)].map(listWeights);
    expect(names).toEqual(before);
    await trainer.dispose();
  });

  it('ends with the same bytes when it is interrupted before, at and after the change of phase', async () => {
    const model = readForeignClassifier(file, { ...reading, classNames: ['lines', 'dots'] });
    const open = () => createTransferTrainer({ ...common, model, headSteps: 2, backboneRate: 0.2 });
    const whole = await open();
    const states: Uint8Array[] = [];
    for (let step = 0; step < 4; step++) {
      await whole.step(...drawBatch(step), 0.01);
      states.push(await whole.readState());
    }
    for (const [index, state] of states.slice(0, 3).entries()) {
      const resumed = await open();
      await resumed.loadState(state);
      for (let step = index + 1; step < 4; step++) await resumed.step(...drawBatch(step), 0.01);
      expect(Buffer.compare(await resumed.readState(), states[3] ?? new Uint8Array())).toBe(0);
      await resumed.dispose();
    }
    await whole.dispose();
  });
});

type Predict = (images: Uint8Array, count: number) => Promise<Float32Array>;

async function measure(predict: Predict): Promise<number> {
  let correct = 0;
  for (let batch = 100; batch < 105; batch++) {
    const [images, labels] = drawBatch(batch);
    const probabilities = await predict(images, batchSize);
    labels.forEach((label, row) => {
      if ((probabilities[2 * row + label] ?? 0) > 0.5) correct++;
    });
  }
  return correct / (5 * batchSize);
}

/** Stripes or spots of any direction, pitch and colours. */
function drawBatch(seed: number): readonly [images: Uint8Array, labels: Int32Array] {
  const labels = Int32Array.from({ length: batchSize }, (_, index) => (index + seed) % 2);
  const plane = imageSize * imageSize;
  const images = Uint8Array.from({ length: batchSize * plane * 3 }, (_, index) => {
    const picture = Math.floor(index / (3 * plane));
    const at = Math.floor((index % (3 * plane)) / 3);
    const [x, y] = [at % imageSize, Math.floor(at / imageSize)];
    const turn = seed * 1.7 + picture * 0.9;
    const pitch = 0.7 + ((seed + picture * 3) % 5) * 0.1;
    const along = Math.sin(pitch * (Math.cos(turn) * x + Math.sin(turn) * y));
    const across = Math.sin(pitch * (Math.cos(turn) * y - Math.sin(turn) * x));
    const mark = labels[picture] === 0 ? along : along * across * 1.4;
    const colour = 60 + ((picture * 37 + seed * 11 + (index % 3) * 53) % 90);
    return Math.max(0, Math.min(255, colour + 60 + 60 * mark));
  });
  return [images, labels];
}

async function readParameters(trainer: { readState(): Promise<Uint8Array> }): Promise<Float32Array> {
  return decodeTrainerState(await trainer.readState()).vectors.get('parameters') ?? new Float32Array();
}

function listChanged({ parameters, initialParameters }: ForeignClassifier, now: Float32Array): string[] {
  let offset = 0;
  return parameters.flatMap(({ name, shape }) => {
    const start = offset;
    offset += shape.reduce((product, size) => product * size, 1);
    return now.subarray(start, offset).some((value, at) => value !== initialParameters[start + at])
      ? [name]
      : [];
  });
}

/** What the file calls its weights and statistics. */
function listWeights({ graph }: ReturnType<typeof decodeModel>): string[] {
  return [...graph.initializers.keys()].filter((name) => /^(features|classifier)\./.test(name)).sort();
}

function expectClose(found: Float32Array, expected: Float32Array): void {
  expect(found).toHaveLength(expected.length);
  const worst = Math.max(...found.map((value, index) => Math.abs(value - (expected[index] ?? Number.NaN))));
  expect(worst).toBeLessThan(1e-4);
}
