/** An option that is taken and then forgotten costs somebody days: each does what its name says, or a test here fails. */
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../../src-main/base/clock.ts';
import { createRandom } from '../../../../../src-main/base/random.ts';
import { createInferenceGraph } from '../../../../../src-main/engine/nn/inference-graph.ts';
import { writeOnnx } from '../../../../../src-main/engine/onnx/write.ts';
import { matchesPattern } from '../../../../../src-main/engine/optim/name-pattern.ts';
import {
  type DetectionPlan,
  planDetection,
} from '../../../../../src-main/loop/training/detection/detection-plan.ts';
import { createDetectorSubject } from '../../../../../src-main/loop/training/detection/detector-subject.ts';
import {
  listFrozen,
  openDetectorModel,
} from '../../../../../src-main/loop/training/detection/open-detector-model.ts';
import { learningRateAt } from '../../../../../src-main/loop/training/training-progress.ts';
import {
  composeSample,
  drawStepScale,
  planSample,
} from '../../../../../src-main/vision/detection-augment.ts';
import type { DetectionOptions } from '../../../../../src-preload/contract/training.ts';
import { trainingParametersSchema } from '../../../../../src-preload/contract/training.ts';

const still = {
  ...{ mosaic: 0, mixup: 0, hsvH: 0, hsvS: 0, hsvV: 0, degrees: 0, translate: 0, scale: 0, shear: 0 },
  ...{ fliplr: 0, flipud: 0, crop: 0, multiScale: 0 },
};

function plan(detection: Partial<DetectionOptions>): DetectionPlan {
  const parameters = trainingParametersSchema.parse({
    ...{ epochs: 100, imageSize: 64, batchSize: 8 },
    detection: { ...still, ...detection },
  });
  return planDetection(parameters, {
    ...{ trainCount: 80, valCount: 8, medianSize: 64, mostBoxes: 3, base: null },
    ...{ isAccelerated: false, freeMemoryBytes: 16e9 },
  });
}

/** Coloured, and not alike in any direction. */
const size = 64;
const sample = {
  picture: {
    pixels: Uint8Array.from({ length: size * size * 3 }, (_, at) => (at * at) % 251),
    ...{ width: size, height: size, channels: 3 as const },
  },
  boxes: [{ left: 20, top: 24, right: 44, bottom: 40, classIndex: 0 }],
};

/** Training pictures as a run with these options shows them. */
function show(detection: Partial<DetectionOptions>) {
  const { augment } = plan(detection);
  return [1, 2, 3, 4, 5].map((seed) => {
    const random = createRandom(seed);
    const { layers } = planSample(random, augment, 0, () => 0);
    const target = new Uint8Array(size * size * 3);
    const stepScale = drawStepScale(createRandom(seed, 'step'), augment);
    const samples = layers.map((layer) => layer.map(() => sample));
    const boxes = composeSample(random, augment, samples, target, { size, stepScale });
    return { pixels: Buffer.from(target).toString('base64'), boxes, layers };
  });
}

function changesPictures(name: keyof DetectionOptions, value: number): void {
  expect(show({}).every(({ boxes, pixels }) => boxes.length === 1 && pixels === show({})[0]?.pixels)).toBe(
    true,
  );
  const changed = show({ [name]: value }).map(({ pixels }) => pixels);
  expect(changed.filter((pixels) => pixels !== show({})[0]?.pixels).length, name).toBeGreaterThan(2);
}

/** Learning rates as shares of the peak at a quarter and at the end of the run. */
function rates(detection: Partial<DetectionOptions>): number[] {
  const { totalSteps, learningRate, finalShare, schedule } = plan(detection);
  const progress = {
    totalSteps,
    warmupSteps: 0,
    peakLearningRate: learningRate,
    budgetMs: null,
    finalShare,
    schedule,
  };
  return [0.25, 1].map((share) =>
    Number((learningRateAt(progress, share * totalSteps, share) / learningRate).toFixed(4)),
  );
}

/** The file that a run with these options would write at its start. */
async function servingGraph(detection: Partial<DetectionOptions>): Promise<string> {
  const chosen = { ...plan(detection), imageSize: 64 };
  const { model } = await openDetectorModel(
    { plan: chosen, classNames: ['a'] } as never,
    undefined as never,
    16,
  );
  const statistics = new Float32Array(
    model.statistics.reduce((sum, { channels }) => sum + 2 * channels, 0),
  ).fill(1);
  const graph = createInferenceGraph(model, { parameters: model.initialParameters, statistics });
  return hash('sha1', writeOnnx(graph));
}

/** Whether mosaics are shown at a share of the run. */
async function hasMosaics(detection: Partial<DetectionOptions>, share: number): Promise<boolean> {
  let isOpen: boolean | undefined;
  const source = {
    listBatches: (_epoch: number, _batches: readonly Int32Array[], isMosaicOpen: boolean) => {
      isOpen = isMosaicOpen;
      return [];
    },
    takeWait: () => ({ waitMs: 0, busyMs: 0 }),
    close: async () => undefined,
  };
  const subject = createDetectorSubject({
    ...{ plan: plan(detection), source, sampler: { stepsPerEpoch: 1, listBatches: () => [] } },
    ...{ classNames: ['a'], val: [], clock: systemClock, signal: new AbortController().signal },
    ...({
      trainer: undefined,
      readPicture: undefined,
      detector: undefined,
      exportModel: undefined,
    } as never as object),
  } as never);
  for await (const _ of subject.listBatches(0, share, 0)) expect.unreachable('there are no batches');
  return isOpen ?? expect.unreachable('batches were not asked for');
}

/** Of all options but `tile` (detection-plan.test.ts) and `amp`. */
const probes: Record<Exclude<keyof DetectionOptions, 'tile' | 'amp'>, () => void | Promise<void>> = {
  lrf: () => expect([rates({ lrf: 0.2 })[1], rates({ lrf: 0.5 })[1]]).toEqual([0.2, 0.5]),
  cosLr: () => {
    expect(rates({ cosLr: true, lrf: 0 })).toEqual([0.8536, 0]);
    expect(rates({ cosLr: false, lrf: 0 })).toEqual([0.75, 0]);
  },
  momentum: () => expect(plan({ momentum: 0.7 }).momentum).toBe(0.7),
  closeMosaic: async () => {
    expect([await hasMosaics({ closeMosaic: 10 }, 0.89), await hasMosaics({ closeMosaic: 10 }, 0.9)]).toEqual(
      [true, false],
    );
    expect(await hasMosaics({ closeMosaic: 0 }, 0.99)).toBe(true);
  },
  mosaic: () => expect(show({ mosaic: 1 }).map(({ layers }) => layers[0]?.length)).toEqual([4, 4, 4, 4, 4]),
  mixup: () =>
    expect(show({ mosaic: 1, mixup: 1 }).map(({ layers }) => layers.length)).toEqual([2, 2, 2, 2, 2]),
  hsvH: () => changesPictures('hsvH', 0.2),
  hsvS: () => changesPictures('hsvS', 0.7),
  hsvV: () => changesPictures('hsvV', 0.4),
  degrees: () => changesPictures('degrees', 30),
  translate: () => changesPictures('translate', 0.2),
  scale: () => changesPictures('scale', 0.5),
  shear: () => changesPictures('shear', 10),
  fliplr: () => expect(show({ fliplr: 1 }).map(({ boxes }) => boxes[0]?.left)).toEqual(Array(5).fill(20)),
  flipud: () => changesPictures('flipud', 1),
  crop: () => changesPictures('crop', 1),
  multiScale: () => {
    const sides = show({ multiScale: 0.5 }).map(({ boxes: [box] }) => (box ? box.right - box.left : 0));
    expect(new Set(sides).size).toBe(5);
    expect(sides.every((side) => side >= 12 && side <= 36)).toBe(true);
    // With the scale of each picture, not instead of it.
    expect(plan({ scale: 0.5, multiScale: 0.3 }).augment).toMatchObject({ scale: 0.5, multiScale: 0.3 });
  },
  freeze: async () => {
    const open = async (freeze: number) => {
      const { model, frozen } = await openDetectorModel(
        { plan: plan({ freeze }), classNames: ['a'] } as never,
        undefined as never,
        16,
      );
      return model.parameters.filter(({ name }) => frozen.some((pattern) => matchesPattern(name, pattern)))
        .length;
    };
    const counts = [await open(0), await open(1), await open(3), await open(5)];
    expect(counts[0]).toBe(0);
    expect(counts).toEqual([...new Set(counts)].toSorted((a, b) => a - b));
    expect(await open(10)).toBe(counts[3]);
  },
  nbs: () => expect(plan({ nbs: 64 })).toMatchObject({ batchSize: 8, accumulate: 8, totalSteps: 200 }),
  conf: async () => expect(await servingGraph({ conf: 0.25 })).not.toBe(await servingGraph({})),
  iou: async () => expect(await servingGraph({ iou: 0.5 })).not.toBe(await servingGraph({})),
  maxDet: async () => expect(await servingGraph({ maxDet: 50 })).not.toBe(await servingGraph({})),
};

test.each(Object.entries(probes))('%s does what its name says', async (_name, probe) => {
  await probe();
});

test('freeze counts the numbered modules of Ultralytics, and parts of what has no numbers', () => {
  const of = (names: readonly string[], freeze: number) =>
    listFrozen({ parameters: names.map((name) => ({ name })) as never }, { family: 'yolov8' }, freeze);
  const numbered = [0, 1, 9, 10, 22].map((module) => `model.${module}.conv.weight`);
  expect(of(numbered, 10)).toEqual(numbered.slice(0, 3));
  expect(of(numbered, 0)).toEqual([]);
  const plain = Array.from({ length: 20 }, (_, index) => `onnx::Conv_${index}`);
  expect(of(plain, 5)).toEqual(plain.slice(0, 10));
  expect(of(plain, 100)).toHaveLength(18);
});
