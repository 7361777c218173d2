/** The pictures of a split as a trainer takes them: decoded once, kept as far as memory allows. */
import { assert } from '../../base/app-error.ts';
import type { BlobStore } from '../../store/blobs.ts';
import { createSampleCache, type SampleCache } from '../../vision/sample-cache.ts';
import type { Samples } from './classifier-subject.ts';
import type { LabelledPicture } from './train-job.ts';

export interface CachedSamples extends Samples {
  readonly cache: SampleCache;
  warm: SampleCache['warm'];
}

export interface SamplesOptions {
  readonly classNames: readonly string[];
  readonly imageSize: number;
  readonly blobs: Pick<BlobStore, 'read'>;
  /** Memory for decoded pictures. */
  readonly keptBytes: number;
}

export function openSamples(pictures: readonly LabelledPicture[], options: SamplesOptions): CachedSamples {
  const { classNames, imageSize, blobs, keptBytes } = options;
  const cache = createSampleCache({
    count: pictures.length,
    size: imageSize,
    budgetBytes: keptBytes,
    readPicture: (index) => {
      const picture = pictures[index];
      assert(picture, `picture ${index} of ${pictures.length}`);
      return blobs.read(picture.imageHash);
    },
  });
  return {
    cache,
    warm: cache.warm,
    supply: {
      count: pictures.length,
      load: (start, count) => cache.load(Array.from({ length: count }, (_, index) => start + index)),
    },
    classes: Int32Array.from(pictures, ({ className }) => {
      const index = classNames.indexOf(className);
      assert(index >= 0, `the class ${className} is not one of ${classNames.join(', ')}`);
      return index;
    }),
  };
}
