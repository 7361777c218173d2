/** Calls about the pictures of the station. */
import type { Quality } from '../loop/annotation/quality/quality.ts';
import type { Images } from '../loop/collector/images.ts';
import type { Implementer } from './implementer.ts';

export function createImagesApi({ images: api }: Implementer, images: Images, quality: Quality) {
  return {
    listImages: api.listImages.handler(async ({ input }) => {
      if (input.filter.quality !== undefined) await quality.refreshLabels();
      return images.listImages(input);
    }),
    getImage: api.getImage.handler(({ input }) => images.getImage(input.hash)),
    countImages: api.countImages.handler(() => images.countImages()),
  };
}
