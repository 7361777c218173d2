/** Cancellation through AbortSignal: neither a failure nor a bug. */

/** Thrown by `throwIfCancelled` and `sleep`; recognised by `isCancellation`. */
export class CancelledError extends Error {
  override readonly name = 'AbortError';

  constructor(message = 'cancelled') {
    super(message);
  }
}

/** @throws {CancelledError} once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError();
}

/** Whether an error only tells that its work was called off: ours, or the AbortError of Node and the web. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/**
 * Resolves after `durationMs`.
 * @throws {CancelledError} as soon as the signal is aborted.
 */
export function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new CancelledError());
    const onAbort = () => {
      clearTimeout(timer);
      reject(new CancelledError());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, durationMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
