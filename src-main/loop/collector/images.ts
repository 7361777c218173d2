/** The pictures of the station, as they are looked through. */
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Image } from '../../../src-preload/contract/image.ts';
import type { Overview } from '../../../src-preload/contract/system.ts';
import type { Store } from '../../store/store.ts';
import type { ImageCounts, ImageWindow } from '../../store/tables/image-queries.ts';

export interface Images {
  /** Newest first. @throws {AppError} INPUT_INVALID, NOT_FOUND for the dataset of the filter */
  listImages(window: ImageWindow): { images: Image[]; total: number };
  /** @throws {AppError} NOT_FOUND */
  getImage(hash: ImageHash): Image;
  countImages(): ImageCounts;
  readOverview(): Overview['images'];
}

export function createImages({ store }: { readonly store: Pick<Store, 'imageQueries'> }): Images {
  const { list, get, count, findLastImportAt } = store.imageQueries;
  return {
    listImages: list,
    getImage: get,
    countImages: count,
    readOverview: () => {
      const { total, labelled } = count();
      return { total, labelled, lastImportAt: findLastImportAt() ?? null };
    },
  };
}
