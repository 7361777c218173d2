import { expect, it } from 'vitest';
import { createCosineSchedule } from '../../../../src-main/engine/index.ts';

it('warms up linearly, peaks, and falls along half a cosine to its end', () => {
  const rate = createCosineSchedule({
    peakLearningRate: 1,
    totalSteps: 13,
    warmupSteps: 4,
    finalFraction: 0.1,
  });
  expect([0, 1, 2, 3, 4, 8, 12, 99].map((step) => Number(rate(step).toFixed(6)))).toEqual([
    0.25, 0.5, 0.75, 1, 1, 0.55, 0.1, 0.1,
  ]);
});

it('holds with neither warm-up nor room to decay', () => {
  const rate = createCosineSchedule({ peakLearningRate: 2, totalSteps: 1, warmupSteps: 0 });
  expect(rate(0)).toBe(2);
});
