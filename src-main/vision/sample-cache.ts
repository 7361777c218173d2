/** The pictures of a training run or an evaluation as model inputs: decoded side by side, kept as far as memory allows. */
import { throwIfCancelled } from '../base/cancellation.ts';
import { preparePicture } from './preprocess.ts';

export interface SampleCacheOptions {
  readonly count: number;
  /** Side of the square samples in pixels. */
  readonly size: number;
  /** The picture's bytes. @param index 0 to count - 1 */
  readonly readPicture: (index: number) => Promise<Uint8Array>;
  /** Memory for decoded samples; `defaultBudgetBytes` if absent. */
  readonly budgetBytes?: number;
  /** Pictures decoded at once. */
  readonly parallel?: number;
}

export interface SampleCache {
  readonly count: number;
  /** Of one sample, `size · size · 3`. */
  readonly sampleBytes: number;
  /** How many of the samples, from the first on, are kept once decoded; the others are decoded whenever asked for. */
  readonly keptCount: number;
  /**
   * Decodes all that will be kept.
   * @param onProgress told now and then
   * @throws {CancelledError}, or {AppError} of the first picture that can not be read
   */
  warm(signal: AbortSignal, onProgress?: (done: number, total: number) => void): Promise<void>;
  /** `[indices.length, size, size, 3]` in the order of the indices. @throws {AppError} */
  load(indices: Int32Array | readonly number[]): Promise<Uint8Array>;
  /** The kept sample itself, `[size, size, 3]`, not to be written to; undefined if it has not been decoded. */
  peek(index: number): Uint8Array | undefined;
  /** `[keptCount, size, size, 3]`, filled as far as decoded; not to be written to. */
  readonly kept: Uint8Array;
}

/** 1.5 GiB: 85,000 pictures of 80 × 80, or 32,000 of 128 × 128. */
export const defaultBudgetBytes = 1.5 * 2 ** 30;

/** More than the threads that decode, so that reading files goes on meanwhile. */
const defaultParallel = 8;

export function createSampleCache(options: SampleCacheOptions): SampleCache {
  const { count, size, readPicture, budgetBytes = defaultBudgetBytes, parallel = defaultParallel } = options;
  const sampleBytes = size * size * 3;
  const keptCount = Math.min(count, Math.floor(budgetBytes / sampleBytes));
  const kept = new Uint8Array(keptCount * sampleBytes);
  const isDecoded = new Uint8Array(keptCount);

  const peek = (index: number) =>
    isDecoded[index] === 1 ? kept.subarray(index * sampleBytes, (index + 1) * sampleBytes) : undefined;
  const decode = async (index: number): Promise<Uint8Array> => {
    const sample = await preparePicture(await readPicture(index), { width: size, height: size });
    if (index < keptCount) {
      kept.set(sample, index * sampleBytes);
      isDecoded[index] = 1;
    }
    return sample;
  };
  return {
    count,
    sampleBytes,
    keptCount,
    kept,
    peek,
    async load(indices) {
      const batch = new Uint8Array(indices.length * sampleBytes);
      await forEachAtOnce(indices, parallel, async (index, position) => {
        batch.set(peek(index) ?? (await decode(index)), position * sampleBytes);
      });
      return batch;
    },
    async warm(signal, onProgress = () => {}) {
      const missing = Array.from({ length: keptCount }, (_, index) => index).filter(
        (index) => !isDecoded[index],
      );
      let done = keptCount - missing.length;
      await forEachAtOnce(missing, parallel, async (index) => {
        throwIfCancelled(signal);
        await decode(index);
        done++;
        if (done % progressStep === 0 || done === keptCount) onProgress(done, keptCount);
      });
    },
  };
}

const progressStep = 64;

/** The first error ends what has not begun. */
async function forEachAtOnce(
  indices: Int32Array | readonly number[],
  parallel: number,
  work: (index: number, position: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const go = async (): Promise<void> => {
    while (next < indices.length) {
      const position = next++;
      await work(indices[position] as number, position);
    }
  };
  const lanes = Array.from({ length: Math.min(parallel, indices.length) }, go);
  const ends = await Promise.allSettled(
    lanes.map((lane) =>
      lane.catch((error: unknown) => {
        next = indices.length;
        throw error;
      }),
    ),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
