/** Batches of training pictures, each varied by a random stream of its own. */
import { createRandom } from '../../base/random.ts';
import { augmentInto, isGreyRgb, suggestFlip } from '../../vision/augment.ts';
import type { CachedSamples } from './samples.ts';
import type { Batch } from './training-loop.ts';
import type { TrainingPlan } from './training-plan.ts';

/** So many pictures tell whether the dataset is grey. */
const lookedAt = 200;

/** What a batch holds depends on the seed, the epoch and the indices alone. */
export function createBatchLoader(
  { imageSize: size, augmentation: strength, seed }: TrainingPlan,
  { cache, classes }: Pick<CachedSamples, 'cache' | 'classes'>,
): (indices: Int32Array, epoch: number) => Promise<Batch> {
  const flip = canFlip(cache, size);
  return async (indices, epoch) => {
    const labels = indices.map((index) => classes[index] ?? 0);
    const plain = await cache.load(indices);
    if (strength === 0) return { images: plain, labels };
    const images = new Uint8Array(plain.length);
    indices.forEach((index, position) => {
      const range = [position * cache.sampleBytes, (position + 1) * cache.sampleBytes] as const;
      const random = createRandom(seed, 'augment', epoch, position, index);
      augmentInto(plain.subarray(...range), images.subarray(...range), random, { size, strength, flip });
    });
    return { images, labels };
  };
}

/** Not for digits and letters. */
function canFlip(cache: CachedSamples['cache'], size: number): boolean {
  const seen = cache.kept.subarray(0, lookedAt * cache.sampleBytes);
  return suggestFlip({ isGrey: isGreyRgb(seen), width: size, height: size });
}
