import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src-main/base/random.ts';
import { toTimeBins } from '../../../src-main/base/time-bins.ts';

const at = (...parts: [number, number, number?, number?, number?]) =>
  new Date(parts[0], parts[1], parts[2] ?? 1, parts[3] ?? 0, parts[4] ?? 0).getTime();

describe('bins of time', () => {
  it.each([
    ['minute', at(2026, 4, 1, 8, 0), at(2026, 4, 1, 8, 20)],
    ['hour', at(2026, 4, 1, 8), at(2026, 4, 1, 20)],
    ['day', at(2026, 2, 20), at(2026, 3, 12)],
    ['week', at(2026, 0, 1), at(2026, 5, 1)],
    ['month', at(2025, 0, 3), at(2026, 11, 28)],
    ['year', at(1998, 5, 3), at(2020, 1, 1)],
  ] as const)('of a %s are chosen where they are the shortest that suffice', (unit, from, to) => {
    expect(toTimeBins(from, to, 24).unit).toBe(unit);
  });

  it('begin where people count from, over a change of the clocks too', () => {
    const days = toTimeBins(at(2026, 2, 20, 15), at(2026, 3, 5, 9), 30).edges.map((edge) => new Date(edge));
    expect(days.every((edge) => edge.getHours() === 0 && edge.getMinutes() === 0)).toBe(true);
    expect(days).toHaveLength(18);
    const months = toTimeBins(at(2025, 10, 15), at(2026, 1, 2), 4).edges;
    expect(months).toEqual([at(2025, 10), at(2025, 11), at(2026, 0), at(2026, 1), at(2026, 2)]);
    const weeks = toTimeBins(at(2026, 0, 1), at(2026, 3, 1), 24).edges.map((edge) => new Date(edge).getDay());
    expect(new Set(weeks)).toEqual(new Set([1]));
  });

  it('cover any span with at most as many as are asked for, without a gap', () => {
    const random = createRandom(3, 'bins');
    for (let round = 0; round < 300; round++) {
      const from = Math.floor(random.uniform(0, 2e12));
      const to = from + Math.floor(10 ** random.uniform(0, 12.2));
      const most = random.integer(2, 60);
      const { edges } = toTimeBins(from, to, most);
      expect(edges.length - 1).toBeLessThanOrEqual(most);
      expect(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? edge))).toBe(true);
      expect(edges[0]).toBeLessThanOrEqual(from);
      expect(edges.at(-1)).toBeGreaterThan(to);
      expect(edges.at(-2)).toBeLessThanOrEqual(to);
    }
  });
});
