/** What `picture-quality` promises: blur, darkness and light are told apart, and the same picture is known again. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src-main/base/random.ts';
import {
  fingerprintPicture,
  measureExposure,
  measureSharpness,
  readPictureQuality,
} from '../../../src-main/vision/picture-quality.ts';

/** Soft blobs of all sizes, with fine grain. */
async function drawScene(seed: number, width = 640, height = 480): Promise<Buffer> {
  const random = createRandom(seed, 'scene');
  const small = Buffer.from(Array.from({ length: 12 * 9 * 3 }, () => random.integer(20, 235)));
  const blobs = await sharp(small, { raw: { width: 12, height: 9, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
  const grained = blobs.map((value) => Math.max(0, Math.min(255, value + random.integer(-20, 20))));
  return sharp(grained, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

const size = { width: 640, height: 480 };

const bitsBetween = (first: string, second: string) =>
  (BigInt(`0x${first}`) ^ BigInt(`0x${second}`)).toString(2).replaceAll('0', '').length;

describe('picture quality', () => {
  it('measures the Laplacian by hand: one bright pixel in the middle', () => {
    const pixels = new Uint8Array(25);
    pixels[12] = 10;
    // Of the nine inner pixels one is -40 and four are 10.
    const expected = (40 ** 2 + 4 * 10 ** 2) / 9;
    expect(measureSharpness({ pixels, width: 5, height: 5 })).toBeCloseTo(expected, 10);
    expect(measureSharpness({ pixels, width: 25, height: 1 })).toBe(0);
  });

  it('measures exposure by hand', () => {
    const pixels = Uint8Array.from([0, 255, 250, 249]);
    expect(measureExposure({ pixels, width: 2, height: 2 })).toEqual({
      brightness: 754 / 4 / 255,
      clipped: 0.5,
    });
  });

  it('tells a blurred, a dark and an over-exposed picture from a good one', async () => {
    const scene = await drawScene(1);
    const good = await readPictureQuality(scene, size);
    const blurred = await readPictureQuality(await sharp(scene).blur(4).png().toBuffer(), size);
    const dark = await readPictureQuality(await sharp(scene).linear(0.1, 0).png().toBuffer(), size);
    const light = await readPictureQuality(await sharp(scene).linear(3, 60).png().toBuffer(), size);
    expect(blurred.sharpness).toBeLessThan(good.sharpness / 20);
    expect(dark.brightness).toBeLessThan(0.1);
    expect(light.clipped).toBeGreaterThan(0.5);
    expect(good.clipped).toBe(0);
  });

  it('knows a picture again after compression, another size and other light', async () => {
    const scene = await drawScene(2);
    const { fingerprint } = await readPictureQuality(scene, size);
    const copies = [
      sharp(scene).jpeg({ quality: 50 }),
      sharp(scene).resize(200, 150).png(),
      sharp(scene).linear(0.7, 10).png(),
    ];
    for (const copy of copies) {
      const other = await readPictureQuality(await copy.toBuffer(), size);
      expect(bitsBetween(fingerprint, other.fingerprint)).toBeLessThanOrEqual(6);
    }
    const others = await Promise.all(
      [3, 4, 5].map(async (seed) => readPictureQuality(await drawScene(seed), size)),
    );
    for (const other of others) expect(bitsBetween(fingerprint, other.fingerprint)).toBeGreaterThan(16);
  });

  it('gives the same pixels in another file the same digest, and one changed pixel another', async () => {
    const scene = await drawScene(6, 320, 240);
    const shape = { width: 320, height: 240 };
    const raw = await sharp(scene).removeAlpha().raw().toBuffer();
    const write = (pixels: Buffer) =>
      sharp(pixels, { raw: { ...shape, channels: 3 } })
        .webp({ lossless: true })
        .toBuffer();
    const [first, again] = [
      await readPictureQuality(scene, shape),
      await readPictureQuality(await write(raw), shape),
    ];
    expect(again.pixelDigest).toBe(first.pixelDigest);
    raw[0] = (raw[0] as number) ^ 0x80;
    expect((await readPictureQuality(await write(raw), shape)).pixelDigest).not.toBe(first.pixelDigest);
  });

  it('takes pictures of any size and of one colour', () => {
    for (const [width, height] of [
      [1, 1],
      [28, 28],
      [33, 7],
      [512, 1],
    ] as const) {
      const pixels = new Uint8Array(width * height).fill(90);
      expect(fingerprintPicture({ pixels, width, height })).toMatch(/^[0-9a-f]{16}$/);
    }
  });

  it('refuses a picture that breaks off', async () => {
    const scene = await drawScene(7);
    await expect(readPictureQuality(scene.subarray(0, scene.length / 2), size)).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
  });
});
