/** Samples must come in the order asked for, whether kept or not, and a bad picture must end the wait. */
import { expect, test } from 'vitest';
import { encodePlainPng } from '../../../src-main/vision/plain-png.ts';
import { createSampleCache } from '../../../src-main/vision/sample-cache.ts';

const size = 16;

function createCache(options: { count: number; budgetBytes?: number; bad?: number }) {
  const reads: number[] = [];
  const cache = createSampleCache({
    ...options,
    size,
    readPicture: async (index) => {
      reads.push(index);
      if (index === options.bad) return Buffer.from('no picture');
      return encodePlainPng({ pixels: new Uint8Array(size * size).fill(index), width: size, height: size });
    },
  });
  return { cache, reads };
}

const levels = (batch: Uint8Array) =>
  Array.from({ length: batch.length / (size * size * 3) }, (_, index) => batch[index * size * size * 3]);

test('keeps what the budget holds, and decodes the rest whenever it is asked for', async () => {
  const { cache, reads } = createCache({ count: 5, budgetBytes: 3 * size * size * 3 + 10 });
  const told: number[] = [];
  await cache.warm(new AbortController().signal, (done) => told.push(done));
  expect({ kept: cache.keptCount, told, reads: reads.splice(0) }).toEqual({
    kept: 3,
    told: [3],
    reads: [0, 1, 2],
  });
  expect(levels(await cache.load([4, 0, 2, 4]))).toEqual([4, 0, 2, 4]);
  expect(levels(await cache.load(Int32Array.of(1, 3)))).toEqual([1, 3]);
  expect(reads).toEqual([4, 4, 3]);
  expect(levels(cache.kept)).toEqual([0, 1, 2]);
});

test('ends with the error of the first picture that can not be read', async () => {
  const { cache, reads } = createCache({ count: 500, bad: 3 });
  await expect(cache.warm(new AbortController().signal)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
  expect(reads.length).toBeLessThan(50);
});

test('ends when it is called off', async () => {
  const { cache } = createCache({ count: 50 });
  await expect(cache.warm(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
