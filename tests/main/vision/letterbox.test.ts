/** A letterbox that is off by its padding shifts every box of every picture that is not square. */
import { expect, test } from 'vitest';
import { invert } from '../../../src-main/vision/affine.ts';
import { transformBox } from '../../../src-main/vision/box-geometry.ts';
import { drawLetterbox, fitLetterbox } from '../../../src-main/vision/letterbox.ts';

const frame = { width: 64, height: 64 };

test('keeps the shape, in the middle or in the corner', () => {
  const centred = fitLetterbox({ width: 200, height: 100 }, frame);
  expect(centred).toMatchObject({ content: { width: 64, height: 32 }, left: 0, top: 16 });
  expect(fitLetterbox({ width: 100, height: 200 }, frame, 'corner')).toMatchObject({ left: 0, top: 0 });
});

test('leads boxes there and back', () => {
  const { toFrame, toPicture } = fitLetterbox({ width: 213, height: 97 }, frame);
  const box = { left: 10, top: 20, right: 100, bottom: 90 };
  const back = transformBox(transformBox(box, toFrame), toPicture);
  for (const side of ['left', 'top', 'right', 'bottom'] as const)
    expect(back[side]).toBeCloseTo(box[side], 9);
  expect(invert(toFrame)).toEqual(toPicture);
});

test('a picture of one pixel each way and a hair of a picture still have content', () => {
  expect(fitLetterbox({ width: 1, height: 1 }, frame).content).toEqual({ width: 64, height: 64 });
  expect(fitLetterbox({ width: 10_000, height: 1 }, frame).content).toEqual({ width: 64, height: 1 });
});

test('fills what is left with grey', () => {
  const letterbox = fitLetterbox({ width: 64, height: 32 }, frame);
  const content = { pixels: new Uint8Array(64 * 32 * 3).fill(200), width: 64, height: 32, channels: 3 };
  const target = new Uint8Array(64 * 64 * 3);
  drawLetterbox(content, letterbox, target);
  const level = (row: number) => target[row * 64 * 3];
  expect([level(0), level(15), level(16), level(47), level(48)]).toEqual([114, 114, 200, 200, 114]);
});
