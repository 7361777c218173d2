/** Windows bitmaps of the kinds that cameras and old programs write. */
import { expect, test } from 'vitest';
import { decodeRgb } from '../../../src-main/vision/decode.ts';
import { preparePicture } from '../../../src-main/vision/preprocess.ts';
import { readImageFacts } from '../../../src-main/vision/read-facts.ts';
import { makeThumbnail } from '../../../src-main/vision/thumbnail.ts';

interface BitmapDraft {
  readonly width: number;
  /** Negative: the first row comes first. */
  readonly height: number;
  readonly depth: 8 | 24 | 32;
  readonly compression?: number;
  /** Blue, green, red and a spare byte each. */
  readonly palette?: readonly number[];
  readonly pixels: readonly number[];
}

function encodeBitmap({ width, height, depth, compression = 0, palette = [], pixels }: BitmapDraft): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + palette.length + pixels.length, 2);
  header.writeUInt32LE(54 + palette.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(depth, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(pixels.length, 34);
  header.writeUInt32LE(palette.length / 4, 46);
  return Buffer.concat([header, Buffer.from(palette), Buffer.from(pixels)]);
}

type Color = readonly [red: number, green: number, blue: number];

/** Red and green above, blue and white below, in rows of three pixels filled up to four bytes. */
const red: Color = [255, 0, 0];
const green: Color = [0, 255, 0];
const blue: Color = [0, 0, 255];
const white: Color = [255, 255, 255];
const upper = [red, green, red];
const lower = [blue, white, blue];
const rows = [...upper, ...lower].flat();
const size = { width: 3, height: 2 };
const toQuads = (colors: readonly Color[]) => colors.flatMap(([r, g, b]) => [b, g, r, 0]);
const toRow = (colors: readonly Color[]) => [...colors.flatMap(([r, g, b]) => [b, g, r]), 0, 0, 0];
const palette = toQuads([red, green, blue, white]);

test.each<[string, Omit<BitmapDraft, 'width'>]>([
  ['24 bits', { height: 2, depth: 24, pixels: [...toRow(lower), ...toRow(upper)] }],
  ['24 bits, first row first', { height: -2, depth: 24, pixels: [...toRow(upper), ...toRow(lower)] }],
  [
    '32 bits, the last of them empty',
    { height: 2, depth: 32, pixels: [...toQuads(lower), ...toQuads(upper)] },
  ],
  ['a palette', { height: 2, depth: 8, palette, pixels: [2, 3, 2, 0, 0, 1, 0, 0] }],
  // A run of each colour; an absolute run of three, filled up to four bytes; ends of line and of picture.
  [
    'run lengths',
    {
      height: 2,
      depth: 8,
      compression: 1,
      palette,
      pixels: [1, 2, 1, 3, 1, 2, 0, 0, 0, 3, 0, 1, 0, 0, 0, 1],
    },
  ],
])('sees the pixels of a bitmap of %s', async (_name, draft) => {
  const bytes = encodeBitmap({ width: 3, ...draft });
  expect(await readImageFacts(bytes)).toEqual({
    format: 'bmp',
    ...size,
    orientation: 1,
    isGrey: false,
    frames: 1,
  });
  const { pixels, ...decoded } = await decodeRgb(bytes);
  expect(decoded).toEqual(size);
  expect([...pixels]).toEqual(rows);
  expect([...(await preparePicture(bytes, size))]).toEqual(rows);
  const thumbnail = await makeThumbnail(bytes, await readImageFacts(bytes));
  expect(await readImageFacts(thumbnail)).toMatchObject({ format: 'jpeg', ...size });
});

test('refuses a bitmap that breaks off, one that is too large, and a text that begins like one', async () => {
  const bytes = encodeBitmap({ ...size, depth: 24, pixels: rows });
  for (const length of [30, 54, 60]) {
    await expect(decodeRgb(bytes.subarray(0, length))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining('Windows bitmap'),
    });
  }
  const huge = encodeBitmap({ width: 20_000, height: 20_000, depth: 24, pixels: [] });
  await expect(readImageFacts(huge)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  await expect(decodeRgb(huge)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  const text = Buffer.from('BMW is the name of a maker of cars, not of a picture');
  await expect(readImageFacts(text)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
});
