import { describe, expect, it } from 'vitest';
import type { ImageFilter, ImageMap } from '../../../../src-preload/contract/index.ts';
import {
  describeSpan,
  filterByMap,
  isFilteredBy,
  shadeOf,
  toMapRows,
} from '../../../../src-renderer/features/image/map-cells.ts';

const day = (number: number) => new Date(2026, 4, number).getTime();
const map: ImageMap = {
  unit: 'day',
  edges: [day(1), day(2), day(3)],
  totals: [5, 3],
  classes: [{ className: 'rust', counts: [2, 0] }],
  unlabelled: [3, 3],
};
const filter: ImageFilter = { camera: 'Canon', className: 'healthy', takenFrom: day(1) };

describe('the rows of the map', () => {
  it('are all, the classes in their order, and what is not labelled, with their totals', () => {
    expect(toMapRows(map).map(({ name, total }) => [name, total])).toEqual([
      ['All', 8],
      ['rust', 2],
      ['Unlabelled', 6],
    ]);
  });

  it('filter by what they stand for beside the other parts of the filter, and take the place of a class before', () => {
    const [all, rust, unlabelled] = toMapRows(map);
    const time = { from: day(2), until: day(3) };
    if (!all || !rust || !unlabelled) throw new Error('rows are missing');
    expect(filterByMap(filter, rust, time)).toEqual({
      ...{ camera: 'Canon', className: 'rust', takenFrom: day(2), takenUntil: day(3) },
    });
    expect(filterByMap(filter, unlabelled, null)).toEqual({
      camera: 'Canon',
      labelled: false,
      takenFrom: day(1),
    });
    expect(filterByMap(filter, all, null)).toEqual({ camera: 'Canon', takenFrom: day(1) });
    expect([isFilteredBy({ className: 'rust' }, rust), isFilteredBy(filter, rust)]).toEqual([true, false]);
    expect(isFilteredBy({ labelled: false }, unlabelled)).toBe(true);
  });
});

describe('a cell', () => {
  it('is seen with a single picture beside thousands, and is empty without one', () => {
    expect(shadeOf(0, 10_000)).toBe(0);
    expect(shadeOf(1, 10_000)).toBeGreaterThan(0.1);
    expect(shadeOf(10_000, 10_000)).toBe(1);
    expect(shadeOf(5, 100)).toBeLessThan(shadeOf(50, 100));
  });

  it('says its day, and of several days when they end', () => {
    expect(describeSpan(map, 0, 0)).toBe('1 May 2026');
    expect(describeSpan(map, 0, 1)).toBe('1 May 2026 until 3 May 2026');
    expect(describeSpan({ ...map, unit: 'week' }, 1, 1)).toBe('2 May 2026 until 3 May 2026');
  });
});
