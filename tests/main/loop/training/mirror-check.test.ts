import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src-main/base/random.ts';
import { staysInClass } from '../../../../src-main/loop/training/mirror-check.ts';

const size = 24;

/** Noise with a light bar in the columns that a class has. */
function drawBars(columns: readonly number[], perClass: number) {
  const random = createRandom(2, 'bars');
  const classes = Int32Array.from(
    { length: columns.length * perClass },
    (_, index) => index % columns.length,
  );
  const pictures = Array.from(classes, (label) =>
    Uint8Array.from({ length: size * size * 3 }, (_, at) => {
      const column = Math.floor(at / 3) % size;
      const bar = columns[label] ?? 0;
      return random.integer(0, 99) + (column >= bar && column < bar + 4 ? 120 : 0);
    }),
  );
  return { pixels: Buffer.concat(pictures), classes, size };
}

describe('mirroring', () => {
  it('is refused where it turns one class into another', () => {
    expect(staysInClass(drawBars([2, 18], 20))).toBe(false);
  });

  it('is allowed where each class stays what it is', () => {
    expect(staysInClass(drawBars([10, 2], 20))).toBe(true);
  });
});
