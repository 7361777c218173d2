import { expect, it } from 'vitest';
import { measureBoxUncertainty, measureClassUncertainty } from '../../../src-main/statistics/uncertainty.ts';
import { golden } from './queue-measures.ts';

it('measures of classes are those of NumPy and SciPy', () => {
  expect(golden.classes.length).toBeGreaterThan(10);
  for (const { probabilities, ...expected } of golden.classes) {
    const measured = measureClassUncertainty(probabilities);
    for (const name of ['leastConfidence', 'margin', 'entropy'] as const)
      expect(measured[name]).toBeCloseTo(expected[name], 12);
  }
});

it('the three measures of classes order pictures differently, as they are meant to', () => {
  const closePair = measureClassUncertainty([0.5, 0.49, 0.01]);
  const spread = measureClassUncertainty([0.45, 0.3, 0.25]);
  expect(closePair.margin).toBeGreaterThan(spread.margin);
  expect(closePair.leastConfidence).toBeLessThan(spread.leastConfidence);
  expect(closePair.entropy).toBeLessThan(spread.entropy);
});

it('measures of boxes are those of NumPy', () => {
  expect(golden.boxes.length).toBeGreaterThan(3);
  for (const { boxes, ...expected } of golden.boxes) {
    const measured = measureBoxUncertainty(boxes, 0.25);
    for (const name of ['lowestBox', 'boxMax', 'boxMean', 'boxSum'] as const)
      expect(measured[name]).toBeCloseTo(expected[name], 12);
  }
});

it('by hand: a sure box beside a doubtful one, one place told twice, and a picture without a drawn box', () => {
  const box = (className: string, x: number, score: number) => {
    return { className, x, y: 0, width: 10, height: 10, score };
  };
  // (1 − (0.9 − 0.1))² and (1 − (0.6 − 0.4))².
  const two = measureBoxUncertainty([box('cell', 0, 0.9), box('cell', 50, 0.6)], 0.25);
  expect(two.lowestBox).toBeCloseTo(0.4, 12);
  expect([two.boxMax, two.boxMean, two.boxSum].map((value) => value.toFixed(4))).toEqual([
    '0.6400',
    '0.3400',
    '0.6800',
  ]);
  // One place: (1 − (0.9 − 0.8))².
  expect(measureBoxUncertainty([box('cell', 0, 0.9), box('dust', 1, 0.8)], 0.25).boxSum).toBeCloseTo(
    0.81,
    12,
  );
  expect(measureBoxUncertainty([box('cell', 0, 0.2)], 0.25).lowestBox).toBe(0.2);
  expect(measureBoxUncertainty([], 0.25)).toEqual({ lowestBox: 0, boxMax: 0, boxMean: 0, boxSum: 0 });
});
