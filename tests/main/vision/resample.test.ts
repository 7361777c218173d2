/** A shift or a darkened border here would be learnt by every model. */
import { expect, test } from 'vitest';
import { resample } from '../../../src-main/vision/resample.ts';

const ramp = {
  pixels: Uint8Array.from({ length: 8 }, (_, x) => 40 + 20 * x),
  width: 8,
  height: 1,
  channels: 1,
};

test('enlarges a ramp around its centre, without a shift', () => {
  const wide = resample(ramp, 16, 1);
  expect([...wide.subarray(3, 13)]).toEqual([65, 75, 85, 95, 105, 115, 125, 135, 145, 155]);
});

test('keeps an even picture even, larger and smaller, in each channel', () => {
  const pixels = Uint8Array.from({ length: 9 * 7 * 3 }, (_, index) => [250, 5, 90][index % 3] ?? 0);
  for (const [width, height] of [
    [20, 31],
    [3, 2],
    [9, 14],
  ] as const) {
    const resized = resample({ pixels, width: 9, height: 7, channels: 3 }, width, height);
    expect([...resized]).toEqual(Array.from({ length: width * height }, () => [250, 5, 90]).flat());
  }
});

test('averages when it shrinks instead of picking pixels', () => {
  const stripes = Uint8Array.from({ length: 64 }, (_, x) => (x % 2) * 200);
  const small = resample({ pixels: stripes, width: 64, height: 1, channels: 1 }, 8, 1);
  for (const level of small.subarray(1, 7)) expect(Math.abs(level - 100)).toBeLessThanOrEqual(2);
});
