import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measureClassification } from '../../../src-main/statistics/classification-metrics.ts';
import { mcnemarExact } from '../../../src-main/statistics/mcnemar.ts';
import { normalQuantile } from '../../../src-main/statistics/normal-distribution.ts';
import { pairedBootstrapInterval } from '../../../src-main/statistics/paired-bootstrap.ts';
import { percentiles } from '../../../src-main/statistics/percentiles.ts';
import { wilsonInterval } from '../../../src-main/statistics/wilson-interval.ts';

/** Made by tests/oracles/statistics/make_golden.py. */
interface Golden {
  quantiles: { probability: number; z: number }[];
  wilson: { successes: number; count: number; confidence: number; interval: [number, number] }[];
  mcnemar: { onlyARight: number; onlyBRight: number; pValue: number }[];
  percentiles: { values: number[]; ranks: number[]; percentiles: number[] }[];
  bootstrap: { onlyARight: number; onlyBRight: number; count: number; interval: [number, number] }[];
  classification: {
    classCount: number;
    trueClasses: number[];
    probabilities: number[];
    accuracy: number;
    precision: number;
    recall: number;
    f1: number;
    logLoss: number;
    sklearnLogLoss: number;
    perClassPrecision: (number | null)[];
    perClassRecall: (number | null)[];
    perClassF1: (number | null)[];
    confusion: number[][];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../fixtures/statistics/golden.json', import.meta.url), 'utf8'),
);

/** Within 1e-9, relative for values above 1. */
function expectClose(actual: number | null | undefined, expected: number | null): void {
  if (expected === null || actual === null || actual === undefined) {
    expect(actual).toBe(expected);
    return;
  }
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

describe('statistics equal to SciPy, NumPy and scikit-learn', () => {
  it('gives the quantiles of the normal distribution', () => {
    for (const { probability, z } of golden.quantiles) expectClose(normalQuantile(probability), z);
  });

  it("gives Wilson's interval", () => {
    for (const { successes, count, confidence, interval } of golden.wilson) {
      const [low, high] = wilsonInterval(successes, count, confidence);
      expectClose(low, interval[0]);
      expectClose(high, interval[1]);
    }
  });

  it('gives the exact McNemar test', () => {
    for (const { onlyARight, onlyBRight, pValue } of golden.mcnemar) {
      expectClose(mcnemarExact(onlyARight, onlyBRight), pValue);
      expectClose(mcnemarExact(onlyBRight, onlyARight), pValue);
    }
  });

  it('gives percentiles', () => {
    for (const { values, ranks, percentiles: expected } of golden.percentiles) {
      for (const [index, value] of percentiles(values, ranks).entries())
        expectClose(value, expected[index] ?? null);
    }
  });

  it.each(golden.classification)('measures $classCount classes', (expected) => {
    const figures = measureClassification({
      classCount: expected.classCount,
      trueClasses: Int32Array.from(expected.trueClasses),
      probabilities: Float32Array.from(expected.probabilities),
    });
    for (const key of ['accuracy', 'precision', 'recall', 'f1', 'logLoss'] as const)
      expectClose(figures[key], expected[key]);
    expect(Math.abs(figures.logLoss - expected.sklearnLogLoss)).toBeLessThan(1e-5);
    expect(figures.confusion).toEqual(expected.confusion);
    for (const [index, figure] of figures.perClass.entries()) {
      expectClose(figure.precision, expected.perClassPrecision[index] ?? null);
      expectClose(figure.recall, expected.perClassRecall[index] ?? null);
      expectClose(figure.f1, expected.perClassF1[index] ?? null);
    }
  });

  it('draws the interval of a paired difference from the right distribution', () => {
    for (const { interval, ...counts } of golden.bootstrap) {
      const [low, high] = pairedBootstrapInterval(counts, { seed: 3 });
      const tolerance = 1.5 / counts.count + 0.05 * (interval[1] - interval[0]);
      expect(Math.abs(low - interval[0])).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(high - interval[1])).toBeLessThanOrEqual(tolerance);
    }
  });

  it('draws the same interval from the same seed', () => {
    const counts = { onlyARight: 12, onlyBRight: 31, count: 400 };
    expect(pairedBootstrapInterval(counts, { seed: 8 })).toEqual(
      pairedBootstrapInterval(counts, { seed: 8 }),
    );
  });
});

describe('statistics of little', () => {
  it('says nothing for certain of no pictures', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
    expect(mcnemarExact(0, 0)).toBe(1);
    expect(pairedBootstrapInterval({ onlyARight: 0, onlyBRight: 0, count: 0 }, { seed: 1 })).toEqual([0, 0]);
  });
});
