import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src-main/base/app-error.ts';
import { createStepRunner, type StepRunner } from '../../../../src-main/engine/runtime/step-runner.ts';
import { chooseNextAttempt } from '../../../../src-main/loop/training/attempts.ts';
import { choosePrecision } from '../../../../src-main/loop/training/run-precision.ts';
import { createTrainBody } from '../../../../src-main/loop/training/train-body.ts';
import type {
  ClassifierSpec,
  TrainedModel,
  TrainUpdate,
} from '../../../../src-main/loop/training/train-job.ts';
import { planTraining } from '../../../../src-main/loop/training/training-plan.ts';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import { trainingParametersSchema } from '../../../../src-preload/contract/training.ts';
import { shapeNames } from '../kit/draw-pictures.ts';
import { addShapes, openMiniStation, quick } from '../kit/mini-station.ts';

type Engine = Parameters<typeof createTrainBody>[0];

/** A body like a worker's, in this process; two epochs of six steps of eight pictures. */
async function openBody() {
  const { store, dataDir } = openMiniStation({ worksJobs: false });
  const shown = await addShapes(store, { perClass: { train: 16, val: 4, test: 0 } });
  const inSplit = (wanted: string) =>
    shown
      .filter(({ split }) => split === wanted)
      .map(({ imageHash, className }) => ({ imageHash: imageHash as ImageHash, className }));
  const parameters = trainingParametersSchema.parse({ ...quick, epochs: 2, batchSize: 8 });
  const plain: ClassifierSpec = {
    task: 'classification',
    plan: planTraining(parameters, { count: 48, medianSize: 24 }),
    pictures: { train: inSplit('train'), val: inSplit('val'), test: [] },
    classNames: shapeNames,
    ...{ provider: 'cpu', pieces: 1, isBatchGiven: false, askedDevice: 'auto', threads: 1, metadata: {} },
    ...{ checkpointEveryMs: 0, checkpointHash: null },
    ...{ amp: false, precision: choosePrecision(undefined, 'cpu', { isUsable: false, reason: '' }) },
    forms: { isTimed: false, runHash: null, byMachine: {}, problem: null },
  };
  return async (changes: Partial<ClassifierSpec>, engine: Engine = {}) => {
    const lines: string[] = [];
    const updates: TrainUpdate[] = [];
    const end = await createTrainBody(engine)({ ...plain, ...changes } as ClassifierSpec, {
      signal: new AbortController().signal,
      blobsDir: join(dataDir, 'blobs'),
      workerEntry: '',
      reportProgress: () => undefined,
      log: (_level, message) => void lines.push(message),
      commit: async (update) => void updates.push(update),
    });
    const tags = Object.assign({}, ...updates.map((update) => update.tags ?? {}));
    return { end: end as TrainedModel, lines, tags };
  };
}

/** Real sessions on the CPU; a step fails where it is told to. */
function failingIn(
  check: (feeds: Parameters<StepRunner['step']>[0], step: number) => string | undefined,
): Engine {
  let steps = 0;
  return {
    createRunner: async (options) => {
      const runner = await createStepRunner({ ...options, provider: 'cpu' });
      return {
        ...runner,
        step: async (feeds) => {
          const problem = check(feeds, ++steps);
          if (problem !== undefined) throw new Error(problem);
          return runner.step(feeds);
        },
      };
    },
  };
}

const noRoom = 'Failed to allocate memory for requested buffer of size 4711';
const roomForFour = failingIn((feeds) => ((feeds.get('images')?.shape[0] ?? 0) > 4 ? noRoom : undefined));

const noDevice = 'webgpu cannot load the graph: no adapter was found';
const withoutDevice: Engine = {
  createRunner: async (options) => {
    if (options.provider !== 'cpu') throw new AppError('PROVIDER_UNAVAILABLE', noDevice);
    return createStepRunner(options);
  },
};

describe('a run', { timeout: 60_000 }, () => {
  it('does a batch that does not fit in pieces: the same as if it had from the start', async () => {
    const train = await openBody();
    const { end, lines, tags } = await train({}, roomForFour);
    expect(end).toMatchObject({ outcome: 'completed', step: 12 });
    expect(lines).toContain(
      `cpu failed in step 1: ${noRoom}; the run goes on from its last checkpoint on cpu, with each batch of 8 in 2 pieces of 4 pictures`,
    );
    expect(tags).toMatchObject({ provider: 'cpu', pieces: '2' });
    expect((await train({ pieces: 2 })).end.model).toEqual(end.model);
  });

  it('leaves a batch whole that somebody asked for, and says what does not fit', async () => {
    const train = await openBody();
    await expect(train({ isBatchGiven: true }, roomForFour)).rejects.toMatchObject({
      code: 'MEMORY_EXHAUSTED',
      message: `cpu failed in step 1: ${noRoom}`,
    });
  });

  it('goes on where it was on the CPU when the device fails in a step', async () => {
    const train = await openBody();
    const lostInFive = failingIn((_feeds, step) => (step === 5 ? 'the device is lost' : undefined));
    const { end, lines, tags } = await train({ provider: 'webgpu' }, lostInFive);
    expect(end).toMatchObject({ outcome: 'completed', step: 12 });
    expect(tags).toEqual({
      provider: 'cpu',
      pieces: '1',
      fallbackReason: 'webgpu failed in step 5: the device is lost',
    });
    expect(lines).toContain('goes on from the checkpoint after epoch 0 and 4 steps of the next');
  });

  it('trains on the CPU, the same as always, where the device can not be opened', async () => {
    const train = await openBody();
    const { end, tags } = await train({ provider: 'webgpu' }, withoutDevice);
    expect(tags).toEqual({ provider: 'cpu', pieces: '1', fallbackReason: noDevice });
    expect((await train({})).end.model).toEqual(end.model);
  });
});

it('halves pieces as long as the batch can be cut, and gives up on the CPU', () => {
  const noMemory = new AppError('MEMORY_EXHAUSTED', 'too large');
  const batch = { size: 12, isGiven: false };
  const after = (pieces: number, provider: 'cpu' | 'cuda' = 'cpu') =>
    chooseNextAttempt({ provider, pieces, amp: false }, noMemory, batch);
  expect([1, 2, 4, 6].map((pieces) => after(pieces)?.pieces)).toEqual([2, 4, 12, 12]);
  expect(after(12)).toBeUndefined();
  expect(after(12, 'cuda')).toEqual({ provider: 'cpu', pieces: 1, amp: false });
  const ofAnother = new AppError('IMAGE_UNREADABLE', 'no picture');
  expect(chooseNextAttempt({ provider: 'cuda', pieces: 1, amp: true }, ofAnother, batch)).toBeUndefined();
});

it('trains in float32 on a device that fails in mixed precision, before it leaves the device', () => {
  const failed = new AppError('PROVIDER_UNAVAILABLE', 'no kernel for float16');
  const batch = { size: 8, isGiven: false };
  const single = chooseNextAttempt({ provider: 'webgpu', pieces: 2, amp: true }, failed, batch);
  expect(single).toEqual({ provider: 'webgpu', pieces: 2, amp: false });
  expect(single && chooseNextAttempt(single, failed, batch)).toEqual({
    provider: 'cpu',
    pieces: 1,
    amp: false,
  });
});

it('keeps mixed precision where memory is short: float32 takes more', () => {
  const noMemory = new AppError('MEMORY_EXHAUSTED', 'too large');
  const mixed = { provider: 'webgpu', pieces: 1, amp: true } as const;
  expect(chooseNextAttempt(mixed, noMemory, { size: 8, isGiven: false })).toEqual({ ...mixed, pieces: 2 });
});
