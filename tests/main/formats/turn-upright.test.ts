/** Labels of a photograph that the camera held upright: on their side they teach a detector nothing. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { PictureRecord } from '../../../src-main/formats/picture-record.ts';
import { turnUpright } from '../../../src-main/formats/turn-upright.ts';

const stored = { width: 60, height: 40 };
const corners = { left: 6, top: 8, right: 30, bottom: 18 };

function toRecord(size: PictureRecord['size'], unit: PictureRecord['unit'], box = corners): PictureRecord {
  const rest = {
    picturePath: 'a.jpg',
    recordPath: 'a.xml',
    place: null,
    split: null,
    model: null,
    tag: null,
  };
  const written = { className: 'leaf', ...box, score: null, attributes: {}, place: 'line 1' };
  return { ...rest, size, unit, state: 'labelled', boxes: [written] };
}

/** Where the white rectangle lies once the picture stands upright. */
async function findUpright(orientation: number) {
  const pixels = Buffer.alloc(stored.width * stored.height);
  for (let y = corners.top; y < corners.bottom; y++)
    pixels.fill(255, y * stored.width + corners.left, y * stored.width + corners.right);
  const png = sharp(pixels, { raw: { ...stored, channels: 1 } })
    .withMetadata({ orientation })
    .png();
  const upright = sharp(await png.toBuffer())
    .autoOrient()
    .toColourspace('b-w');
  const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
  const white = [...data.keys()].filter((at) => at % info.channels === 0 && (data[at] ?? 0) > 127);
  const xs = white.map((at) => (at / info.channels) % info.width);
  const ys = white.map((at) => Math.floor(at / info.channels / info.width));
  const hull = { left: Math.min(...xs), top: Math.min(...ys) };
  return {
    picture: { width: info.width, height: info.height, orientation },
    box: { ...hull, right: Math.max(...xs) + 1, bottom: Math.max(...ys) + 1 },
  };
}

test.each([5, 6, 7, 8])('labels for the stored size turn with orientation %i', async (orientation) => {
  const { picture, box } = await findUpright(orientation);
  expect(picture).toMatchObject({ width: 40, height: 60 });
  const turned = turnUpright(toRecord(stored, 'pixel'), picture);
  expect(turned).toMatchObject({ size: { width: 40, height: 60 }, boxes: [box] });
  const shares = { left: 0.1, top: 0.2, right: 0.5, bottom: 0.45 };
  const [share] = turnUpright(toRecord(stored, 'share', shares), picture).boxes;
  expect((share?.left ?? Number.NaN) * 40).toBeCloseTo(box.left, 9);
  expect((share?.bottom ?? Number.NaN) * 60).toBeCloseTo(box.bottom, 9);
});

test('labels for the upright size, of no size, and of pictures that lie as they are stay', () => {
  const picture = { width: 40, height: 60, orientation: 6 };
  for (const record of [toRecord({ width: 40, height: 60 }, 'pixel'), toRecord(null, 'share')])
    expect(turnUpright(record, picture)).toBe(record);
  const record = toRecord(stored, 'pixel');
  expect(turnUpright(record, { ...picture, orientation: 1 })).toBe(record);
  expect(turnUpright(record, { width: 40, height: 70, orientation: 6 })).toBe(record);
});
