/** A mask whose box is a column too wide is a label that is wrong by a pixel, in every picture. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { boundMask } from '../../../src-main/formats/run-lengths.ts';

/** By tests/oracles/formats/masks.py. */
interface Golden {
  readonly size: readonly [height: number, width: number];
  readonly counts: string;
  readonly runs: readonly number[];
  /** x, y, width, height */
  readonly bbox: readonly [number, number, number, number];
}

const masks: Golden[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/formats/masks.json'), 'utf8'),
);

test('bounds masks as pycocotools does, from characters and from lists', () => {
  for (const { size, counts, runs, bbox } of masks) {
    const [x, y, width, height] = bbox;
    const bounds = { left: x, top: y, right: x + width, bottom: y + height };
    expect(boundMask({ size, counts })).toEqual(bounds);
    expect(boundMask({ size, counts: runs })).toEqual(bounds);
  }
});

test('tells an empty mask and what is no mask from one with a box', () => {
  const { left } = boundMask({ size: [4, 4], counts: [16] }) ?? {};
  expect(left).toBeNaN();
  expect(boundMask([[1, 2, 3, 4]])).toBeUndefined();
  expect(boundMask({ size: [4, 4] })).toBeUndefined();
  expect(boundMask({ size: ['a', null], counts: '04' })).toBeUndefined();
});
