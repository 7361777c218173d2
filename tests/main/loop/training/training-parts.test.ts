import { describe, expect, it } from 'vitest';
import type { BaseClassifier } from '../../../../src-main/loop/training/base-classifier.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../../src-main/loop/training/checkpoint.ts';
import {
  hasPatienceRunOut,
  initialStanding,
  judgeEpoch,
  scoreAccuracy,
} from '../../../../src-main/loop/training/epoch-score.ts';
import { createSampler } from '../../../../src-main/loop/training/sampler.ts';
import {
  chooseBatchSize,
  chooseImageSize,
  planTraining,
} from '../../../../src-main/loop/training/training-plan.ts';
import { learningRateAt, shareDone } from '../../../../src-main/loop/training/training-progress.ts';
import {
  type ScheduleName,
  scheduleNameSchema,
  trainingParametersSchema,
} from '../../../../src-preload/contract/training.ts';

describe('the sampler', () => {
  const classes = Int32Array.from({ length: 110 }, (_, index) => (index < 100 ? 0 : 1));

  it('shows every picture once an epoch, in an order of its own, when nothing is balanced', () => {
    const sampler = createSampler({ classes, batchSize: 11, balance: 0, seed: 5 });
    const [first, second] = [0, 1].map((epoch) => sampler.listBatches(epoch).flatMap((batch) => [...batch]));
    expect(first?.toSorted((a, b) => a - b)).toEqual([...classes.keys()]);
    expect(first).not.toEqual(second);
    expect(sampler.listBatches(0)).toEqual(
      createSampler({ classes, batchSize: 11, balance: 0, seed: 5 }).listBatches(0),
    );
  });

  it('shows a rare class as often as a frequent one when all is balanced', () => {
    const sampler = createSampler({ classes, batchSize: 10, balance: 1, seed: 5 });
    const shown = sampler.listBatches(3).flatMap((batch) => [...batch]);
    expect(shown).toHaveLength(110);
    expect(shown.filter((index) => index >= 100)).toHaveLength(55);
    expect(new Set(shown.filter((index) => index >= 100)).size).toBe(10);
  });

  it('fills whole batches from fewer pictures than one batch holds', () => {
    const sampler = createSampler({ classes: Int32Array.of(0, 1, 1), batchSize: 8, balance: 0, seed: 1 });
    expect(sampler.listBatches(0).map((batch) => batch.length)).toEqual([8]);
  });

  it('does not wear out the one picture of a class', () => {
    const lonely = Int32Array.from({ length: 1001 }, (_, index) => (index === 0 ? 1 : 0));
    const shown = createSampler({ classes: lonely, batchSize: 13, balance: 1, seed: 1 })
      .listBatches(0)
      .flatMap((batch) => [...batch]);
    expect(shown.filter((index) => index === 0).length).toBeLessThanOrEqual(40);
  });
});

describe('the best epoch', () => {
  it('has the highest accuracy, then the lowest loss, then is the latest', () => {
    const scores = [
      scoreAccuracy(0.5, 2, 1000),
      scoreAccuracy(0.9, 1, 1000),
      scoreAccuracy(0.9, 1, 1000),
      scoreAccuracy(0.9, 1.5, 1000),
      scoreAccuracy(0.8, 0.5, 1000),
    ];
    const best = scores.map((_, index) =>
      scores
        .slice(0, index + 1)
        .reduce((standing, score, epoch) => judgeEpoch(standing, epoch + 1, score), initialStanding),
    );
    expect(best.map(({ bestEpoch }) => bestEpoch)).toEqual([1, 2, 3, 3, 3]);
    expect(best.map(({ epochsWithout }) => epochsWithout)).toEqual([0, 0, 0, 1, 0]);
  });

  it('is told by the loss where accuracies differ by less than chance', () => {
    const bestOf = (count: number) => {
      const better = judgeEpoch(initialStanding, 1, scoreAccuracy(0.98, 0.2, count));
      return judgeEpoch(better, 2, scoreAccuracy(0.96, 0.1, count)).bestEpoch;
    };
    expect([bestOf(50), bestOf(5000)]).toEqual([2, 1]);
  });

  it('is waited for as long as patience says, forever at 0', () => {
    const standing = { ...initialStanding, epochsWithout: 3 };
    expect(hasPatienceRunOut(standing, 3)).toBe(true);
    expect(hasPatienceRunOut(standing, 4)).toBe(false);
    expect(hasPatienceRunOut(standing, 0)).toBe(false);
  });
});

describe('the schedule', () => {
  const options = { totalSteps: 100, warmupSteps: 10, peakLearningRate: 1, budgetMs: null };
  const rateAt = (step: number, spentMs = 0, budgetMs: number | null = null) =>
    learningRateAt({ ...options, budgetMs }, step, shareDone({ ...options, budgetMs }, step, spentMs));

  it('warms up, then follows half a cosine to nothing', () => {
    expect(rateAt(0)).toBeCloseTo(0.1);
    expect(rateAt(9)).toBeCloseTo(1);
    expect(rateAt(55)).toBeCloseTo(0.5);
    expect(rateAt(100)).toBeCloseTo(0);
  });

  it('leaves a new last layer at the peak, and warms up after it', () => {
    const rates = [0, 7, 8, 12, 17, 18].map((step) => learningRateAt({ ...options, headSteps: 8 }, step, 0));
    expect(rates.map((rate) => Number(rate.toFixed(3)))).toEqual([1, 1, 0.1, 0.5, 1, 1]);
  });

  it('falls along a line, in steps or not at all, or makes one cycle, whatever was asked for', () => {
    const ratesOf = (schedule: ScheduleName) =>
      [4, 30, 55, 90].map((step) => learningRateAt({ ...options, schedule }, step, step / 100));
    const rates = scheduleNameSchema.options.map((schedule) => [schedule, ratesOf(schedule)] as const);
    const rounded = rates.map(([name, values]) => [name, values.map((value) => Number(value.toFixed(3)))]);
    expect(Object.fromEntries(rounded)).toEqual({
      cosine: [0.5, 0.883, 0.5, 0.03],
      linear: [0.5, 0.778, 0.5, 0.111],
      step: [0.5, 1, 0.1, 0.01],
      'one-cycle': [0.084, 0.999, 0.697, 0.04],
      constant: [0.5, 1, 1, 1],
    });
  });

  it('ends where the budget ends, and is no slower than the steps', () => {
    expect(rateAt(30, 1000, 1000)).toBeCloseTo(0);
    expect(rateAt(30, 500, 1000)).toBeLessThan(rateAt(30));
    expect(rateAt(30, 100, 1000)).toBe(rateAt(30));
  });
});

describe('the plan', () => {
  it('chooses from the pictures what nobody set, and nothing else', () => {
    const chosen = planTraining(trainingParametersSchema.parse({}), { count: 368, medianSize: 256 });
    expect(chosen).toMatchObject({
      epochs: 78,
      imageSize: 96,
      batchSize: 32,
      timeBudgetS: 240,
      patience: 20,
    });
    const set = planTraining(trainingParametersSchema.parse({ epochs: 3, batchSize: 7, imageSize: 40 }), {
      count: 368,
      medianSize: 256,
    });
    expect(set).toMatchObject({ epochs: 3, imageSize: 40, batchSize: 7, timeBudgetS: null, totalSteps: 159 });
  });

  it('varies pictures less for a new last layer on what was learned, and warms up for an epoch alone', () => {
    const base = { hasNewHead: true, imageSize: 96 } as BaseClassifier;
    const plan = (from: BaseClassifier | null) =>
      planTraining(trainingParametersSchema.parse({}), { count: 368, medianSize: 256 }, from);
    expect(plan(base)).toMatchObject({ epochs: 78, headSteps: 36, warmupSteps: 12, augmentation: 0.5 });
    expect(plan(null)).toMatchObject({ epochs: 78, headSteps: 0, warmupSteps: 94, augmentation: 1 });
  });

  it('smooths no labels for a last layer that is kept, unless that is asked for', () => {
    const plan = (hasNewHead: boolean, asked: object = {}) =>
      planTraining(trainingParametersSchema.parse(asked), { count: 900, medianSize: 28 }, {
        hasNewHead,
        imageSize: 28,
      } as BaseClassifier).labelSmoothing;
    expect([plan(false), plan(true), plan(false, { labelSmoothing: 0.1 })]).toEqual([0, 0.05, 0.1]);
  });

  it('keeps digits in their size and makes small datasets many steps', () => {
    expect([10, 28, 30, 100, 4000].map(chooseImageSize)).toEqual([16, 28, 32, 96, 96]);
    expect([1, 3, 40, 300, 60_000].map(chooseBatchSize)).toEqual([1, 3, 8, 32, 64]);
  });
});

describe('a checkpoint', () => {
  const state = {
    epoch: 4,
    spentMs: 12.5,
    standing: {
      bestEpoch: 3,
      best: { quality: 0.9, loss: 0.2, tolerance: 0.1 },
      lowestLoss: 0.2,
      epochsWithout: 1,
    },
    underWay: {
      steps: 3,
      loss: 0.1 + 0.2,
      figures: { accuracy: 1 / 3 },
      shareAtStart: 0.4,
      beganMs: 11.25,
    },
    window: { steps: 1, loss: 1e-300, figures: { accuracy: 0.5 }, untilShare: 0.41 },
    trainerState: Uint8Array.of(1, 2, 3),
    bestModel: Uint8Array.of(4, 5),
  };

  it('is read back as it was written', () => {
    const read = decodeCheckpoint(encodeCheckpoint(state));
    expect({
      ...read,
      trainerState: Uint8Array.from(read.trainerState),
      bestModel: Uint8Array.from(read.bestModel),
    }).toEqual(state);
  });

  it('of an older version stands at the end of its epoch', () => {
    const { underWay: _, window: _window, trainerState, bestModel, ...rest } = state;
    const fields = { format: 'fieldstation-checkpoint-2', ...rest };
    const header = JSON.stringify({ ...fields, trainerStateBytes: 3, bestModelBytes: 2 });
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    const bytes = Buffer.concat([length, Buffer.from(header), trainerState, bestModel]);
    expect(decodeCheckpoint(bytes)).toMatchObject({ ...rest, underWay: null, window: { steps: 0 } });
  });

  it('is refused when cut short or of something else', () => {
    const bytes = encodeCheckpoint(state);
    for (const broken of [bytes.subarray(0, -1), bytes.subarray(5), new Uint8Array(2)])
      expect(() => decodeCheckpoint(broken)).toThrow(/checkpoint can not be read/);
  });
});
