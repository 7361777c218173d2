/** Properties of the sharing, over seeded random classes and fractions. */
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../src-main/base/random.ts';
import { type ClassShare, shareOut } from '../../../../src-main/loop/dataset/share-out.ts';
import type { SplitFractions } from '../../../../src-preload/contract/dataset.ts';
import { splits } from '../../../../src-preload/contract/ids.ts';
import { hashOf } from '../../store/tables/insert-pictures.ts';

const kinds: readonly SplitFractions[] = [
  [0.7, 0.2, 0.1],
  [0.8, 0, 0.2],
  [0, 0, 1],
  [1, 0, 0],
  [1 / 3, 1 / 3, 1 / 3],
  [0.05, 0.05, 0.9],
];

function drawClasses(random: Random, largest: number): ClassShare[] {
  return Array.from({ length: random.integer(1, 12) }, (_, index) => ({
    className: `class ${index}`,
    settled: [0, 0, 0] as const,
    pictures: Array.from({ length: random.integer(1, largest) }, (_, picture) =>
      hashOf(`${index}-${picture}`),
    ),
  }));
}

function count(share: ClassShare, assigned: ReturnType<typeof shareOut>): number[] {
  return splits.map((split) => share.pictures.filter((picture) => assigned.get(picture) === split).length);
}

/** Calls the check with many drawn cases. */
function forAll(check: (classes: ClassShare[], fractions: SplitFractions, random: Random) => void): void {
  for (let round = 0; round < 120; round++) {
    const random = createRandom(round, 'share-out');
    check(
      drawClasses(random, round % 2 ? 5 : 60),
      kinds[round % kinds.length] ?? kinds[0] ?? [1, 0, 0],
      random,
    );
  }
}

describe('sharing out', () => {
  it('is off by less than a picture in each class, and gives nothing to a split without a fraction', () => {
    forAll((classes, fractions) => {
      const assigned = shareOut(classes, fractions, 1);
      for (const share of classes) {
        const counts = count(share, assigned);
        expect(counts.reduce((sum, of) => sum + of)).toBe(share.pictures.length);
        for (const [index, fraction] of fractions.entries()) {
          expect(Math.abs((counts[index] ?? 0) - fraction * share.pictures.length)).toBeLessThan(1);
          if (fraction === 0) expect(counts[index]).toBe(0);
        }
      }
    });
  });

  it('gives every class a training picture first', () => {
    forAll((classes, fractions) => {
      if (fractions[0] === 0) return;
      const assigned = shareOut(classes, fractions, 1);
      for (const share of classes) expect(count(share, assigned)[0]).toBeGreaterThan(0);
    });
  });

  it('fills a small split from many small classes together', () => {
    const classes = Array.from({ length: 20 }, (_, index) => ({
      className: `class ${index}`,
      settled: [0, 0, 0] as const,
      pictures: ['a', 'b', 'c', 'd'].map((name) => hashOf(`${index}${name}`)),
    }));
    const assigned = shareOut(classes, [0.7, 0.2, 0.1], 0);
    const counts = classes.map((share) => count(share, assigned));
    const totals = [0, 1, 2].map((index) => counts.reduce((sum, of) => sum + (of[index] ?? 0), 0));
    expect(totals).toEqual([56, 16, 8]);
  });

  it('does not depend on the order of pictures or classes, and does on the seed', () => {
    forAll((classes, fractions, random) => {
      const mixed = random
        .shuffle(classes)
        .map((share) => ({ ...share, pictures: random.shuffle(share.pictures) }));
      const sorted = (assigned: ReturnType<typeof shareOut>) =>
        [...assigned].sort((a, b) => (a[0] < b[0] ? -1 : 1));
      expect(sorted(shareOut(mixed, fractions, 5))).toEqual(sorted(shareOut(classes, fractions, 5)));
    });
    const one = drawClasses(createRandom(0, 'seed'), 60);
    expect(shareOut(one, [0.7, 0.2, 0.1], 1)).not.toEqual(shareOut(one, [0.7, 0.2, 0.1], 2));
  });

  it('brings a class back to its fractions with new pictures, without moving settled ones', () => {
    const pictures = Array.from({ length: 50 }, (_, index) => hashOf(`new ${index}`));
    const share: ClassShare = { className: 'rust', settled: [50, 0, 0], pictures };
    expect(count(share, shareOut([share], [0.7, 0.2, 0.1], 0))).toEqual([20, 20, 10]);
    const beyond: ClassShare = { className: 'rust', settled: [0, 0, 500], pictures };
    expect(count(beyond, shareOut([beyond], [0.7, 0.2, 0.1], 0))).toEqual([39, 11, 0]);
  });
});
