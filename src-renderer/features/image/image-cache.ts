/** Pictures in the query cache: windows of lists, and how a single changed picture is put into all of them. */
import type { QueryClient } from '@tanstack/react-query';
import type { Image, ImageFilter, ImageHash, ImageOrder } from '../../../src-preload/contract/index.ts';
import { station, stationClient } from '../../client/station.ts';
import { windowSize } from './window-offsets.ts';

/** Above this many changed pictures the lists are read again instead. */
const singleRefreshLimit = 60;

type Window = { readonly images: Image[]; readonly total: number };

/** Options of the query for the pictures `offset` to `offset + windowSize`. */
export function windowOptions(filter: ImageFilter, offset: number, order: ImageOrder = 'newest') {
  return station.images.listImages.queryOptions({
    input: { filter, order, offset, limit: windowSize },
    staleTime: 60_000,
  });
}

/** Applies `change` to every cached picture among `hashes`, in all lists and single pictures. */
export function patchImages(
  queryClient: QueryClient,
  hashes: ReadonlySet<string>,
  change: (image: Image) => Image,
): void {
  const patch = (image: Image): Image => (hashes.has(image.hash) ? change(image) : image);
  queryClient.setQueriesData<Window>({ queryKey: station.images.listImages.key() }, (window) =>
    window?.images.some((image) => hashes.has(image.hash)) === true
      ? { ...window, images: window.images.map(patch) }
      : window,
  );
  queryClient.setQueriesData<Image>({ queryKey: station.images.getImage.key() }, (image) =>
    image === undefined ? undefined : patch(image),
  );
}

/** The cached pictures by hash, from all lists. */
export function cachedImages(queryClient: QueryClient): Map<ImageHash, Image> {
  const windows = queryClient.getQueriesData<Window>({ queryKey: station.images.listImages.key() });
  return new Map(windows.flatMap(([, window]) => window?.images ?? []).map((image) => [image.hash, image]));
}

/**
 * Brings changed pictures up to date without moving the list under the operator's hands: a picture that no longer
 * matches the filter stays where it is until the list is read again.
 */
export async function refreshImages(queryClient: QueryClient, hashes: readonly ImageHash[]): Promise<void> {
  const cached = cachedImages(queryClient);
  const known = hashes.filter((hash) => cached.has(hash));
  if (known.length > singleRefreshLimit) return refreshLists(queryClient);
  const images = await Promise.all(known.map((hash) => stationClient.images.getImage({ hash })));
  const byHash = new Map<string, Image>(images.map((image) => [image.hash, image]));
  patchImages(queryClient, new Set(known), (image) => byHash.get(image.hash) ?? image);
}

/** Reads all lists again. */
export async function refreshLists(queryClient: QueryClient): Promise<void> {
  const { listImages, listImageColors, mapImages, countImages } = station.images;
  await Promise.all(
    [listImages, listImageColors, mapImages, countImages].map((procedure) =>
      queryClient.invalidateQueries({ queryKey: procedure.key() }),
    ),
  );
}

/** Hashes of the pictures at positions `from` to `to` (included) of a list. */
export async function collectHashes(
  { filter, order }: { readonly filter: ImageFilter; readonly order: ImageOrder },
  from: number,
  to: number,
): Promise<ImageHash[]> {
  const window = { filter, order, offset: from, limit: to - from + 1 };
  return (await stationClient.images.listImageHashes(window)).hashes;
}
