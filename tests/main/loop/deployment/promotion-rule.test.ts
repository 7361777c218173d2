import { describe, expect, it } from 'vitest';
import { assertBetter } from '../../../../src-main/loop/deployment/promotion-rule.ts';
import { comparisonSchema } from '../../../../src-preload/contract/evaluation.ts';

const detectors = (difference: number) =>
  comparisonSchema.parse({
    task: 'detection',
    a: 'cells/1',
    b: 'cells/2',
    dataset: { name: 'cells', version: 1, split: 'test' },
    count: 72,
    map50A: 0.8,
    map50B: 0.8 + difference,
    difference,
    interval: [difference - 0.02, difference + 0.02],
    // Better by the stricter figure, which does not decide.
    map5095A: 0.3,
    map5095B: 0.9,
    difference5095: 0.6,
    interval5095: [0.5, 0.7],
    perClass: [],
  });

describe('a challenger for a detector', () => {
  it('takes the place by its mAP at IoU 0.5 and the margin', () => {
    expect(() => assertBetter(detectors(0.0125), 0.01)).not.toThrow();
    expect(() => assertBetter(detectors(0), 0)).not.toThrow();
  });

  it('is refused below the margin, with both figures in the sentence', () => {
    expect(() => assertBetter(detectors(0.005), 0.01)).toThrow(
      expect.objectContaining({
        code: 'PROMOTION_REFUSED',
        message: expect.stringMatching(
          /cells\/2 reaches a mAP@0\.5 of 80\.50 % on 72 .* cells\/1 80\.00 %: .* 0\.50 points/,
        ),
      }),
    );
  });
});
