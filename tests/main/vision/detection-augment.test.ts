/** A box that misses its object by a few pixels after a flip or in a mosaic teaches every detector to miss. */
import { expect, test } from 'vitest';
import { createRandom } from '../../../src-main/base/random.ts';
import type { ClassBox } from '../../../src-main/vision/box-geometry.ts';
import {
  composeSample,
  type DetectionAugmentOptions,
  type DetectionSample,
  planSample,
} from '../../../src-main/vision/detection-augment.ts';

const size = 160;
const still: DetectionAugmentOptions = {
  mosaic: 0,
  mixup: 0,
  hsvH: 0,
  hsvS: 0,
  hsvV: 0,
  degrees: 0,
  translate: 0,
  scale: 0,
  shear: 0,
  fliplr: 0,
  flipud: 0,
  crop: 0,
};

/** Black, with one bright rectangle per box: red for class 0, green for class 1, blue for class 2. */
function drawSample(width: number, height: number, boxes: readonly ClassBox[]): DetectionSample {
  const pixels = new Uint8Array(width * height * 3);
  for (const { left, top, right, bottom, classIndex } of boxes) {
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        pixels[(row * width + column) * 3 + classIndex] = 250;
      }
    }
  }
  return { picture: { pixels, width, height, channels: 3 }, boxes };
}

/** The smallest box around the pixels that are bright in the class's colour alone. */
function findHull(target: Uint8Array, classIndex: number): [number, number, number, number] | undefined {
  const hull: [number, number, number, number] = [size, size, 0, 0];
  for (let at = 0; at < size * size; at++) {
    const levels = [0, 1, 2].map((channel) => target[3 * at + channel] ?? 0);
    const others = levels.filter((_, channel) => channel !== classIndex);
    if ((levels[classIndex] ?? 0) < 125 || others.some((level) => level > 60)) continue;
    const [x, y] = [at % size, Math.floor(at / size)];
    hull[0] = Math.min(hull[0], x);
    hull[1] = Math.min(hull[1], y);
    hull[2] = Math.max(hull[2], x + 1);
    hull[3] = Math.max(hull[3], y + 1);
  }
  return hull[2] > 0 ? hull : undefined;
}

const one = drawSample(160, 120, [{ left: 30, top: 20, right: 70, bottom: 50, classIndex: 0 }]);

test('centres a picture that nothing varies, grey above and below', () => {
  const target = new Uint8Array(size * size * 3);
  const boxes = composeSample(createRandom(1), still, [[one]], target, { size });
  expect(boxes).toEqual([{ left: 30, top: 40, right: 70, bottom: 70, classIndex: 0 }]);
  expect(findHull(target, 0)).toEqual([30, 40, 70, 70]);
  expect([...target.subarray(0, 3)]).toEqual([114, 114, 114]);
});

const variations: Record<string, Partial<DetectionAugmentOptions>> = {
  'a mirror from left to right': { fliplr: 1 },
  'a mirror from top to bottom': { flipud: 1 },
  'scale and shift': { scale: 0.5, translate: 0.1 },
  'a crop': { crop: 1 },
  'a mosaic': { mosaic: 1, scale: 0.3, translate: 0.1, fliplr: 0.5 },
};

for (const [what, variation] of Object.entries(variations)) {
  test(`keeps boxes on their objects through ${what}`, () => {
    const options = { ...still, ...variation };
    const others = [1, 2].map((classIndex) =>
      drawSample(120, 160, [{ left: 40, top: 60, right: 80, bottom: 110, classIndex }]),
    );
    let seen = 0;
    for (let seed = 0; seed < 30; seed++) {
      const layer = options.mosaic ? [one, ...others, drawSample(100, 100, [])] : [one];
      const target = new Uint8Array(size * size * 3);
      const boxes = composeSample(createRandom(seed), options, [layer], target, { size });
      for (const { left, top, right, bottom, classIndex } of boxes) {
        const hull = findHull(target, classIndex);
        for (const [at, edge] of [left, top, right, bottom].entries()) {
          expect(Math.abs(edge - (hull?.[at] ?? Number.NaN))).toBeLessThanOrEqual(1);
        }
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(20);
  });
}

test('encloses what a rotation and a shear turn', () => {
  for (let seed = 0; seed < 20; seed++) {
    const target = new Uint8Array(size * size * 3);
    const options = { ...still, degrees: 30, shear: 8 };
    const [box] = composeSample(createRandom(seed), options, [[one]], target, { size });
    const hull = findHull(target, 0) ?? [];
    const edges = box ? [box.left, box.top, box.right, box.bottom] : [];
    edges.forEach((edge, at) => {
      expect(Math.abs(edge - (hull[at] ?? Number.NaN))).toBeLessThanOrEqual(2.5);
    });
    expect(edges).toHaveLength(4);
  }
});

test('a crop loses no box', () => {
  const boxes = Array.from({ length: 6 }, (_, index) => ({
    left: 20 * index + 3,
    top: 15 * index,
    right: 20 * index + 15,
    bottom: 15 * index + 10,
    classIndex: index % 3,
  }));
  for (let seed = 0; seed < 50; seed++) {
    const target = new Uint8Array(size * size * 3);
    const layer = [drawSample(160, 120, boxes)];
    expect(composeSample(createRandom(seed), { ...still, crop: 1 }, [layer], target, { size })).toHaveLength(
      6,
    );
  }
});

test('drops what a shift leaves too little of', () => {
  const edge = drawSample(160, 160, [{ left: 0, top: 0, right: 10, bottom: 160, classIndex: 0 }]);
  const counts = Array.from({ length: 60 }, (_, seed) => {
    const target = new Uint8Array(size * size * 3);
    return composeSample(createRandom(seed), { ...still, translate: 0.3 }, [[edge]], target, { size }).length;
  });
  expect(new Set(counts)).toEqual(new Set([0, 1]));
});

test('a red picture turns towards another hue and keeps its value, and grey stays grey', () => {
  const picture = drawSample(160, 160, [{ left: 0, top: 0, right: 160, bottom: 80, classIndex: 0 }]);
  picture.picture.pixels.fill(90, 160 * 80 * 3);
  const target = new Uint8Array(size * size * 3);
  composeSample(createRandom(3), { ...still, hsvH: 0.1, hsvS: 0.5 }, [[picture]], target, { size });
  const [red = 0, green = 0, blue = 0] = target;
  expect(Math.max(green, blue)).toBeGreaterThan(20);
  expect(red).toBe(250);
  expect([...target.subarray(-3)].every((level) => Math.abs(level - 90) <= 2)).toBe(true);
});

test('plans one picture, four, or twice four', () => {
  const plan = (mosaic: number, mixup: number) =>
    planSample(createRandom(5), { mosaic, mixup }, 7, (random) => random.integer(0, 9)).layers.map(
      (layer) => layer.length,
    );
  expect(plan(0, 1)).toEqual([1]);
  expect(plan(1, 0)).toEqual([4]);
  expect(plan(1, 1)).toEqual([4, 4]);
});
