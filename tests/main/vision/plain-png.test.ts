/** A PNG that others read, with bytes that never change: its hash is a picture's identity. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodePlainPng, encodePlainPng } from '../../../src-main/vision/plain-png.ts';

const gradient = (width: number, height: number) => ({
  pixels: Uint8Array.from({ length: width * height }, (_, index) => index % 251),
  width,
  height,
});

test.each([
  [28, 28],
  [1, 1],
  [255, 250],
  [400, 300],
])('writes %i × %i pixels that libvips reads', async (width, height) => {
  const picture = gradient(width, height);
  const read = await sharp(encodePlainPng(picture))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(read.info).toMatchObject({ width, height, channels: 1 });
  expect(read.data.equals(picture.pixels)).toBe(true);
});

test('reads what it wrote, and nothing else', async () => {
  const picture = gradient(28, 28);
  const bytes = encodePlainPng(picture);
  expect(decodePlainPng(bytes)).toEqual(picture);
  const bent = Buffer.from(bytes);
  bent[100] = (bent[100] ?? 0) ^ 1;
  expect(decodePlainPng(bent)).toBeUndefined();
  expect(decodePlainPng(bytes.subarray(0, -1))).toBeUndefined();
  expect(decodePlainPng(await sharp(bytes).png().toBuffer())).toBeUndefined();
});

test('writes the same bytes for ever', () => {
  const digest = createHash('sha256')
    .update(encodePlainPng(gradient(28, 28)))
    .digest('hex');
  expect(digest).toBe('e86b04bd780b8e7b6772f5f11e514b14f5be1b20ce73f383d710e2264cc45522');
});
