/** Colours that are changed otherwise than hsv_h, hsv_s and hsv_v say make trained values useless that others publish. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createColourChange } from '../../../src-main/vision/hsv-gains.ts';

/** By tests/oracles/vision/hsv_gains.py; changed levels before they are rounded. */
interface Golden {
  readonly pixels: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly gains: readonly [number, number, number];
    readonly changed: readonly (readonly number[])[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/vision/hsv-gains.json'), 'utf8'),
);

test('hue, saturation and value are changed as colorsys changes them', () => {
  for (const { gains, changed } of golden.cases) {
    const [turn, saturation, value] = gains;
    const pixels = Uint8Array.from(golden.pixels.flat());
    createColourChange({ turn, saturation, value })?.(pixels, 0, pixels.length);
    const differences = changed.flat().map((level, index) => Math.abs(level - (pixels[index] ?? Number.NaN)));
    expect(Math.max(...differences), `gains ${gains.join(', ')}`).toBeLessThanOrEqual(0.5 + 1e-5);
  }
});

test('nothing outside the range is touched, and gains of nothing ask for no pass', () => {
  const pixels = Uint8Array.from([200, 10, 10, 200, 10, 10, 200, 10, 10]);
  createColourChange({ turn: 1 / 3, saturation: 1, value: 1 })?.(pixels, 3, 6);
  expect([...pixels]).toEqual([200, 10, 10, 10, 200, 10, 200, 10, 10]);
  expect(createColourChange({ turn: 0, saturation: 1, value: 1 })).toBeUndefined();
});
