/** The split fields of the form, in whole percent, and what they mean to the station. */
import type { SplitFractions } from '../../../src-preload/contract/index.ts';

/** Percent of train, val and test. */
export type SplitPercents = readonly [train: number, val: number, test: number];

export const defaultPercents: SplitPercents = [70, 20, 10];

/** What is wrong with the three numbers, null if nothing is. */
export function splitProblem(percents: SplitPercents): string | null {
  const sum = percents[0] + percents[1] + percents[2];
  if (percents.some((percent) => !Number.isFinite(percent) || percent < 0))
    return 'Each share is 0 % or more.';
  if (Math.abs(sum - 100) > 1e-6) {
    const difference = Math.round((sum - 100) * 10) / 10;
    return difference > 0
      ? `The shares add up to ${difference} % too much.`
      : `${-difference} % are left over.`;
  }
  if (percents[0] === 0) return 'Training needs pictures: give train more than 0 %.';
  if (percents[1] === 0) return 'Training stops by the validation score: give validation more than 0 %.';
  if (percents[2] === 0) return 'Models are compared on the test pictures: give test more than 0 %.';
  return null;
}

/** Percents that add up to 100 as fractions that add up to 1. */
export function toFractions(percents: SplitPercents): SplitFractions {
  const train = percents[0] / 100;
  const val = percents[1] / 100;
  return [train, val, 1 - train - val];
}

/** Moves one share to `percent`; the others give or take in proportion, in whole percent. */
export function moveShare(percents: SplitPercents, index: 0 | 1 | 2, percent: number): SplitPercents {
  const value = Math.max(0, Math.min(100, Math.round(percent)));
  const others = [0, 1, 2].filter((other) => other !== index);
  const [first = 0, second = 0] = others;
  const rest = 100 - value;
  const before = (percents[first] ?? 0) + (percents[second] ?? 0);
  const firstShare =
    before === 0 ? Math.round(rest / 2) : Math.round((rest * (percents[first] ?? 0)) / before);
  const next: [number, number, number] = [0, 0, 0];
  next[index] = value;
  next[first] = firstShare;
  next[second] = rest - firstShare;
  return next;
}
