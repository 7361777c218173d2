/** What `label-checks` promises: the measures of boxes, by hand and against every pair. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src-main/base/random.ts';
import {
  type CheckedBox,
  findRareClasses,
  measureLabels,
} from '../../../src-main/statistics/label-checks.ts';

const picture = { width: 200, height: 100 };
const leaf = (x: number, y: number, width: number, height: number): CheckedBox => ({
  className: 'leaf',
  ...{ x, y, width, height },
});

describe('label checks', () => {
  it('say nothing of a picture without boxes', () => {
    expect(measureLabels([], picture)).toEqual({
      shortestSide: null,
      largestShare: null,
      highestOverlap: null,
      borderBoxes: 0,
    });
  });

  it('measure the smallest, the largest and those at the border', () => {
    const boxes = [leaf(10, 10, 4, 30), leaf(50, 20, 100, 50), leaf(180, 40, 19.5, 10)];
    expect(measureLabels(boxes, picture)).toEqual({
      shortestSide: 4,
      largestShare: 0.25,
      highestOverlap: 0,
      borderBoxes: 1,
    });
  });

  it('hold boxes of one class against each other, and of two classes not', () => {
    const [first, half] = [leaf(10, 10, 20, 20), leaf(20, 10, 20, 20)];
    expect(measureLabels([first, half], picture).highestOverlap).toBeCloseTo(1 / 3, 12);
    expect(measureLabels([first, { ...half, className: 'stem' }], picture).highestOverlap).toBeNull();
  });

  it('find the highest overlap that a look at every pair finds', () => {
    const random = createRandom(5, 'overlaps');
    for (let round = 0; round < 200; round++) {
      const boxes = Array.from({ length: random.integer(2, 12) }, () =>
        leaf(random.uniform(0, 150), random.uniform(0, 60), random.uniform(1, 50), random.uniform(1, 40)),
      );
      const overlaps = boxes.flatMap((one, index) =>
        boxes.slice(index + 1).map((other) => measureLabels([one, other], picture).highestOverlap ?? 0),
      );
      expect(measureLabels(boxes, picture).highestOverlap).toBeCloseTo(Math.max(...overlaps), 12);
    }
  });

  it('name the classes that fall short of the largest, the rarest first', () => {
    const classes = [
      { className: 'a', count: 9 },
      { className: 'b', count: 100 },
      { className: 'c', count: 0 },
      { className: 'd', count: 10 },
    ];
    expect(findRareClasses(classes, 0.1).map(({ className }) => className)).toEqual(['c', 'a']);
    expect(findRareClasses([], 0.1)).toEqual([]);
  });
});
