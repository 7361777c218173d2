import { expect, it } from 'vitest';
import { measurePace } from '../../../src-main/statistics/pace.ts';

const minute = 60_000;

it('the pace is told from three gaps on, and pauses do not count', () => {
  const moments = [0, 1, 2, 62, 63].map((at) => at * minute);
  expect(measurePace(moments.slice(0, 3))).toBeNull();
  expect(measurePace(moments)).toBe(60);
  expect(measurePace(moments.toReversed())).toBe(60);
});

it('what was long ago does not count: the newest thirty gaps tell', () => {
  const slow = Array.from({ length: 100 }, (_, index) => index * 4 * minute);
  const fast = Array.from({ length: 31 }, (_, index) => 1_000 * minute + index * minute);
  expect(measurePace([...slow, ...fast])).toBe(60);
});

it('pictures in the same instant do not come to an endless pace', () => {
  expect(measurePace([5, 5, 5, 5])).toBe(3_600_000);
});
