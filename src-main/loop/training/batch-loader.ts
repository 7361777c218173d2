/** Batches of training pictures, each varied by a random stream of its own. */
import { createRandom } from '../../base/random.ts';
import { augmentInto, isGreyRgb, suggestFlip } from '../../vision/augment.ts';
import type { Batch } from './classifier-subject.ts';
import { staysInClass } from './mirror-check.ts';
import type { CachedSamples } from './samples.ts';
import type { TrainingPlan } from './training-plan.ts';

/** So many pictures, from all over the train split, tell whether they may be mirrored. */
const lookedAt = 500;

/** What a batch holds depends on the seed, the epoch and the indices alone. */
export function createBatchLoader(
  { imageSize: size, augmentation: strength, seed }: TrainingPlan,
  { cache, classes }: Pick<CachedSamples, 'cache' | 'classes'>,
): (indices: Int32Array, epoch: number) => Promise<Batch> {
  const flip = canFlip(cache, classes, size);
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

/** Not digits and letters, nor what a mirror turns into another class. */
function canFlip(cache: CachedSamples['cache'], classes: Int32Array, size: number): boolean {
  const count = Math.min(lookedAt, cache.keptCount);
  const indices = Array.from({ length: count }, (_, at) => Math.floor((at * cache.keptCount) / count));
  const seen = indices.flatMap((index) => {
    const sample = cache.peek(index);
    return sample ? [{ sample, label: classes[index] ?? 0 }] : [];
  });
  const pixels = Buffer.concat(seen.map(({ sample }) => sample));
  const isMirrorable = suggestFlip({ isGrey: isGreyRgb(pixels), width: size, height: size });
  return isMirrorable && staysInClass({ pixels, classes: Int32Array.from(seen, ({ label }) => label), size });
}
