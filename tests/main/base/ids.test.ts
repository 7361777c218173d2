/** Ids: sorted by time, unique, safe in names. */
import { expect, test } from 'vitest';
import { createId } from '../../../src-main/base/ids.ts';
import { uploadIdSchema } from '../../../src-preload/contract/ids.ts';

const at = (now: number) => ({ now: () => now, monotonic: () => 0 });

test('later ids sort behind earlier ones, for a century', () => {
  const times = [0, 1, 35, 36, 1_795_253_740_242, 1_795_253_740_243, 4_000_000_000_000];
  const ids = times.map((now) => createId(at(now)));
  expect(ids.toSorted()).toEqual(ids);
});

test('ten thousand ids of one millisecond differ, and each fits into a file name', () => {
  const ids = Array.from({ length: 10_000 }, () => createId(at(1)));
  expect(new Set(ids).size).toBe(10_000);
  for (const id of ids) expect(uploadIdSchema.safeParse(id).success).toBe(true);
});
