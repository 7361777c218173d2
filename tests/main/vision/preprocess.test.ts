/** What a model sees of a picture must not depend on how the picture is stored. */

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeRgb } from '../../../src-main/vision/decode.ts';
import { encodePlainPng } from '../../../src-main/vision/plain-png.ts';
import { preparePicture } from '../../../src-main/vision/preprocess.ts';
import { readImageFacts } from '../../../src-main/vision/read-facts.ts';
import { makeThumbnail } from '../../../src-main/vision/thumbnail.ts';
import { drawHalves, drawHuge, drawNoise, drawSolid, orange, toJpeg } from './test-pictures.ts';

const size = { width: 8, height: 8 };

test.each([
  ['JPEG', () => toJpeg(drawSolid()), [200, 100, 50]],
  ['16-bit PNG', () => drawSolid().toColourspace('rgb16').png().toBuffer(), [200, 100, 50]],
  ['palette PNG', () => drawSolid().png({ palette: true }).toBuffer(), [200, 100, 50]],
  ['TIFF', () => drawSolid().tiff().toBuffer(), [200, 100, 50]],
  ['lossless WebP', () => drawSolid().webp({ lossless: true }).toBuffer(), [200, 100, 50]],
  ['GIF', () => drawSolid().gif().toBuffer(), [200, 100, 50]],
  ['grey PNG', () => drawSolid().toColourspace('b-w').png().toBuffer(), [128, 128, 128]],
  ['16-bit grey PNG', () => drawSolid().toColourspace('grey16').png().toBuffer(), [128, 128, 128]],
  ['half transparent PNG on white', () => drawSolid({ alpha: 0.5 }).png().toBuffer(), [227, 177, 152]],
])('sees the colours of a %s', async (_name, draw, color) => {
  const bytes = await draw();
  const { pixels, width, height } = await decodeRgb(bytes);
  expect([width, height, pixels.length]).toEqual([40, 30, 3600]);
  expect([...(await preparePicture(bytes, size)).subarray(0, 3)]).toEqual([...pixels.subarray(0, 3)]);
  const distances = color.map((level, channel) => Math.abs((pixels[channel] ?? 0) - level));
  expect(Math.max(...distances)).toBeLessThanOrEqual(1);
});

test('sees a CMYK picture in its colours, not in their negative', async () => {
  const bytes = await drawSolid().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  expect((await sharp(bytes).metadata()).channels).toBe(4);
  const [red = 0, green = 0, blue = 0] = await preparePicture(bytes, size);
  expect(Math.abs(red - orange.r)).toBeLessThan(12);
  expect(Math.abs(green - orange.g)).toBeLessThan(12);
  expect(Math.abs(blue - orange.b)).toBeLessThan(40);
});

test('sees the first frame of an animated picture', async () => {
  const frames = await Promise.all(
    ['#f00', '#00f'].map((background) =>
      sharp({ create: { width: 20, height: 10, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const bytes = await sharp(frames, { join: { animated: true } })
    .gif({ delay: [100, 100] })
    .toBuffer();
  expect(await readImageFacts(bytes)).toMatchObject({ format: 'gif', width: 20, height: 10, frames: 2 });
  const { pixels, width, height } = await decodeRgb(bytes);
  expect([width, height, ...pixels.subarray(0, 3)]).toEqual([20, 10, 255, 0, 0]);
});

test('turns a picture upright as its EXIF orientation says, for facts, pixels and thumbnail alike', async () => {
  const bytes = await drawHalves(400, 200).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
  const facts = await readImageFacts(bytes);
  expect(facts).toMatchObject({ width: 200, height: 400 });
  expect(await decodeRgb(bytes)).toMatchObject({ width: 200, height: 400 });
  // Turned clockwise the left half is above.
  const pixels = await preparePicture(bytes, { width: 4, height: 1000 });
  expect(pixels[0]).toBeGreaterThan(200);
  expect(pixels.at(-1)).toBeGreaterThan(200);
  expect(await sharp(await makeThumbnail(bytes, facts)).metadata()).toMatchObject({
    width: 128,
    height: 256,
  });
});

test.each([
  [28, 28],
  [32, 32],
  [64, 48],
])('sees a digit the same at %i × %i however its PNG is written', async (width, height) => {
  const grey = Uint8Array.from({ length: 28 * 28 }, (_, index) => (index * 37) % 256);
  const plain = encodePlainPng({ pixels: grey, width: 28, height: 28 });
  const packed = await sharp(plain).png().toBuffer();
  for (const channels of [1, 3] as const) {
    const seen = await preparePicture(plain, { width, height, channels });
    expect(seen.length).toBe(width * height * channels);
    expect(Buffer.from(seen).equals(await preparePicture(packed, { width, height, channels }))).toBe(true);
  }
});

test('squashes: what lies at the sides of a wide picture is still seen', async () => {
  const pixels = await preparePicture(await drawHalves(300, 20).png().toBuffer(), size);
  expect([...pixels.subarray(0, 3), ...pixels.subarray(21, 24)]).toEqual([255, 0, 0, 0, 0, 255]);
});

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff'] as const)('refuses a %s that breaks off', async (format) => {
  const bytes = await drawNoise(300).toFormat(format).toBuffer();
  const part = bytes.subarray(0, Math.floor(bytes.length * 0.7));
  const facts = { format, width: 300, height: 300 };
  const refusal = {
    code: 'IMAGE_UNREADABLE',
    message: expect.stringMatching(/of \d+ bytes that breaks off/),
  };
  await expect(makeThumbnail(part, facts)).rejects.toMatchObject(refusal);
  await expect(preparePicture(part, size)).rejects.toMatchObject(refusal);
});

test('finds that a picture breaks off also where it would be its own thumbnail', async () => {
  for (const format of ['jpeg', 'png'] as const) {
    const bytes = await drawNoise(100).toFormat(format).toBuffer();
    const part = bytes.subarray(0, bytes.length - 200);
    await expect(makeThumbnail(part, { format, width: 100, height: 100 })).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
  }
});

test('refuses what is no picture by telling what it looks like', async () => {
  const cases = [
    [Buffer.alloc(0), 'got an empty file'],
    [Buffer.from('once upon a time\n'), 'got text beginning with "once upon a time"'],
    [Buffer.from('%PDF-1.7 …'), 'got a PDF document'],
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'got an SVG drawing'],
    [Buffer.alloc(100), 'got nothing but zero bytes'],
  ] as const;
  for (const [bytes, message] of cases) {
    await expect(readImageFacts(bytes)).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining(message),
    });
  }
});

test('refuses 20,000 × 20,000 pixels from the header, with the numbers', async () => {
  const bytes = await drawHuge();
  const refusal = {
    code: 'IMAGE_TOO_LARGE',
    message: expect.stringContaining('20000 × 20000 (400 million)'),
  };
  await expect(readImageFacts(bytes)).rejects.toMatchObject(refusal);
  await expect(preparePicture(bytes, size)).rejects.toMatchObject(refusal);
});

test('makes thumbnails of at most 256 pixels, and none of what is small', async () => {
  const large = await toJpeg(drawNoise(600));
  const small = await drawSolid().png().toBuffer();
  const thumbnail = await makeThumbnail(large, await readImageFacts(large));
  expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: 256, height: 256 });
  expect(await makeThumbnail(small, await readImageFacts(small))).toBe(small);
});
