/** Objects that tiles cut, count twice or shift would be wrong in every large picture. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { FrameDetector } from '../../../src-main/vision/detect-pictures.ts';
import { detectPictures } from '../../../src-main/vision/detect-pictures.ts';
import type { Detection } from '../../../src-main/vision/suppression.ts';

const side = 256;
const [width, height] = [2400, 1800];
/** 3,000 of 16 × 12 pixels, in rows that no tile's edge respects. */
const objects = Array.from({ length: 3_000 }, (_, index) => ({
  left: 20 + (index % 60) * 39,
  top: 15 + Math.floor(index / 60) * 35,
  right: 36 + (index % 60) * 39,
  bottom: 27 + Math.floor(index / 60) * 35,
}));

async function drawCrowd(): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3, 40);
  for (const { left, top, right, bottom } of objects) {
    for (let row = top; row < bottom; row++) {
      pixels.fill(220, (row * width + left) * 3, (row * width + right) * 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** Finds bright rectangles, as a perfect detector would. */
const finder: FrameDetector = {
  imageSize: { width: side, height: side },
  place: 'centre',
  detect: async (frames, count) =>
    Array.from({ length: count }, (_, at) => findBright(frames.subarray(at * side * side * 3))),
};

function findBright(frame: Uint8Array): Detection[] {
  const isBright = (x: number, y: number) => x < side && y < side && (frame[(y * side + x) * 3] ?? 0) > 170;
  const isCorner = (x: number, y: number) =>
    isBright(x, y) && !(x > 0 && isBright(x - 1, y)) && !(y > 0 && isBright(x, y - 1));
  const found: Detection[] = [];
  for (let top = 0; top < side; top++) {
    for (let left = 0; left < side; left++) {
      if (!isCorner(left, top)) continue;
      let [right, bottom] = [left, top];
      while (isBright(right, top)) right++;
      while (isBright(left, bottom)) bottom++;
      found.push({ left, top, right, bottom, score: 0.9, classIndex: 0 });
    }
  }
  return found;
}

test('finds each of 3,000 objects of a large picture once, where it is, by tiles', {
  timeout: 60_000,
}, async () => {
  const picture = await drawCrowd();
  const options = { iou: 0.7, maxDetections: 10_000, tile: side, batch: 8 };
  const key = ({ left, top, right, bottom }: (typeof objects)[number]) => [left, top, right, bottom].join();
  for await (const { detections } of detectPictures(finder, 1, async () => picture, options)) {
    const found = detections.map((box) => ({
      left: Math.round(box.left),
      top: Math.round(box.top),
      right: Math.round(box.right),
      bottom: Math.round(box.bottom),
    }));
    expect(found.map(key).sort()).toEqual(objects.map(key).sort());
  }
});

test('gives one answer a picture, in their order, however many fill a run', async () => {
  const sizes = [300, 200, 100, 400, 256];
  const pictures = await Promise.all(
    sizes.map((size) =>
      sharp({ create: { width: size, height: 100, channels: 3, background: '#000' } })
        .png()
        .toBuffer(),
    ),
  );
  const options = { iou: 0.7, maxDetections: 10, tile: null, batch: 3 };
  const widths: number[] = [];
  const read = async (index: number) => pictures[index] ?? Buffer.alloc(0);
  for await (const { picture, detections } of detectPictures(finder, sizes.length, read, options)) {
    widths.push(picture.width);
    expect(detections).toEqual([]);
  }
  expect(widths).toEqual(sizes);
});
