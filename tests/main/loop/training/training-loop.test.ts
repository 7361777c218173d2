import { expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type LoopState,
} from '../../../../src-main/loop/training/checkpoint.ts';
import {
  initialLoopState,
  type LoopOptions,
  runTrainingLoop,
} from '../../../../src-main/loop/training/training-loop.ts';

const stepsPerEpoch = 90;
const epochs = 5;

/** A weight that each batch moves in a way that no other order or rate would. */
async function train(
  from: LoopState,
  signal = new AbortController().signal,
  onStep = (_step: number) => {},
  isSkipped = (_step: number) => false,
) {
  const read = new Float64Array(Uint8Array.from(from.trainerState).buffer);
  let [weight = 0.1, steps = 0] = read;
  const checkpoints: Uint8Array[] = [];
  const points = new Map<string, number>();
  const told = (step: number, metrics: Readonly<Record<string, number>> = {}) => {
    for (const [key, value] of Object.entries(metrics)) {
      if (!/second|memory/.test(key)) points.set(`${key} at ${step}`, value);
    }
  };
  const options: LoopOptions<number> = {
    subject: {
      stepCount: () => steps,
      async *listBatches(epoch, share, skipped) {
        for (let index = skipped; index < stepsPerEpoch; index++) yield Math.sin(epoch + share + index);
      },
      step: async (batch, learningRate) => {
        if (isSkipped(++steps)) {
          return { loss: Number.POSITIVE_INFINITY, figures: { accuracy: Number.NaN }, isSkipped: true };
        }
        weight += learningRate * Math.cos(weight * 7 + batch);
        return { loss: Math.abs(weight - batch), figures: { accuracy: weight / 3 } };
      },
      validate: async ({ loss, steps: count, share }) => ({
        metrics: { count, share },
        score: { quality: weight, loss, tolerance: 0 },
      }),
      readState: async () => new Uint8Array(Float64Array.of(weight, steps).buffer),
      exportModel: async () => new Uint8Array(Float64Array.of(weight).buffer),
    },
    ...{ batchSize: 1, epochs, patience: 0, clock: systemClock, signal, howJudged: '' },
    progress: { totalSteps: epochs * stepsPerEpoch, warmupSteps: 9, peakLearningRate: 0.3, budgetMs: null },
    checkpointEveryMs: 0,
    onStep: async ({ step }, metrics) => {
      told(step, metrics);
      onStep(step);
    },
    onEpoch: async ({ step, metrics }, state) => {
      told(step, metrics);
      checkpoints.push(encodeCheckpoint(state));
    },
    onCheckpoint: async (_step, state) => void checkpoints.push(encodeCheckpoint(state)),
  };
  const end = await runTrainingLoop(options, from).catch((error: unknown) => error);
  return { end, checkpoints, points };
}

/** Without what differs from run to run. */
function withoutTime(end: unknown) {
  const { state, ...rest } = end as { state: LoopState };
  const { spentMs: _, bestModel, trainerState, ...lasting } = state;
  return { ...rest, ...lasting, bestModel: [...bestModel], trainerState: [...trainerState] };
}

it('goes on from a checkpoint at any step to the same state and the same points', async () => {
  const whole = await train(initialLoopState);
  expect(whole.checkpoints).toHaveLength(epochs * (stepsPerEpoch + 1));
  expect([...whole.points.keys()].filter((key) => key.startsWith('batch/loss')).length).toBeLessThan(310);
  for (const [index, bytes] of whole.checkpoints.entries()) {
    if (index % 7 > 0 && index % (stepsPerEpoch + 1) < stepsPerEpoch - 1) continue;
    const resumed = await train(decodeCheckpoint(bytes));
    expect(withoutTime(resumed.end)).toEqual(withoutTime(whole.end));
    expect([...resumed.points].filter(([key, value]) => whole.points.get(key) !== value)).toEqual([]);
    expect(resumed.checkpoints).toHaveLength(whole.checkpoints.length - index - 1);
  }
});

it('takes a skipped step for no divergence, counts it for no mean, and goes on after it from a checkpoint', async () => {
  const isSkipped = (step: number) => step < 3 || step === 100 || step === 101;
  const never = new AbortController().signal;
  const whole = await train(initialLoopState, never, undefined, isSkipped);
  expect(whole.end).toMatchObject({ outcome: 'completed' });
  expect([...whole.points.values()].every(Number.isFinite)).toBe(true);
  const told = [...whole.points].filter(([key]) => key.startsWith('skipped_steps'));
  expect(told).toEqual([
    ['skipped_steps at 90', 2],
    ['skipped_steps at 180', 2],
  ]);
  const inTheMiddle = whole.checkpoints.findIndex((bytes) => decodeCheckpoint(bytes).underWay?.steps === 12);
  const resumed = await train(
    decodeCheckpoint(whole.checkpoints[inTheMiddle] ?? new Uint8Array()),
    never,
    undefined,
    isSkipped,
  );
  expect(withoutTime(resumed.end)).toEqual(withoutTime(whole.end));
});

it('loses no step where it is called off', async () => {
  const whole = await train(initialLoopState);
  const cancellation = new AbortController();
  const cut = await train(initialLoopState, cancellation.signal, (step) => {
    if (step === 123) cancellation.abort();
  });
  expect(cut.end).toMatchObject({ name: 'AbortError' });
  const last = decodeCheckpoint(cut.checkpoints.at(-1) ?? new Uint8Array());
  expect(last).toMatchObject({ epoch: 1, underWay: { steps: 33 } });
  const resumed = await train(last);
  expect(withoutTime(resumed.end)).toEqual(withoutTime(whole.end));
});

it('runs out of patience after an epoch that was judged, however rarely that is', async () => {
  let steps = 0;
  let epoch = 0;
  const qualities = new Map([
    [1, 0.1],
    [10, 0.5],
    [20, 0.4],
  ]);
  const end = await runTrainingLoop<number>(
    {
      subject: {
        stepCount: () => steps,
        async *listBatches() {
          yield 1;
        },
        step: async () => {
          steps++;
          return { loss: 1, figures: {} };
        },
        validate: async () => {
          const quality = qualities.get(++epoch);
          const score = quality === undefined ? undefined : { quality, loss: 1 - quality, tolerance: 0 };
          return { metrics: {}, score };
        },
        readState: async () => new Uint8Array(),
        exportModel: async () => new Uint8Array(),
      },
      ...{ batchSize: 1, epochs: 100, patience: 5, clock: systemClock, howJudged: '' },
      signal: new AbortController().signal,
      progress: { totalSteps: 100, warmupSteps: 0, peakLearningRate: 0.1, budgetMs: null },
      checkpointEveryMs: 1e9,
      onStep: async () => undefined,
      onEpoch: async () => undefined,
      onCheckpoint: async () => undefined,
    },
    initialLoopState,
  );
  expect(end).toMatchObject({
    outcome: 'stopped',
    reason: expect.stringMatching(/for 5 epochs, stopped after 20; the weights of epoch 10 /),
  });
});
