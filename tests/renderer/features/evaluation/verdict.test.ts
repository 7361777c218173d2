import { describe, expect, it } from 'vitest';
import { comparisonSchema } from '../../../../src-preload/contract/index.ts';
import { verdictOf } from '../../../../src-renderer/features/evaluation/verdict.ts';

const comparison = (difference: number, interval: readonly [number, number]) =>
  comparisonSchema.parse({
    task: 'classification',
    a: 'leaf/1',
    b: 'leaf/2',
    dataset: { name: 'leaf', version: 1, split: 'test' },
    count: 100,
    accuracyA: 0.5,
    accuracyB: 0.5 + difference,
    difference,
    interval,
    onlyARight: 0,
    onlyBRight: 0,
    pValue: 1,
  });

describe('verdictOf', () => {
  it('calls a model better only where chance is ruled out', () => {
    expect(verdictOf(comparison(0.03, [0.01, 0.05]))).toEqual({
      tone: 'good',
      sentence: 'leaf/2 is better than leaf/1 by 3.0 points.',
    });
    expect(verdictOf(comparison(0.03, [-0.01, 0.07])).tone).toBe('open');
  });

  it('says so where the new one is worse', () => {
    expect(verdictOf(comparison(-0.03, [-0.05, -0.01])).sentence).toBe(
      'leaf/2 is worse than leaf/1 by 3.0 points.',
    );
  });
});
