import { describe, expect, it } from 'vitest';
import { measureErrorCosts } from '../../../../src-main/statistics/detection/error-costs.ts';
import { judgeBoxes } from '../../../../src-main/statistics/detection/judge.ts';
import { goldenSets, isEqual, toOutcomes } from './golden-sets.ts';

const thresholds = { iou: 0.5, backgroundIou: 0.1 };
const plainSets = goldenSets.flatMap((set, index) => (set.errors ? [[index, set, set.errors] as const] : []));

describe('errors of detection equal to tidecv within 1e-9', () => {
  it.each(plainSets)('on data set %i', (_, set, expected) => {
    const outcomes = toOutcomes(set);
    const costs = measureErrorCosts(outcomes, judgeBoxes(outcomes, thresholds));
    expect(Object.fromEntries(costs.errors.map(({ kind, count }) => [kind, count]))).toEqual(expected.counts);
    const wrong = costs.errors.filter(({ kind, apCost }) => !isEqual(apCost, expected.costs[kind]));
    expect(wrong.map((error) => [error, expected.costs[error.kind]])).toEqual([]);
    expect(
      [costs.ap, costs.falsePositiveApCost, costs.falseNegativeApCost].map((cost) => cost.toFixed(9)),
    ).toEqual([expected.ap, expected.falsePositives, expected.falseNegatives].map((cost) => cost.toFixed(9)));
  });
});

describe('the judgement of each box', () => {
  const judge = (truths: readonly number[], detections: readonly number[]) => {
    const outcomes = toOutcomes({
      classes: 2,
      pictures: 1,
      truths,
      detections,
      figures: [],
      perClass: [],
      errors: null,
    });
    const { detectionOutcomes, truthOutcomes, truthOfDetection } = judgeBoxes(outcomes, thresholds);
    return { detectionOutcomes, truthOutcomes, truthOfDetection: [...truthOfDetection] };
  };
  const truth = [0, 0, 0, 0, 400, 400, 0];

  it('names each kind of error and the truth that it is about', () => {
    const detections = [
      [0, 0, 0, 0, 400, 400, 900],
      [0, 0, 0, 0, 400, 380, 800],
      [0, 0, 0, 0, 400, 120, 700],
      [0, 1, 0, 0, 400, 400, 600],
      [0, 1, 0, 0, 400, 120, 500],
      [0, 0, 2000, 0, 400, 400, 400],
    ].flat();
    expect(judge(truth, detections)).toEqual({
      detectionOutcomes: ['correct', 'duplicate', 'localization', 'classification', 'both', 'background'],
      truthOutcomes: ['found'],
      truthOfDetection: [0, 0, 0, 0, 0, -1],
    });
  });

  it('calls a truth mistaken where an error lies on it, and missed where nothing does', () => {
    const other = [0, 0, 2000, 0, 400, 400, 0];
    expect(judge([...truth, ...other], [0, 1, 0, 0, 400, 400, 600])).toMatchObject({
      detectionOutcomes: ['classification'],
      truthOutcomes: ['mistaken', 'missed'],
    });
  });

  it('holds a detection within a crowd region for neither right nor wrong', () => {
    const crowd = [0, 0, 0, 0, 400, 400, 1];
    expect(
      judge(
        crowd,
        [
          [0, 0, 40, 40, 40, 40, 900],
          [0, 1, 40, 40, 40, 40, 900],
        ].flat(),
      ),
    ).toMatchObject({
      detectionOutcomes: ['ignored', 'background'],
      truthOutcomes: ['ignored'],
    });
  });
});
