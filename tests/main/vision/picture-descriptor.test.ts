import sharp from 'sharp';
import { expect, it } from 'vitest';
import { describePixels, descriptorBytes } from '../../../src-main/vision/picture-descriptor.ts';
import { readPictureQuality } from '../../../src-main/vision/picture-quality.ts';

const size = { width: 96, height: 64 };

function drawBars(color: string, isUpright: boolean): Promise<Buffer> {
  const bars = Array.from({ length: 8 }, (_, index) =>
    isUpright
      ? `<rect x="${index * 12}" width="6" height="64" fill="${color}"/>`
      : `<rect y="${index * 8}" width="96" height="4" fill="${color}"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64"><rect width="96" height="64" fill="#ddd"/>${bars.join('')}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

async function describe(bytes: Buffer): Promise<Uint8Array> {
  return (await readPictureQuality(bytes, size)).descriptor;
}

function distance(first: Uint8Array, second: Uint8Array): number {
  return Math.hypot(...Array.from(first, (value, index) => value - (second[index] ?? 0)));
}

it('by hand: an even red picture is its colour in every cell, without edges', () => {
  const pixels = Uint8Array.from(Array.from({ length: 8 * 8 }, () => [255, 0, 0]).flat());
  const descriptor = describePixels({ pixels, width: 8, height: 8, channels: 3 });
  expect(descriptor).toHaveLength(descriptorBytes);
  // Luma 0.299 × 255; differences 128 − 0.564 × 76.2 and 128 + 0.713 × (255 − 76.2).
  expect([descriptor[0], descriptor[16], descriptor[32]]).toEqual([76, 85, 255]);
  expect([...descriptor.subarray(48)].every((value) => value === 0)).toBe(true);
});

it('the direction of edges counts, and not whether they go from dark to light', () => {
  const ramp = (turn: (x: number, y: number) => number) =>
    describePixels({
      pixels: Uint8Array.from({ length: 64 * 64 }, (_, index) => turn(index % 64, Math.floor(index / 64))),
      ...{ width: 64, height: 64, channels: 1 },
    }).subarray(48);
  const across = ramp((x) => 4 * x);
  expect(across).toEqual(ramp((x) => 252 - 4 * x));
  expect(across).not.toEqual(ramp((_, y) => 4 * y));
  expect(Math.max(...across)).toBe(255);
});

it('a picture is nearer to itself in another size and format than to one of another colour or direction', async () => {
  const bars = await drawBars('#a33', true);
  const own = await describe(bars);
  const copy = await describe(await sharp(bars).resize(192, 128).jpeg({ quality: 80 }).toBuffer());
  for (const other of [await drawBars('#3a3', true), await drawBars('#a33', false)])
    expect(distance(own, await describe(other))).toBeGreaterThan(3 * distance(own, copy));
});
