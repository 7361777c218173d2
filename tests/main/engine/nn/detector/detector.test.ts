import { describe, expect, it } from 'vitest';
import {
  createDetector,
  createModelTrainer,
  detectorArchitectures,
} from '../../../../../src-main/engine/index.ts';

const options = { architecture: 'detector-nano', classes: 2, imageSize: 64, maxBoxes: 4, seed: 1 } as const;

describe('createDetector', () => {
  it('gives the same weights for the same seed and others for another', () => {
    const [first, again, other] = [1, 1, 2].map(
      (seed) => createDetector({ ...options, seed }).initialParameters,
    );
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
  });

  it.each([
    [{ classes: 0 }, 'at least 1 class, got 0'],
    [{ imageSize: 100 }, 'a multiple of 32 from 64 to 1536 pixels, got 100'],
    [{ maxBoxes: 0 }, 'at least 1 box an image, got 0'],
    [{ architecture: 'detector-huge' as never }, 'got detector-huge'],
  ])('refuses %o', (change, message) => {
    expect(() => createDetector({ ...options, ...change })).toThrow(message);
  });

  it('learns four pictures by heart, and serves their boxes as it was trained', async () => {
    const detector = createDetector(options);
    const optimizer = { kind: 'adamw', weightDecay: 0.01 } as const;
    const trainer = await createModelTrainer({ model: detector, batchSize: 4, optimizer, provider: 'cpu' });
    const { images, boxes, classes, objects } = paintPictures();
    const feeds = new Map<string, Uint8Array | Int32Array | Float32Array>([
      ['images', images],
      ['boxes', boxes],
      ['classes', classes],
    ]);
    const losses: number[] = [];
    for (let step = 0; step < 45; step++) {
      losses.push((await trainer.step(feeds, 0.002 * Math.min(1, (step + 1) / 10))).loss);
    }
    expect((losses[0] ?? 0) / (losses.at(-1) ?? 0)).toBeGreaterThan(5);
    const outputs = await trainer.run(images, 4);
    await trainer.dispose();
    const found = objects.map((_, image) => takeBest(outputs, image, 2));
    for (const [image, truth] of objects.entries()) {
      for (const { classIndex, box } of truth) {
        const match = found[image]?.find((candidate) => candidate.classIndex === classIndex);
        expect(match?.score).toBeGreaterThan(0.5);
        expect(
          Math.max(...box.map((side, index) => Math.abs(side - (match?.box[index] ?? 999)))),
        ).toBeLessThan(5);
      }
    }
  });
});

describe('detectorArchitectures', () => {
  it('states the parameters that the networks have, and their arithmetic', () => {
    const stated = detectorArchitectures.map(({ name, countParameters, countFlops }) => {
      const built = createDetector({ ...options, classes: 80, architecture: name }).initialParameters.length;
      expect(countParameters(80)).toBe(built);
      return [name, built, countFlops(640, 80) / 1e9];
    });
    expect(stated).toEqual([
      ['detector-nano', 1_598_944, expect.closeTo(4.68, 2)],
      ['detector-small', 6_336_016, expect.closeTo(18.3, 2)],
      ['detector-medium', 18_370_528, expect.closeTo(57.41, 2)],
    ]);
  });
});

interface PaintedObject {
  readonly classIndex: number;
  readonly box: readonly number[];
}

/** A red and a blue rectangle on grey in each of four pictures; the other two rows of boxes are padding. */
function paintPictures() {
  const { imageSize, maxBoxes } = options;
  const images = new Uint8Array(4 * imageSize * imageSize * 3).fill(90);
  const boxes = new Float32Array(4 * maxBoxes * 4);
  const classes = new Int32Array(4 * maxBoxes).fill(-1);
  const objects = Array.from({ length: 4 }, (_, image): PaintedObject[] =>
    [0, 1].map((row) => {
      const [x, y] = [2 + ((image * 13 + row * 17) % 32), 3 + row * 30];
      return { classIndex: (image + row) % 2, box: [x, y, x + 18 + 3 * image, y + 28 - 4 * row] };
    }),
  );
  for (const [image, rows] of objects.entries()) {
    for (const [row, { classIndex, box }] of rows.entries()) {
      boxes.set(box, (image * maxBoxes + row) * 4);
      classes[image * maxBoxes + row] = classIndex;
      fillBox(images, image, box, classIndex === 0 ? [230, 60, 40] : [30, 80, 220]);
    }
  }
  return { images, boxes, classes, objects };
}

function fillBox(images: Uint8Array, image: number, box: readonly number[], colour: readonly number[]): void {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = box;
  for (let y = y1; y < y2; y++) {
    for (let x = x1; x < x2; x++) {
      images.set(colour, ((image * options.imageSize + y) * options.imageSize + x) * 3);
    }
  }
}

function takeBest(
  outputs: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>,
  image: number,
  count: number,
) {
  const k = outputs.get('scores')?.shape[1] ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const at = image * k + index;
    return {
      score: outputs.get('scores')?.values[at] ?? 0,
      classIndex: outputs.get('classes')?.values[at],
      box: Array.from(outputs.get('boxes')?.values.subarray(at * 4, at * 4 + 4) ?? []),
    };
  });
}
