/** Mixed precision on the CPU, which rounds as a device does: steps that overflow, the loss scale, and what is saved. */
import { describe, expect, it } from 'vitest';
import { createModelTrainer, type ModelTrainer } from '../../../src-main/engine/model-trainer.ts';
import { toTrainableModel } from '../../../src-main/engine/nn/classification-task.ts';
import { createClassifierFrom } from '../../../src-main/engine/nn/classifier.ts';
import { createDetector } from '../../../src-main/engine/nn/detector/detector.ts';
import { activatedConvolution, classifierHead, residualBlock } from '../../../src-main/engine/nn/layers.ts';
import type { Network } from '../../../src-main/engine/nn/network.ts';
import type { TrainableModel } from '../../../src-main/engine/nn/trainable-model.ts';
import { lossScaling } from '../../../src-main/engine/optim/loss-scaling.ts';
import type { OptimizerOptions } from '../../../src-main/engine/optim/optimizer.ts';
import {
  decodeTrainerState,
  encodeTrainerState,
  restartOptimizer,
} from '../../../src-main/engine/trainer-state.ts';

const [imageSize, batchSize, classes] = [16, 8, 3];
const adam = { kind: 'adamw', weightDecay: 0.05, clipNorm: 1, emaDecay: 0.9 } as const;
const rate = 0.01;

const tiny: Network = (scope, pixels) => {
  const stem = activatedConvolution(scope, 'stem', pixels, { channels: 6, kernel: 3, stride: 2 });
  return classifierHead(scope, residualBlock(scope, 'block', stem), classes);
};
const model = toTrainableModel(createClassifierFrom(tiny, { classes, imageSize, seed: 3 }), 0.1);

describe('a step that overflows', () => {
  it('moves nothing but the scale, which halves, and leaves no trace in the steps after it', async () => {
    const trainer = await open({ scale: lossScaling.largestScale });
    const before = await readVectors(trainer);
    let [skipped, outcome] = [0, await trainer.step(batch(0), rate)];
    for (; outcome.isSkipped; skipped++) {
      expect(Number.isFinite(outcome.loss)).toBe(true);
      expect(await readVectors(trainer)).toEqual(
        new Map([...before, ['lossScale', Float32Array.of(lossScaling.largestScale / 2 ** (skipped + 1))]]),
      );
      outcome = await trainer.step(batch(0), rate);
    }
    expect(skipped).toBeGreaterThan(1);
    const direct = await open({ scale: lossScaling.largestScale / 2 ** skipped });
    await direct.step(batch(0), rate);
    expect(await readVectors(trainer)).toEqual(await readVectors(direct));
    expect(trainer.stepCount).toBe(skipped + 1);
    await Promise.all([trainer.dispose(), direct.dispose()]);
  });

  it('is skipped whole where it is done in pieces', async () => {
    const trainer = await open({ scale: lossScaling.largestScale, accumulate: 4 });
    const { parameters, firstMoment } = Object.fromEntries(await readVectors(trainer));
    const outcome = await trainer.step(batch(0), rate);
    const after = Object.fromEntries(await readVectors(trainer));
    expect(outcome.isSkipped).toBe(true);
    expect(after.parameters).toEqual(parameters);
    expect(after.firstMoment).toEqual(firstMoment);
    let skipped = 1;
    while ((await trainer.step(batch(0), rate)).isSkipped) skipped++;
    const direct = await open({ scale: lossScaling.largestScale / 2 ** skipped, accumulate: 4 });
    await direct.step(batch(0), rate);
    expect((await readVectors(trainer)).get('parameters')).toEqual(
      (await readVectors(direct)).get('parameters'),
    );
    await Promise.all([trainer.dispose(), direct.dispose()]);
  });

  it('is the end where no scale helps, and names the first node that left half precision', async () => {
    const initialParameters = model.initialParameters.map((value) => value * 1e5);
    const trainer = await open({ model: { ...model, initialParameters } });
    let outcome = await trainer.step(batch(0), rate);
    let steps = 1;
    for (; outcome.isSkipped; steps++) outcome = await trainer.step(batch(0), rate);
    expect(steps).toBe(1 + Math.log2(lossScaling.initialScale));
    expect(outcome.lossScale).toBe(lossScaling.leastScale);
    expect(outcome.firstBadNode).toMatch(/^\w+ \S+ : f16\[/);
    await trainer.dispose();
  });
});

describe('the loss scale', () => {
  it('doubles after two thousand good steps, counted over interruptions', async () => {
    const trainer = await open({ scale: 1024, goodSteps: lossScaling.growthInterval - 2 });
    expect(readScaling(await readVectors(trainer))).toEqual([1024, 1998]);
    await trainer.step(batch(0), rate);
    expect(readScaling(await readVectors(trainer))).toEqual([1024, 1999]);
    await trainer.step(batch(1), rate);
    expect(readScaling(await readVectors(trainer))).toEqual([2048, 0]);
    await trainer.dispose();
  });

  it('grows no further than its bound', async () => {
    const { largestScale, growthInterval } = lossScaling;
    const small = { ...model, buildLoss: faint(model) };
    const trainer = await open({ model: small, scale: largestScale, goodSteps: growthInterval - 1 });
    expect((await trainer.step(batch(0), rate)).isSkipped).toBeUndefined();
    expect(readScaling(await readVectors(trainer))).toEqual([largestScale, 0]);
    await trainer.dispose();
  });

  it('changes no gradient: its norm is that of the loss itself', async () => {
    const [low, high] = [await open({ scale: 8 }), await open({ scale: 65536 })];
    const outcomes = [await low.step(batch(0), rate), await high.step(batch(0), rate)];
    expect(outcomes[0]?.gradientNorm).toBeCloseTo(outcomes[1]?.gradientNorm ?? Number.NaN, 3);
    await Promise.all([low.dispose(), high.dispose()]);
  });
});

describe('a gradient in mixed precision', () => {
  it('is that of float32 within the rounding of half precision', async () => {
    const found = await readGradient(true);
    const expected = await readGradient(false);
    expect(distance(found, expected)).toBeGreaterThan(1e-6);
    expect(distance(found, expected)).toBeLessThan(1e-2);
  });

  it('is so for a detector too, with its targets assigned alike', { timeout: 120_000 }, async () => {
    const detector = createDetector({
      ...{ architecture: 'detector-nano', classes: 2, imageSize: 64, maxBoxes: 3, seed: 1 },
    });
    const [expected, found] = [await stepDetector(detector, false), await stepDetector(detector, true)];
    expect(found.positives).toBe(expected.positives);
    expect(Math.abs(found.loss / expected.loss - 1)).toBeLessThan(1e-3);
    expect(distance(found.gradient, expected.gradient)).toBeLessThan(3e-2);
  });

  it('keeps what would vanish in half precision without a scale', async () => {
    const dim = { ...model, buildLoss: faint(model) };
    const expected = await readGradient(false, dim);
    expect(distance(await readGradient(true, dim), expected)).toBeLessThan(1e-2);
    expect(distance(await readGradient(true, dim, 1), expected)).toBeGreaterThan(0.1);
  });
});

describe('the state of a run in mixed precision', () => {
  it('gives the same bytes when the run is broken off and goes on, skipped steps among them', async () => {
    const whole = await open({ scale: 2 ** 22 });
    const first = await open({ scale: 2 ** 22 });
    for (let step = 0; step < 5; step++) {
      await whole.step(batch(step), rate);
      await first.step(batch(step), rate);
    }
    const second = await open({});
    await second.loadState(await first.readState());
    for (let step = 5; step < 8; step++) {
      await whole.step(batch(step), rate);
      await second.step(batch(step), rate);
    }
    const state = await whole.readState();
    expect(decodeTrainerState(state).skippedSteps).toBeGreaterThan(0);
    expect(Buffer.compare(await second.readState(), state)).toBe(0);
    await Promise.all([whole.dispose(), first.dispose(), second.dispose()]);
  });

  it('keeps its scale where the optimizer begins anew, and counts its steps from there', () => {
    const vectors = new Map(
      [
        ...([
          ['parameters', 3],
          ['firstMoment', 5],
          ['lossScale', 1024],
          ['goodSteps', 7],
        ] as const),
      ].map(([name, value]) => [name, Float32Array.of(value)] as const),
    );
    const state = { subject: {}, stepCount: 9, skippedSteps: 2, vectors };
    const { vectors: after, ...counts } = restartOptimizer(state);
    expect(counts).toMatchObject({ stepCount: 9, restartedAt: 9, skippedSteps: 0 });
    expect([...after.values()].map(([value]) => value)).toEqual([3, 0, 1024, 7]);
  });

  it('goes on in float32, and back, with its weights in float32', async () => {
    const mixed = await open({});
    await mixed.step(batch(0), rate);
    const single = await open({ amp: false });
    await single.loadState(await mixed.readState());
    const saved = await single.readState();
    expect([...decodeTrainerState(saved).vectors.keys()]).not.toContain('lossScale');
    const exported = await single.exportOnnx({});
    expect(Buffer.compare(await mixed.exportOnnx({}), exported)).toBe(0);
    await mixed.loadState(saved);
    expect(readScaling(await readVectors(mixed))).toEqual([lossScaling.initialScale, 0]);
    await Promise.all([mixed.dispose(), single.dispose()]);
  });
});

interface OpenOptions {
  readonly amp?: boolean;
  readonly model?: TrainableModel;
  readonly optimizer?: OptimizerOptions;
  readonly accumulate?: number;
  readonly scale?: number;
  readonly goodSteps?: number;
}

async function open(options: OpenOptions): Promise<ModelTrainer> {
  const { scale, goodSteps = 0, amp = true, ...rest } = options;
  const trainer = await createModelTrainer({
    ...{ model, batchSize, optimizer: adam, provider: 'cpu', threads: 1, amp },
    ...rest,
  });
  if (scale === undefined) return trainer;
  const state = decodeTrainerState(await trainer.readState());
  const scaling = [
    ['lossScale', Float32Array.of(scale)],
    ['goodSteps', Float32Array.of(goodSteps)],
  ] as const;
  await trainer.loadState(encodeTrainerState({ ...state, vectors: new Map([...state.vectors, ...scaling]) }));
  return trainer;
}

async function readVectors(trainer: ModelTrainer): Promise<Map<string, Float32Array>> {
  return new Map(decodeTrainerState(await trainer.readState()).vectors);
}

function readScaling(vectors: ReadonlyMap<string, Float32Array>): readonly (number | undefined)[] {
  return [vectors.get('lossScale')?.[0], vectors.get('goodSteps')?.[0]];
}

/** What a step of plain gradient descent at rate 1 takes off the weights. */
async function readGradient(amp: boolean, subject = model, scale?: number): Promise<Float32Array> {
  const optimizer = { kind: 'sgd', weightDecay: 0, momentum: 0 } as const;
  const trainer = await open({ amp, model: subject, optimizer, ...(scale !== undefined && { scale }) });
  await trainer.step(batch(0), 1);
  const moved = (await readVectors(trainer)).get('parameters') ?? new Float32Array();
  await trainer.dispose();
  return moved.map((value, index) => (subject.initialParameters[index] ?? 0) - value);
}

/** The loss of one step, its points that answer for objects, and its gradient. */
async function stepDetector(detector: TrainableModel, amp: boolean) {
  const [count, size] = [2, 64];
  const optimizer = { kind: 'sgd', weightDecay: 0, momentum: 0 } as const;
  const common = { model: detector, batchSize: count, optimizer, provider: 'cpu', threads: 1, amp } as const;
  const trainer = await createModelTrainer(common);
  const corners = [8, 10, 40, 44, 20, 4, 60, 30, 0, 0, 0, 0];
  const feeds = new Map<string, Uint8Array | Float32Array | Int32Array>([
    ['images', Uint8Array.from({ length: count * size * size * 3 }, (_, i) => (i * i * 31 + i * 7) % 251)],
    ['boxes', Float32Array.from([...corners, ...corners])],
    ['classes', Int32Array.of(0, 1, -1, 1, 0, -1)],
  ]);
  const { loss, results } = await trainer.step(feeds, 1);
  const positives = results.get('positives')?.[0];
  const moved = (await readVectors(trainer)).get('parameters') ?? new Float32Array();
  await trainer.dispose();
  const gradient = moved.map((value, index) => (detector.initialParameters[index] ?? 0) - value);
  return { loss, positives, gradient };
}

/** The L2 norm of the difference over that of what was expected. */
function distance(found: Float32Array, expected: Float32Array): number {
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  return norm(found.map((value, index) => value - (expected[index] ?? Number.NaN))) / norm(expected);
}

/** A loss with gradients that lie below what half precision holds. */
function faint({ buildLoss }: TrainableModel): TrainableModel['buildLoss'] {
  return (scope, feeds) => {
    const { loss, results } = buildLoss(scope, feeds);
    return { loss: scope.e.mul(loss, 1e-5), results };
  };
}

function batch(step: number) {
  const length = batchSize * imageSize * imageSize * 3;
  return new Map<string, Uint8Array | Int32Array>([
    ['images', Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * 7 + step * 13) % 251)],
    ['labels', Int32Array.from({ length: batchSize }, (_, i) => (i * 5 + step) % classes)],
  ]);
}
