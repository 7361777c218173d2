/** Calls about the pictures of the station. */
import type { Images } from '../loop/collector/images.ts';
import type { Implementer } from './implementer.ts';

export function createImagesApi({ images: api }: Implementer, images: Images) {
  return {
    listImages: api.listImages.handler(({ input }) => images.listImages(input)),
    getImage: api.getImage.handler(({ input }) => images.getImage(input.hash)),
    countImages: api.countImages.handler(() => images.countImages()),
  };
}
