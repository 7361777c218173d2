/** What nobody sets is chosen here: a plan that does not fit its pictures, machine or base wastes hours. */
import { expect, test } from 'vitest';
import {
  type DetectionGround,
  planDetection,
} from '../../../../../src-main/loop/training/detection/detection-plan.ts';
import {
  createViewSampler,
  weighViews,
} from '../../../../../src-main/loop/training/detection/view-sampler.ts';
import { countFrames, countViews, planViews } from '../../../../../src-main/loop/training/detection/views.ts';
import type { BlobHash, ImageHash } from '../../../../../src-preload/contract/ids.ts';
import { trainingParametersSchema } from '../../../../../src-preload/contract/training.ts';

const ground: DetectionGround = {
  trainCount: 205,
  valCount: 87,
  medianSize: 640,
  mostBoxes: 30,
  base: null,
  isAccelerated: false,
  freeMemoryBytes: 16e9,
};
const base = {
  label: 'nano.onnx',
  blobHash: 'f'.repeat(64) as BlobHash,
  family: 'yolox',
  imageSize: 416,
  parameters: 900_000,
};

const plan = (parameters: object, changes: Partial<DetectionGround> = {}) =>
  planDetection(trainingParametersSchema.parse(parameters), { ...ground, ...changes });

test('fits batches, epochs and detections to the pictures', () => {
  expect(plan({})).toMatchObject({ batchSize: 8, epochs: 279, maxDetections: 300, timeBudgetS: 2400 });
  expect(plan({ epochs: 5 }, { trainCount: 5_000 })).toMatchObject({ batchSize: 16, timeBudgetS: null });
  expect(plan({}, { mostBoxes: 3_000 }).maxDetections).toBe(4_500);
  expect(plan({}, { trainCount: 1, valCount: 0 })).toMatchObject({ batchSize: 4, epochs: 300 });
});

test('takes smaller batches where memory is short', () => {
  expect(plan({ imageSize: 640 }, { trainCount: 5_000, freeMemoryBytes: 4e9 }).batchSize).toBeLessThan(8);
});

test('nbs: round(nbs / batch) batches make an update, and weight decay goes with the pictures of one', () => {
  const detection = (nbs: number) => ({ weightDecay: 0.01, epochs: 10, detection: { nbs } });
  const of = (batchSize: number, nbs: number, trainCount = 205) =>
    plan({ batchSize, ...detection(nbs) }, { trainCount });
  // 205 pictures in updates of 64 are four an epoch.
  expect(of(8, 64)).toMatchObject({ batchSize: 8, accumulate: 8, totalSteps: 40, weightDecay: 0.01 });
  expect(of(12, 64)).toMatchObject({ accumulate: 5, weightDecay: (0.01 * 60) / 64 });
  expect(of(64, 16)).toMatchObject({ accumulate: 1, weightDecay: 0.04 });
  // One epoch has 10 pictures: an update waits for no more.
  expect(of(4, 64, 10)).toMatchObject({ accumulate: 3, totalSteps: 10 });
  expect(plan(detection(64))).toMatchObject({ batchSize: 8, accumulate: 8 });
  expect(plan(detection(4)).batchSize).toBe(4);
  expect(plan({ batchSize: 8, weightDecay: 0.01 })).toMatchObject({ accumulate: 1, weightDecay: 0.01 });
  expect(of(8, 64).learningRate).toBeGreaterThan(plan({ batchSize: 8 }).learningRate);
});

test('counts tiles, not pictures, where pictures are shown in tiles', () => {
  const box = { left: 10, top: 10, right: 40, bottom: 40, classIndex: 0 };
  const picture = { imageHash: 'a' as ImageHash, width: 1920, height: 1280, boxes: [box] };
  expect(countViews([picture, picture], null)).toBe(2);
  // Of six tiles one shows the object, and as many empty ones are shown beside it.
  expect(countViews([picture, picture], 640)).toBe(planViews([picture, picture], 320, 640).length);
  expect(countViews([picture], 640)).toBe(2);
  expect(countFrames([picture], 640)).toBeGreaterThanOrEqual(6);
});

test('switches all variation off at strength 0', () => {
  expect(new Set(Object.values(plan({ augmentation: 0 }).augment))).toEqual(new Set([0]));
});

test('keeps the frame of a base, and refuses another', () => {
  expect(plan({}, { base })).toMatchObject({ imageSize: 416, architecture: 'yolox' });
  expect(() => plan({ imageSize: 320 }, { base })).toThrow(/416/);
});

test('goes on from a base with a lower rate than from nothing, by the root of the pictures of an update', () => {
  expect(plan({ batchSize: 16 }, { base }).learningRate).toBe(0.0007);
  expect(plan({ batchSize: 8 }, { base }).learningRate).toBe(0.00049);
  expect(plan({ batchSize: 8, detection: { nbs: 32 } }, { base }).learningRate).toBe(0.00099);
  expect(plan({ batchSize: 16 }).learningRate).toBe(0.002);
  expect(plan({ batchSize: 8, learningRate: 0.003 }, { base }).learningRate).toBe(0.003);
});

test('refuses a frame that no detector has, and the architecture of a classifier', () => {
  expect(() => plan({ imageSize: 300 })).toThrow(/take 288/);
  expect(() => plan({ architecture: 'classifier-nano' })).toThrow(/detector-nano/);
});

test('shows pictures with rare classes more often, as far as that is wanted', () => {
  const box = (classIndex: number) => ({ left: 0, top: 0, right: 1, bottom: 1, classIndex });
  const views = Array.from({ length: 100 }, (_, index) => ({
    boxes: index < 4 ? [box(0), box(1)] : [box(0)],
  }));
  const count = (balance: number) => {
    const sampler = createViewSampler(weighViews(views, balance), 10, 1);
    const shown = [0, 1, 2, 3].flatMap((epoch) => sampler.listBatches(epoch).flatMap((batch) => [...batch]));
    expect(shown).toHaveLength(400);
    return shown.filter((index) => index < 4).length;
  };
  expect(count(0)).toBe(16);
  // A class in 1 of 25 pictures weighs 5 times: 20 of 116.
  expect(count(1)).toBeGreaterThan(60);
});
