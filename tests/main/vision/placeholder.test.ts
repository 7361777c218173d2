import sharp from 'sharp';
import { thumbHashToApproximateAspectRatio, thumbHashToRGBA } from 'thumbhash';
import { expect, it } from 'vitest';
import { makePlaceholder } from '../../../src-main/vision/placeholder.ts';

it('keeps the colours where they are and the shape of the picture, in few characters', async () => {
  const right = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#2040e0' } })
    .png()
    .toBuffer();
  const picture = await sharp({ create: { width: 400, height: 200, channels: 3, background: '#e03020' } })
    .composite([{ input: right, left: 200, top: 0 }])
    .jpeg()
    .toBuffer();
  const placeholder = await makePlaceholder(new Uint8Array(picture));
  expect(placeholder.length).toBeLessThan(40);
  const hash = Buffer.from(placeholder, 'base64');
  const { w, h, rgba } = thumbHashToRGBA(hash);
  const colorAt = (x: number) => [...rgba.slice((Math.floor(h / 2) * w + x) * 4).slice(0, 3)];
  const [left, far] = [colorAt(2), colorAt(w - 3)];
  expect(Number(left[0]) - Number(left[2])).toBeGreaterThan(100);
  expect(Number(far[2]) - Number(far[0])).toBeGreaterThan(100);
  expect(thumbHashToApproximateAspectRatio(hash)).toBeGreaterThan(1.5);
});

it('refuses what is no picture', async () => {
  await expect(makePlaceholder(new TextEncoder().encode('text'))).rejects.toMatchObject({
    code: 'IMAGE_UNREADABLE',
  });
});
