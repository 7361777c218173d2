import { describe, expect, it } from 'vitest';
import {
  confidenceGrid,
  measureConfidence,
} from '../../../../src-main/statistics/detection/confidence-curves.ts';
import { matchDetections } from '../../../../src-main/statistics/detection/match.ts';
import { goldenSets, isEqual, toOutcomes } from './golden-sets.ts';

/** What is right, seen and true at a confidence, counted afresh from the matches. */
function countAt(set: (typeof goldenSets)[number], confidence: number) {
  const outcomes = toOutcomes(set);
  const matches = matchDetections(outcomes);
  return Array.from({ length: set.classes }, (_, place) => {
    let right = 0;
    let seen = 0;
    for (let at = matches.classStarts[place] ?? 0; at < (matches.classStarts[place + 1] ?? 0); at++) {
      const score = outcomes.detections.scores[matches.order[at] ?? 0] ?? 0;
      if (score < confidence || (matches.ignored[at] ?? 0) & 1) continue;
      seen++;
      right += (matches.matched[at] ?? 0) & 1;
    }
    return { right, seen, truths: matches.truthCounts[place] ?? 0 };
  });
}

function f1Of({ right, seen, truths }: { right: number; seen: number; truths: number }): number {
  return seen + truths === 0 ? 0 : (2 * right) / (seen + truths);
}

describe('figures over confidence', () => {
  it('are what counting at each confidence gives, on every golden data set', () => {
    for (const set of goldenSets) {
      const outcomes = toOutcomes(set);
      const { curves } = measureConfidence(matchDetections(outcomes), outcomes.detections);
      for (const index of [0, 25, 50, 73, 100]) {
        countAt(set, confidenceGrid[index] ?? 0).forEach(({ right, seen, truths }, place) => {
          const point = curves[place]?.[index];
          const expected = truths === 0 ? undefined : [right / truths, seen === 0 ? null : right / seen];
          expect(isEqual(point?.recall, expected?.[0])).toBe(true);
          expect(isEqual(point?.precision, expected?.[1])).toBe(true);
        });
      }
    }
  });

  it('are best at the confidence that no other score beats, for each class and for their mean', () => {
    for (const set of goldenSets) {
      const outcomes = toOutcomes(set);
      const { best, bestOfClass } = measureConfidence(matchDetections(outcomes), outcomes.detections);
      const scores = [...new Set(outcomes.detections.scores)];
      const tried = scores.map((score) => countAt(set, score));
      bestOfClass.forEach(({ threshold, f1 }, place) => {
        if (threshold === null) return;
        const highest = Math.max(
          ...tried.map((counts) => f1Of(counts[place] ?? { right: 0, seen: 0, truths: 0 })),
        );
        expect(f1).toBeCloseTo(highest, 12);
      });
      const means = tried.map((counts) => {
        const present = counts.filter(({ truths }) => truths > 0);
        return present.reduce((sum, one) => sum + f1Of(one), 0) / present.length;
      });
      if (best.f1 !== null && scores.length > 0) expect(best.f1).toBeCloseTo(Math.max(...means), 9);
    }
  });
});
