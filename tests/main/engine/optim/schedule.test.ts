import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSchedule, type ScheduleOptions } from '../../../../src-main/engine/index.ts';

interface GoldenSchedule {
  readonly options: ScheduleOptions;
  readonly rates: readonly number[];
}

const goldens: readonly GoldenSchedule[] = JSON.parse(
  readFileSync(`${import.meta.dirname}/../../../fixtures/engine/schedules.json`, 'utf8'),
);

describe('a schedule', () => {
  it.each(goldens.map((golden) => [JSON.stringify(golden.options), golden] as const))(
    'has the rates of PyTorch: %s',
    (_, { options, rates }) => {
      const schedule = createSchedule(options);
      for (const [step, rate] of rates.entries()) {
        expect(Math.abs(schedule(step) - rate), `step ${step}`).toBeLessThan(
          1e-12 * options.peakLearningRate,
        );
      }
    },
  );

  it('keeps its last rate past the end, and holds with neither warm-up nor room to decay', () => {
    const cosine = createSchedule({
      kind: 'cosine',
      peakLearningRate: 1,
      totalSteps: 13,
      warmupSteps: 4,
      finalFraction: 0.1,
    });
    expect(cosine(99)).toBeCloseTo(0.1, 12);
    expect(createSchedule({ kind: 'cosine', peakLearningRate: 2, totalSteps: 1 })(0)).toBe(2);
  });
});
