/** Two classes on one spot are two objects; two tiles that share an object saw one. */
import { expect, test } from 'vitest';
import { createRandom } from '../../../src-main/base/random.ts';
import { intersectionOverUnion } from '../../../src-main/vision/box-geometry.ts';
import { type Detection, mergeTiles, suppress } from '../../../src-main/vision/suppression.ts';
import { isCutByTile, planTiles } from '../../../src-main/vision/tiling.ts';

function box(left: number, top: number, side: number, score: number, classIndex = 0): Detection {
  return { left, top, right: left + side, bottom: top + side, score, classIndex };
}

const options = { iou: 0.5, maxDetections: 300 };

test('keeps the surest of each class on one spot', () => {
  const kept = suppress([box(0, 0, 10, 0.6), box(1, 0, 10, 0.9), box(0, 1, 10, 0.7, 1)], options);
  expect(kept.map(({ score }) => score)).toEqual([0.9, 0.7]);
});

test('gives the same as comparing each with each', () => {
  const random = createRandom(1);
  for (let round = 0; round < 30; round++) {
    const boxes = Array.from({ length: 120 }, () =>
      box(
        random.uniform(0, 60),
        random.uniform(0, 60),
        random.uniform(5, 30),
        random.integer(0, 40) / 40,
        random.integer(0, 2),
      ),
    );
    const alive = new Set(boxes.map((_, index) => index));
    const order = boxes
      .map((_, index) => index)
      .sort((a, b) => (boxes[b]?.score ?? 0) - (boxes[a]?.score ?? 0) || a - b);
    order.forEach((index, place) => {
      const own = boxes[index];
      if (!own || !alive.has(index)) return;
      for (const later of order.slice(place + 1)) {
        const other = boxes[later];
        if (other?.classIndex === own.classIndex && intersectionOverUnion(own, other) > 0.5)
          alive.delete(later);
      }
    });
    expect(suppress(boxes, options)).toEqual(order.filter((at) => alive.has(at)).map((at) => boxes[at]));
  }
});

test('keeps three thousand objects that do not touch, and no more than asked for', () => {
  const boxes = Array.from({ length: 3_000 }, (_, index) =>
    box(12 * (index % 60), 12 * Math.floor(index / 60), 10, 1 - index / 10_000),
  );
  const doubled = [...boxes, ...boxes.map((own) => ({ ...own, left: own.left + 1, score: own.score / 2 }))];
  expect(suppress(doubled, { iou: 0.5, maxDetections: 5_000 })).toEqual(boxes);
  expect(suppress(doubled, { iou: 0.5, maxDetections: 100 })).toEqual(boxes.slice(0, 100));
});

test('tiles cover a picture to its edges, overlap, and all have the same size', () => {
  const tiles = planTiles({ width: 12_000, height: 9_000 }, 640);
  expect(tiles.every((tile) => tile.right - tile.left === 640 && tile.bottom - tile.top === 640)).toBe(true);
  const columns = [...new Set(tiles.map(({ left }) => left))];
  columns.slice(1).forEach((left, index) => {
    expect(left - (columns[index] ?? 0)).toBeLessThanOrEqual(0.8 * 640 + 1);
  });
  expect([columns[0], columns.at(-1)]).toEqual([0, 12_000 - 640]);
  expect(planTiles({ width: 500, height: 300 }, 640)).toEqual([{ left: 0, top: 0, right: 500, bottom: 300 }]);
});

test('an object on the seam of two tiles is found once, and whole', () => {
  const picture = { width: 200, height: 100 };
  const [first, second] = [
    { left: 0, top: 0, right: 110, bottom: 100 },
    { left: 90, top: 0, right: 200, bottom: 100 },
  ];
  const whole = { ...box(100, 20, 40, 0.7), right: 140 };
  const cut = { ...whole, right: 110, score: 0.95 };
  const found = [
    { ...cut, tile: 0, isCut: isCutByTile(cut, first, picture) },
    { ...whole, tile: 1, isCut: isCutByTile(whole, second, picture) },
  ];
  expect(found.map(({ isCut }) => isCut)).toEqual([true, false]);
  expect(mergeTiles(found, options)).toEqual([found[1]]);
});
