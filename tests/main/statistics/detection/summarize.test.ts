import { describe, expect, it } from 'vitest';
import { accumulateMatches } from '../../../../src-main/statistics/detection/accumulate.ts';
import { assertOutcomes } from '../../../../src-main/statistics/detection/box-sets.ts';
import { matchDetections } from '../../../../src-main/statistics/detection/match.ts';
import { summarizeCoco, summarizePrecision } from '../../../../src-main/statistics/detection/summarize.ts';
import { goldenSets, isEqual, toOutcomes } from './golden-sets.ts';

/** In the order of pycocotools' `stats`. */
const figureNames = [
  'map5095',
  'map50',
  'map75',
  'mapSmall',
  'mapMedium',
  'mapLarge',
  'ar1',
  'ar10',
  'ar100',
  'arSmall',
  'arMedium',
  'arLarge',
] as const;

describe('figures of detection equal to pycocotools within 1e-9', () => {
  it.each(goldenSets.map((set, index) => [index, set] as const))('on data set %i', (_, set) => {
    const outcomes = toOutcomes(set);
    assertOutcomes(outcomes);
    const accumulated = accumulateMatches(matchDetections(outcomes), outcomes.detections, set.classes);
    const figures = summarizeCoco(accumulated);
    const wrong = figureNames.filter((name, index) => !isEqual(figures[name], set.figures[index]));
    expect(wrong.map((name) => [name, figures[name], set.figures[figureNames.indexOf(name)]])).toEqual([]);
    set.perClass.forEach(([ap50, ap5095], place) => {
      const precision = summarizePrecision(accumulated, 'all', place);
      expect([isEqual(precision.ap50, ap50), isEqual(precision.ap5095, ap5095)]).toEqual([true, true]);
    });
  });

  it('covers what is hard: crowds, classes without truth, equal scores, no detections, more than 100 of a picture', () => {
    const has = (test: (set: (typeof goldenSets)[number]) => boolean) => goldenSets.filter(test).length;
    expect(
      has(({ truths }) => truths.some((value, index) => index % 7 === 6 && value === 1)),
    ).toBeGreaterThan(30);
    expect(has(({ perClass }) => perClass.some(([ap50]) => ap50 === null))).toBeGreaterThan(20);
    expect(has(({ detections }) => detections.length === 0)).toBeGreaterThan(5);
    expect(has(({ detections }) => detections.length > 7 * 100)).toBeGreaterThan(3);
    expect(has(({ figures }) => (figures[3] ?? 0) > 0)).toBeGreaterThan(50);
  });
});
