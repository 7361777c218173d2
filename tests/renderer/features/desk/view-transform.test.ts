import { expect, it } from 'vitest';
import { createRandom } from '../../../../src-main/base/random.ts';
import { createBoxIndex } from '../../../../src-renderer/features/desk/box-index.ts';
import {
  fitView,
  panBy,
  toPicture,
  toStage,
  viewOnBox,
  zoomAt,
} from '../../../../src-renderer/features/desk/view-transform.ts';

const picture = { width: 4000, height: 3000 };
const stage = { width: 900, height: 700 };

it('shows the whole picture in the middle of the stage', () => {
  const { x, y, width, height } = toStage(fitView(picture, stage), { x: 0, y: 0, ...picture });
  expect(x + width / 2).toBeCloseTo(450);
  expect(y + height / 2).toBeCloseTo(350);
  expect(width).toBeLessThanOrEqual(900);
  expect(height).toBeLessThanOrEqual(700);
});

it('zooms with the point under the pointer staying under it, between two limits', () => {
  const fitted = fitView(picture, stage);
  const at = { x: 200, y: 500 };
  const before = toPicture(fitted, at);
  const closer = zoomAt(fitted, at, 7, fitted.scale);
  expect(toPicture(closer, at).x).toBeCloseTo(before.x);
  expect(toPicture(closer, at).y).toBeCloseTo(before.y);
  expect(zoomAt(fitted, at, 1e9, fitted.scale).scale).toBe(64);
  expect(zoomAt(fitted, at, 1e-9, fitted.scale).scale).toBeCloseTo(fitted.scale / 2);
});

it('never loses the picture off the stage', () => {
  const away = panBy(fitView(picture, stage), { x: 1e6, y: -1e6 }, picture, stage);
  const { x, y, height } = toStage(away, { x: 0, y: 0, ...picture });
  expect(x).toBeLessThan(stage.width);
  expect(y + height).toBeGreaterThan(0);
});

it('shows a box with its surroundings', () => {
  const shown = toStage(viewOnBox({ x: 100, y: 100, width: 30, height: 20 }, stage), {
    ...{ x: 100, y: 100, width: 30, height: 20 },
  });
  expect(shown.x).toBeGreaterThan(0);
  expect(shown.x + shown.width).toBeLessThan(stage.width);
  expect(shown.width).toBeGreaterThan(150);
});

it('finds the same boxes as a look at each of 2,000', () => {
  const random = createRandom(3, 'boxes');
  const boxes = Array.from({ length: 2000 }, (_, index) => ({
    id: String(index),
    x: random.uniform(0, 3900),
    y: random.uniform(0, 2900),
    width: random.uniform(1, 300),
    height: random.uniform(1, 300),
  }));
  const index = createBoxIndex(boxes, picture);
  for (let trial = 0; trial < 200; trial++) {
    const point = { x: random.uniform(0, 4000), y: random.uniform(0, 3000) };
    const holding = boxes.filter(
      (box) =>
        box.x <= point.x && point.x <= box.x + box.width && box.y <= point.y && point.y <= box.y + box.height,
    );
    const found = index.at(point);
    expect(new Set(found)).toEqual(new Set(holding));
    const areas = found.map(({ width, height }) => width * height);
    expect(areas).toEqual(areas.toSorted((a, b) => a - b));
  }
});
