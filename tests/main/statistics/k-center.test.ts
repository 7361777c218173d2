import { expect, it } from 'vitest';
import { createCenterSearch } from '../../../src-main/statistics/k-center.ts';
import { golden } from './queue-measures.ts';

it('chooses the points that NumPy chooses, in its order, with and without centers', () => {
  expect(golden.kCenter.map(({ centers }) => centers.length > 0)).toEqual([true, false]);
  for (const { width, points, centers, chosen, distances } of golden.kCenter) {
    const search = createCenterSearch({ width, values: Uint8Array.from(points) });
    for (let at = 0; at < centers.length; at += width)
      search.addCenter(Uint8Array.from(centers.slice(at, at + width)));
    const found = chosen.map(() => search.chooseNext());
    expect(found.map((one) => one?.index)).toEqual(chosen);
    for (const [place, one] of found.entries()) {
      const distance = distances[place] ?? null;
      if (distance === null) expect(one?.distance).toBeNull();
      else expect(one?.distance).toBeCloseTo(distance, 9);
    }
  }
});

it('takes one of each group before a second of any, and no double at all', () => {
  const values = Uint8Array.from([0, 1, 0, 100, 101, 200, 200, 201]);
  const search = createCenterSearch({ width: 1, values });
  const taken = Array.from({ length: 9 }, () => search.chooseNext()).flatMap((one) => one ?? []);
  const groups = taken.map(({ index }) => Math.round((values[index] ?? 0) / 100));
  expect(groups.slice(0, 3).toSorted()).toEqual([0, 1, 2]);
  expect(taken.map(({ index }) => values[index]).toSorted()).toEqual([0, 1, 100, 101, 200, 201]);
  expect(createCenterSearch({ width: 1, values: new Uint8Array() }).chooseNext()).toBeUndefined();
});
