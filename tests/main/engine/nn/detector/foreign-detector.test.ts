import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createDetector,
  createForeignDetector,
  createModelTrainer,
  describeDetector,
  loadDetector,
} from '../../../../../src-main/engine/index.ts';
import { createInferenceGraph } from '../../../../../src-main/engine/nn/inference-graph.ts';
import { readOnnx } from '../../../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../../../src-main/engine/onnx/write.ts';

const readFixture = (file: string) =>
  readFileSync(`${import.meta.dirname}/../../../../fixtures/detector/${file}.onnx`);
const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31 + i * 7) % 251);
/** A dark frame around the object that is to be learnt: x 10 to 42, y 12 to 44. */
const scene = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % 64, Math.floor(i / 192)];
  return x >= 10 && x < 42 && y >= 12 && y < 44 ? 220 : 40;
});

describe.each([
  ['yolox', 9 * 2],
  ['yolox-decoded', 9 * 2],
  ['yolov5', 3 * 2],
  ['yolov8', 6 * 2],
  ['yolov8-half', 6 * 2],
  ['yolo11', 6 * 2],
  ['yolo26', 6 * 2],
  ['yolo26-final', 6 * 2],
])('createForeignDetector of %s', (file, headTensors) => {
  const create = (classes: number) =>
    createForeignDetector({ bytes: readFixture(file), classes, maxBoxes: 2, seed: 1 });

  it('serves what the file serves while its classes are kept, and so does what is made of that export', async () => {
    const model = create(3);
    const values = {
      parameters: model.initialParameters,
      statistics: model.initialStatistics ?? new Float32Array(),
    };
    const names = { classNames: ['a', 'b', 'c'], imageSize: 64, architecture: model.family };
    const written = writeOnnx(createInferenceGraph(model, values), { metadata: describeDetector(names) });
    const again = createForeignDetector({ bytes: written, classes: 3, maxBoxes: 2, seed: 1 });
    expect(again.family).toBe('fieldstation');
    const rewritten = writeOnnx(
      createInferenceGraph(again, { ...values, parameters: again.initialParameters }),
      {
        metadata: describeDetector(names),
      },
    );
    const [ours, theirs] = [await detectNoise(written), await detectNoise(readFixture(file))];
    expectClose((await detectNoise(rewritten)).boxes, ours.boxes, 0.001);
    expect(ours.scores[0]).toBeGreaterThan(0.2);
    const tolerance = file.includes('half') ? 0.5 : 0.01;
    // What chose one box for each object itself is suppressed from now on.
    const isChosen = file.endsWith('final');
    const compared = isChosen ? 1 : ours.scores.length;
    expectClose(ours.scores.slice(0, compared), theirs.scores.slice(0, compared), tolerance);
    expectClose(ours.boxes.slice(0, 4 * compared), theirs.boxes.slice(0, 4 * compared), tolerance);
  });

  it('keeps names and weights when it gets other classes, but for the rows of the classes', () => {
    const file3 = readOnnx(readFixture(file)).graph;
    const sizes = new Map([...file3.initializers].map(([{ name, shape }]) => [name, shape]));
    const { parameters } = create(5);
    const changed = parameters.filter(({ name, shape }) => `${sizes.get(name)}` !== `${shape}`);
    const perLevel = file.startsWith('yolov5') ? 3 * 10 : 5;
    expect(changed.map(({ shape }) => shape[0])).toEqual(Array(6).fill(perLevel));
    expect(parameters.length).toBeGreaterThanOrEqual(headTensors);
  });

  it('learns that there is an object of a new class', async () => {
    const optimizer = { kind: 'adamw', weightDecay: 0 } as const;
    const trainer = await createModelTrainer({ model: create(2), batchSize: 1, optimizer, provider: 'cpu' });
    const feeds = new Map<string, Uint8Array | Int32Array | Float32Array>([
      ['images', scene],
      ['boxes', Float32Array.of(10, 12, 42, 44, 0, 0, 0, 0)],
      ['classes', Int32Array.of(1, -1)],
    ]);
    const losses: number[] = [];
    // Without distributions of distances less is learnt of each object.
    const steps = file.startsWith('yolo26') ? 150 : 60;
    for (let step = 0; step < steps; step++) losses.push((await trainer.step(feeds, 0.003)).loss);
    const outputs = await trainer.run(scene, 1);
    await trainer.dispose();
    expect(losses.at(-1)).toBeLessThan(0.5 * Math.max(...losses));
    expect(outputs.get('classes')?.values[0]).toBe(1);
    expect(outputs.get('scores')?.values[0]).toBeGreaterThan(0.05);
  });
});

describe('createForeignDetector', () => {
  it('says why raw heads whose convolutions are elsewhere cannot be trained', () => {
    const bytes = readFileSync(
      `${import.meta.dirname}/../../../../fixtures/engine/exports/mobilenet-13.onnx`,
    );
    expect(() => createForeignDetector({ bytes, classes: 2, maxBoxes: 2, seed: 1 })).toThrow(
      'expected a detector as YOLOX',
    );
  });

  it('goes on from an export of our own with other classes', async () => {
    const nano = createDetector({
      architecture: 'detector-nano',
      classes: 2,
      imageSize: 64,
      maxBoxes: 1,
      seed: 1,
    });
    const statistics = Float32Array.from(
      nano.statistics.flatMap(({ channels }) => [...Array(channels).fill(0), ...Array(channels).fill(1)]),
    );
    const graph = createInferenceGraph(nano, { parameters: nano.initialParameters, statistics });
    const names = { classNames: ['cell', 'seed'], imageSize: 64, architecture: 'detector-nano' };
    const bytes = writeOnnx(graph, { metadata: describeDetector(names), symbolicBatch: 1 });
    const model = createForeignDetector({ bytes, classes: 4, maxBoxes: 2, seed: 1 });
    const weights = model.parameters.filter(({ name }) => name.endsWith('classes.predict.weight'));
    expect(weights.map(({ shape }) => shape)).toEqual(Array(3).fill([4, 48, 1, 1]));
    expect(model.listFeeds(2)[0]).toEqual({ name: 'images', dtype: 'uint8', shape: [2, 64, 64, 3] });
    const optimizer = { kind: 'adamw', weightDecay: 0 } as const;
    const trainer = await createModelTrainer({ model, batchSize: 2, optimizer, provider: 'cpu' });
    const feeds = new Map<string, Uint8Array | Int32Array | Float32Array>([
      ['images', Uint8Array.from([...scene, ...scene])],
      ['boxes', Float32Array.of(10, 12, 42, 44, 0, 0, 0, 0, 10, 12, 42, 44, 0, 0, 0, 0)],
      ['classes', Int32Array.of(3, -1, 3, -1)],
    ]);
    const first = (await trainer.step(feeds, 0.0005)).loss;
    for (let step = 0; step < 8; step++) await trainer.step(feeds, 0.0005);
    const last = (await trainer.step(feeds, 0.0005)).loss;
    await trainer.dispose();
    expect(last).toBeLessThan(0.9 * first);
  });
});

async function detectNoise(bytes: Uint8Array) {
  const detector = await loadDetector(bytes, { provider: 'cpu', threads: 1 });
  const detections = await detector.detect(noise, 1);
  await detector.dispose();
  return detections;
}

function expectClose(found: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  const worst = Math.max(...found.map((value, index) => Math.abs(value - (expected[index] ?? Number.NaN))));
  expect(worst).toBeLessThan(tolerance);
}
