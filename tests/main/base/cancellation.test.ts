/** Cancellation is recognised wherever it comes from, and leaves nothing behind. */
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { isCancellation, sleep, throwIfCancelled } from '../../../src-main/base/cancellation.ts';

test('a sleep ends at once when its signal is aborted, before or during it', async () => {
  const controller = new AbortController();
  const sleeping = sleep(60_000, controller.signal);
  controller.abort();
  const errors = await Promise.all([
    sleeping.catch((error: unknown) => error),
    sleep(60_000, controller.signal).catch((error: unknown) => error),
  ]);
  expect(errors.every(isCancellation)).toBe(true);
});

test('a sleep that is over listens no longer', async () => {
  const { signal } = new AbortController();
  await sleep(1, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test("our error and the platform's are cancellations, a failure is not", () => {
  const signal = AbortSignal.abort();
  const caught = (work: () => void): unknown => {
    try {
      work();
    } catch (error) {
      return error;
    }
  };
  expect(isCancellation(caught(() => throwIfCancelled(signal)))).toBe(true);
  expect(isCancellation(caught(() => signal.throwIfAborted()))).toBe(true);
  expect(isCancellation(new Error('aborted'))).toBe(false);
});
