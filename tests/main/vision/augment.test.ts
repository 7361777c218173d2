/** Variation must be repeatable, must not blacken borders, and must not turn one class into another. */
import { expect, test } from 'vitest';
import { createRandom } from '../../../src-main/base/random.ts';
import { augmentInto, isGreyRgb, suggestFlip } from '../../../src-main/vision/augment.ts';

const size = 32;
const picture = Uint8Array.from({ length: size * size * 3 }, (_, index) => 60 + ((index * 7) % 120));
const options = { size, strength: 1, flip: true };

function vary(source: Uint8Array, sample: number, changes: Partial<typeof options> = {}): Uint8Array {
  const target = new Uint8Array(source.length);
  augmentInto(source, target, createRandom(1, 'augment', 0, sample), { ...options, ...changes });
  return target;
}

test('gives the same picture for the same stream, another for another', () => {
  expect(vary(picture, 3)).toEqual(vary(picture, 3));
  expect(vary(picture, 3)).not.toEqual(vary(picture, 4));
});

test('leaves a picture as it is at strength 0', () => {
  expect(vary(picture, 3, { strength: 0 })).toEqual(picture);
});

test('reflects at the border: an even picture stays even but for the erased rectangle', () => {
  const even = new Uint8Array(picture.length).fill(120);
  for (let sample = 0; sample < 50; sample++) {
    const levels = new Map<number, number>();
    vary(even, sample).forEach((level, index) => {
      if (index % 3 === 0) levels.set(level, (levels.get(level) ?? 0) + 1);
    });
    expect(levels.size).toBeLessThanOrEqual(2);
    expect(Math.max(...levels.values())).toBeGreaterThan(0.85 * size * size);
  }
});

test('mirrors half of the pictures, and none where that is switched off', () => {
  const lit = new Uint8Array(picture.length).fill(30);
  for (let row = 0; row < size; row++) lit.fill(220, row * size * 3, (row * size + 8) * 3);
  const isMirrored = (pixels: Uint8Array) => {
    let balance = 0;
    pixels.forEach((level, index) => {
      balance += ((Math.floor(index / 3) % size) - size / 2 + 0.5) * level;
    });
    return balance > 0;
  };
  const samples = Array.from({ length: 200 }, (_, index) => index);
  const mirrored = samples.filter((sample) => isMirrored(vary(lit, sample))).length;
  expect(mirrored).toBeGreaterThan(70);
  expect(mirrored).toBeLessThan(130);
  expect(samples.filter((sample) => isMirrored(vary(lit, sample, { flip: false })))).toEqual([]);
});

test('takes small grey pictures for signs that must not be mirrored', () => {
  expect(suggestFlip({ isGrey: true, width: 28, height: 28 })).toBe(false);
  expect(suggestFlip({ isGrey: false, width: 28, height: 28 })).toBe(true);
  expect(suggestFlip({ isGrey: true, width: 640, height: 480 })).toBe(true);
  expect(isGreyRgb(Uint8Array.of(5, 5, 5, 9, 9, 9))).toBe(true);
  expect(isGreyRgb(Uint8Array.of(5, 5, 5, 9, 8, 9))).toBe(false);
});
