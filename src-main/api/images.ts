/** Calls about the pictures of the station. */
import type { ImageFilter } from '../../src-preload/contract/image.ts';
import type { Quality } from '../loop/annotation/quality/quality.ts';
import type { Queues } from '../loop/annotation/queues/queues.ts';
import type { Images } from '../loop/collector/images.ts';
import type { Implementer } from './implementer.ts';

export function createImagesApi(
  { images: api }: Implementer,
  images: Images,
  quality: Quality,
  queues: Queues,
) {
  const refreshFor = async (filter: ImageFilter): Promise<void> => {
    if (filter.quality !== undefined) await quality.refreshLabels();
    if (filter.queue !== undefined) await queues.refresh();
  };
  return {
    listImages: api.listImages.handler(async ({ input }) => {
      await refreshFor(input.filter);
      return images.listImages(input);
    }),
    listImageHashes: api.listImageHashes.handler(async ({ input }) => {
      await refreshFor(input.filter);
      return images.listImageHashes(input);
    }),
    listImageColors: api.listImageColors.handler(async ({ input }) => {
      await refreshFor(input.filter);
      return images.listImageColors(input);
    }),
    mapImages: api.mapImages.handler(async ({ input }) => {
      await refreshFor(input.filter);
      return images.mapImages(input);
    }),
    keepSelection: api.keepSelection.handler(({ input }) => images.keepSelection(input.imageHashes)),
    getImage: api.getImage.handler(({ input }) => images.getImage(input.hash)),
    countOrigins: api.countOrigins.handler(() => images.countOrigins()),
    countImages: api.countImages.handler(() => images.countImages()),
  };
}
