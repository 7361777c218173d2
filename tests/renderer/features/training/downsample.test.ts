import { describe, expect, it } from 'vitest';
import { downsample } from '../../../../src-renderer/features/training/downsample.ts';

const line = (count: number) => Array.from({ length: count }, (_, x) => ({ x, y: 1 }));

describe('downsample', () => {
  it('leaves short curves alone', () => {
    const points = line(5);
    expect(downsample(points, 5)).toBe(points);
  });

  it('keeps the first and the last point and the limit', () => {
    const fewer = downsample(line(10_000), 500);
    expect(fewer).toHaveLength(500);
    expect(fewer[0]?.x).toBe(0);
    expect(fewer.at(-1)?.x).toBe(9_999);
  });

  it('keeps a single spike that an average would hide', () => {
    const points = line(10_000).map((point) => (point.x === 4_321 ? { ...point, y: 50 } : point));
    expect(downsample(points, 100).some(({ y }) => y === 50)).toBe(true);
  });

  it('stays in the order of x', () => {
    const points = line(3_000).map(({ x }) => ({ x, y: Math.sin(x) }));
    const xs = downsample(points, 250).map(({ x }) => x);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
  });
});
