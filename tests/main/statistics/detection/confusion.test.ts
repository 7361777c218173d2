import { describe, expect, it } from 'vitest';
import { countConfusion } from '../../../../src-main/statistics/detection/confusion.ts';
import { goldenSets, toOutcomes } from './golden-sets.ts';

const thresholds = { iou: 0.5, confidence: 0.25 };

/** Rows of 7 as in the golden sets. */
function confuse(truths: readonly number[][], detections: readonly number[][]) {
  const set = { classes: 2, pictures: 1, figures: [], perClass: [], errors: null };
  return countConfusion(
    toOutcomes({ ...set, truths: truths.flat(), detections: detections.flat() }),
    thresholds,
  ).matrix;
}

describe('the confusion matrix of a detector', () => {
  it('has a row for what is not there and a column for what is not found', () => {
    const truths = [
      [0, 0, 0, 0, 400, 400, 0],
      [0, 1, 2000, 0, 400, 400, 0],
      [0, 1, 4000, 0, 400, 400, 0],
    ];
    const detections = [
      [0, 0, 0, 0, 400, 400, 900],
      [0, 0, 2000, 0, 400, 400, 900],
      [0, 1, 8000, 0, 400, 400, 900],
      [0, 1, 4000, 0, 400, 400, 200],
    ];
    expect(confuse(truths, detections)).toEqual([
      [1, 0, 0],
      [1, 0, 1],
      [0, 1, 0],
    ]);
  });

  it('pairs by overlap before certainty, and by class where overlaps are equal', () => {
    const truth = [[0, 0, 0, 0, 400, 400, 0]];
    const near = [0, 1, 0, 0, 400, 300, 900];
    const nearer = [0, 0, 0, 0, 400, 380, 300];
    expect(confuse(truth, [near, nearer])[0]).toEqual([1, 0, 0]);
    const wrong = [0, 1, 0, 0, 400, 380, 900];
    expect(confuse(truth, [wrong, nearer])[0]).toEqual([1, 0, 0]);
  });

  it('leaves out what lies in a crowd of its class', () => {
    const crowd = [[0, 0, 0, 0, 4000, 4000, 1]];
    expect(confuse(crowd, [[0, 0, 0, 0, 400, 400, 900]])).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('counts every truth and every certain detection once, on every golden data set', () => {
    for (const set of goldenSets) {
      const outcomes = toOutcomes(set);
      const { matrix, rowOfDetection } = countConfusion(outcomes, thresholds);
      const truths = outcomes.truths.crowds.filter((crowd) => crowd === 0).length;
      const inTruthRows = matrix.slice(0, -1).flat();
      expect(inTruthRows.reduce((sum, count) => sum + count, 0)).toBe(truths);
      const found = matrix.flatMap((row) => row.slice(0, -1)).reduce((sum, count) => sum + count, 0);
      expect(found).toBe(rowOfDetection.filter((row) => row >= 0).length);
    }
  });
});
