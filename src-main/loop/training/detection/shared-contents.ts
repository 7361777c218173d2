/** Decoded views in memory that all threads of a run share: each is decoded once, as far as the budget goes. */
import type { View } from './views.ts';

/** What travels to a thread. */
export interface SharedContents {
  /** One view after the other, as many as the budget holds. */
  readonly pixels: SharedArrayBuffer;
  /** Where each kept view begins, and the end of the last. */
  readonly offsets: Float64Array;
  /** 1 for a view that has been decoded. */
  readonly flags: SharedArrayBuffer;
}

export function createSharedContents(views: readonly View[], budgetBytes: number): SharedContents {
  const offsets = [0];
  for (const { content } of views) {
    const end = (offsets.at(-1) ?? 0) + content.width * content.height * 3;
    if (end > budgetBytes) break;
    offsets.push(end);
  }
  return {
    pixels: new SharedArrayBuffer(offsets.at(-1) ?? 0),
    offsets: Float64Array.from(offsets),
    flags: new SharedArrayBuffer(4 * Math.max(1, offsets.length - 1)),
  };
}

/** The contents as one thread reads and writes them. */
export interface ContentCache {
  /** Whether the view is kept once decoded. */
  isKept(index: number): boolean;
  /** `[height, width, 3]`, not to be written to; undefined if it has not been decoded or is not kept. */
  find(index: number): Uint8Array | undefined;
  /** Two threads that decode the same view write the same bytes. */
  put(index: number, pixels: Uint8Array): void;
}

export function openContents({ pixels, offsets, flags }: SharedContents): ContentCache {
  const bytes = new Uint8Array(pixels);
  const decoded = new Int32Array(flags);
  const isKept = (index: number) => index + 1 < offsets.length;
  const rangeOf = (index: number) => bytes.subarray(offsets[index], offsets[index + 1]);
  return {
    isKept,
    find: (index) => (isKept(index) && Atomics.load(decoded, index) === 1 ? rangeOf(index) : undefined),
    put: (index, content) => {
      if (!isKept(index)) return;
      rangeOf(index).set(content);
      Atomics.store(decoded, index, 1);
    },
  };
}
