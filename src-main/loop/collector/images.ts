/** The pictures of the station, as they are looked through. */
import type { ImageHash, SelectionId } from '../../../src-preload/contract/ids.ts';
import type { Image } from '../../../src-preload/contract/image.ts';
import type { ImageMap } from '../../../src-preload/contract/image-map.ts';
import type { Overview } from '../../../src-preload/contract/system.ts';
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Store } from '../../store/store.ts';
import type { ImageMapWindow } from '../../store/tables/image-map.ts';
import type { ImageCounts, ImageWindow, OriginCounts } from '../../store/tables/image-queries.ts';

export interface Images {
  /** @throws {AppError} INPUT_INVALID, NOT_FOUND for the dataset or the selection of the filter */
  listImages(window: ImageWindow): { images: Image[]; total: number };
  /** @throws {AppError} as `listImages` */
  listImageHashes(window: ImageWindow): { hashes: ImageHash[]; total: number };
  /** Four characters a picture. @throws {AppError} as `listImages` */
  listImageColors(list: Omit<ImageWindow, 'offset' | 'limit'>): { colors: string };
  /** @throws {AppError} as `listImages` */
  mapImages(window: ImageMapWindow): ImageMap;
  /** @throws {AppError} NOT_FOUND for pictures that the station does not have */
  keepSelection(imageHashes: readonly ImageHash[]): { id: SelectionId };
  /** @throws {AppError} NOT_FOUND */
  getImage(hash: ImageHash): Image;
  countImages(): ImageCounts;
  countOrigins(): OriginCounts;
  readOverview(): Overview['images'];
}

export interface ImagesOptions {
  readonly store: Pick<Store, 'imageQueries' | 'selections' | 'annotations'>;
  readonly clock: Clock;
}

export function createImages({ store, clock }: ImagesOptions): Images {
  const { list, listHashes, listColors, readMap, get, count, countOrigins, findLastImportAt } =
    store.imageQueries;
  return {
    listImages: list,
    listImageHashes: listHashes,
    listImageColors: (list) => ({ colors: listColors(list) }),
    mapImages: readMap,
    keepSelection: (imageHashes) => {
      assertKnown(store, imageHashes);
      return { id: store.selections.keep(imageHashes, clock.now()) };
    },
    getImage: get,
    countImages: count,
    countOrigins,
    readOverview: () => {
      const { total, labelled } = count();
      return { total, labelled, lastImportAt: findLastImportAt() ?? null };
    },
  };
}

function assertKnown({ annotations }: ImagesOptions['store'], imageHashes: readonly ImageHash[]): void {
  const unknown = annotations.listUnknownImages(imageHashes);
  if (unknown.length === 0) return;
  throw new AppError(
    'NOT_FOUND',
    `${unknown.length} of ${imageHashes.length} chosen pictures are not in the station`,
    { data: { imageHashes: unknown.slice(0, 100) } },
  );
}
