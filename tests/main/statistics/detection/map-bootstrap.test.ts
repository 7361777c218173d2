import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src-main/base/random.ts';
import { accumulateMatches } from '../../../../src-main/statistics/detection/accumulate.ts';
import type { DetectionOutcomes } from '../../../../src-main/statistics/detection/box-sets.ts';
import {
  bootstrapMapDifference,
  measureDrawn,
  preparePictureMatches,
} from '../../../../src-main/statistics/detection/map-bootstrap.ts';
import { matchDetections } from '../../../../src-main/statistics/detection/match.ts';
import { summarizeCoco } from '../../../../src-main/statistics/detection/summarize.ts';
import { goldenSets, isEqual, toOutcomes } from './golden-sets.ts';

const pause = () => Promise.resolve();

/** The pictures that were drawn, written out. */
function writeOut(outcomes: DetectionOutcomes, drawn: readonly number[]): DetectionOutcomes {
  const places = (pictures: Int32Array) =>
    drawn.flatMap((picture, copy) =>
      [...pictures.keys()].filter((index) => pictures[index] === picture).map((index) => ({ index, copy })),
    );
  const copyOf = <Set extends DetectionOutcomes['truths'] | DetectionOutcomes['detections']>(set: Set) => {
    const chosen = places(set.pictures);
    return {
      chosen,
      pictures: Int32Array.from(chosen, ({ copy }) => copy),
      classes: Int32Array.from(chosen, ({ index }) => set.classes[index] ?? 0),
      boxes: Float64Array.from(
        chosen.flatMap(({ index }) => [...set.boxes.subarray(4 * index, 4 * index + 4)]),
      ),
    };
  };
  const { truths, detections } = outcomes;
  const { chosen: truthsChosen, ...truthBoxes } = copyOf(truths);
  const { chosen: found, ...foundBoxes } = copyOf(detections);
  return {
    classCount: outcomes.classCount,
    pictureCount: drawn.length,
    truths: {
      ...truthBoxes,
      crowds: Uint8Array.from(truthsChosen, ({ index }) => truths.crowds[index] ?? 0),
      areas: Float64Array.from(truthsChosen, ({ index }) => truths.areas[index] ?? 0),
    },
    detections: {
      ...foundBoxes,
      scores: Float64Array.from(found, ({ index }) => detections.scores[index] ?? 0),
    },
  };
}

describe('the bootstrap of mAP', () => {
  it('measures drawn pictures as COCO measures them written out', () => {
    const random = createRandom(4, 'drawn');
    for (const set of goldenSets.filter(({ errors }) => errors !== null)) {
      const outcomes = toOutcomes(set);
      const drawn = Array.from({ length: set.pictures }, () => random.integer(0, set.pictures - 1)).sort();
      const weights = new Int32Array(set.pictures);
      for (const picture of drawn) weights[picture] = (weights[picture] ?? 0) + 1;
      const written = writeOut(outcomes, drawn);
      const figures = summarizeCoco(
        accumulateMatches(matchDetections(written), written.detections, set.classes),
      );
      const measured = measureDrawn(preparePictureMatches(outcomes), weights);
      expect(isEqual(measured.map50, figures.map50)).toBe(true);
      expect(isEqual(measured.map5095, figures.map5095)).toBe(true);
    }
  });

  it('holds a difference of a detector to itself for none, and one to a blind one for certain', async () => {
    const set = goldenSets.find(({ figures, pictures }) => pictures > 5 && (figures[1] ?? 0) > 0.5);
    if (!set) throw new Error('no golden set with a good detector');
    const good = preparePictureMatches(toOutcomes(set));
    const blind = preparePictureMatches(toOutcomes({ ...set, detections: [] }));
    const same = await bootstrapMapDifference(good, good, { seed: 1, resamples: 50, pause });
    expect([same.interval50, same.interval5095]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const { a, b, interval50 } = await bootstrapMapDifference(blind, good, {
      seed: 1,
      resamples: 200,
      pause,
    });
    expect(a.map50).toBe(0);
    expect(isEqual(b.map50, set.figures[1])).toBe(true);
    expect(interval50[0]).toBeGreaterThan(0);
    expect(interval50[0]).toBeLessThan(b.map50 ?? 0);
    expect(interval50[1]).toBeGreaterThan(b.map50 ?? 0);
  });

  it('draws the same intervals from the same seed, and others from another', async () => {
    const set = goldenSets.find(({ figures, pictures }) => pictures > 5 && (figures[1] ?? 0) > 0.5);
    if (!set) throw new Error('no golden set with a good detector');
    const good = preparePictureMatches(toOutcomes(set));
    const blind = preparePictureMatches(toOutcomes({ ...set, detections: [] }));
    const draw = (seed: number) => bootstrapMapDifference(blind, good, { seed, resamples: 20, pause });
    expect(await draw(7)).toEqual(await draw(7));
    expect((await draw(7)).interval50).not.toEqual((await draw(8)).interval50);
  });
});
