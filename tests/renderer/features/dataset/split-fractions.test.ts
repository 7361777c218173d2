import { describe, expect, it } from 'vitest';
import { splitFractionsSchema } from '../../../../src-preload/contract/index.ts';
import {
  moveShare,
  type SplitPercents,
  splitProblem,
  toFractions,
} from '../../../../src-renderer/features/dataset/split-fractions.ts';

describe('splitProblem', () => {
  it('says how much is left over or too much', () => {
    expect(splitProblem([70, 20, 5])).toBe('5 % are left over.');
    expect(splitProblem([70, 20, 20])).toBe('The shares add up to 10 % too much.');
  });

  it('wants pictures in every split', () => {
    expect(splitProblem([0, 50, 50])).toMatch(/train/);
    expect(splitProblem([80, 0, 20])).toMatch(/validation/);
    expect(splitProblem([80, 20, 0])).toMatch(/test/);
  });

  it('refuses what is not a number', () => {
    expect(splitProblem([Number.NaN, 50, 50])).not.toBeNull();
  });
});

describe('toFractions', () => {
  it('always satisfies the contract, whatever the rounding', () => {
    for (let train = 1; train < 99; train += 1) {
      const percents: SplitPercents = [train, 1, 99 - train];
      expect(splitFractionsSchema.safeParse(toFractions(percents)).success).toBe(true);
    }
  });
});

describe('moveShare', () => {
  it('gives the rest to the others in proportion and keeps the sum', () => {
    expect(moveShare([70, 20, 10], 0, 40)).toEqual([40, 40, 20]);
  });

  it('splits the rest evenly where the others have nothing', () => {
    expect(moveShare([100, 0, 0], 0, 61)).toEqual([61, 20, 19]);
  });
});
