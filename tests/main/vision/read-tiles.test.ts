/** A tile that comes from beside where it should puts every box in the wrong place. */
import { expect, test } from 'vitest';
import { decodeRgb } from '../../../src-main/vision/decode.ts';
import { readTiles } from '../../../src-main/vision/read-tiles.ts';
import { planTiles } from '../../../src-main/vision/tiling.ts';
import { drawNoise } from './test-pictures.ts';

for (const orientation of [1, 3, 6, 7]) {
  test(`cuts tiles out of the upright picture, stored with the EXIF orientation ${orientation}`, async () => {
    const noise = drawNoise(200).extract({ left: 0, top: 0, width: 200, height: 130 });
    const bytes = await noise.withExifMerge({}).withMetadata({ orientation }).png().toBuffer();
    const whole = await decodeRgb(bytes);
    const tiles = planTiles(whole, 64);
    let seen = 0;
    for await (const { index, picture } of readTiles(bytes, whole, tiles)) {
      const { left = 0, top = 0 } = tiles[index] ?? {};
      for (const [x, y] of [
        [0, 0],
        [63, 0],
        [10, 63],
      ] as const) {
        const at = ((top + y) * whole.width + left + x) * 3;
        const own = (y * picture.width + x) * 3;
        expect([...picture.pixels.subarray(own, own + 3)]).toEqual([...whole.pixels.subarray(at, at + 3)]);
      }
      seen++;
    }
    expect(seen).toBe(tiles.length);
  });
}
