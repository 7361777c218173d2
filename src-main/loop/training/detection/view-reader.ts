/** Reads views from the blobs: whole pictures shrunk as they are decoded, tiles of one picture together. */
import type { BlobStore } from '../../../store/blobs.ts';
import { preparePicture } from '../../../vision/preprocess.ts';
import { readTiles } from '../../../vision/read-tiles.ts';
import { type Pixels, resample } from '../../../vision/resample.ts';
import type { ContentCache } from './shared-contents.ts';
import { type BoxedPicture, isWhole, type View } from './views.ts';

export interface ViewReaderOptions {
  readonly blobs: Pick<BlobStore, 'read'>;
  readonly pictures: readonly Pick<BoxedPicture, 'imageHash' | 'width' | 'height'>[];
  readonly views: readonly View[];
  readonly cache: ContentCache;
}

/** @returns the view's content in RGB @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE, BLOB_MISSING */
export type ReadView = (index: number) => Promise<Pixels>;

export function createViewReader(options: ViewReaderOptions): ReadView {
  const { views, pictures, cache } = options;
  return async (index) => {
    const view = views[index] as View;
    const kept = cache.find(index);
    if (kept) return toPixels(view, kept);
    const picture = pictures[view.picture] as BoxedPicture;
    if (!isWhole(view, picture)) return readTile(options, index, picture);
    const bytes = await options.blobs.read(picture.imageHash);
    const content = await preparePicture(bytes, view.content);
    cache.put(index, content);
    return toPixels(view, content);
  };
}

/** With it come the other tiles of its picture that are kept and have not been read. */
async function readTile(
  { views, cache, blobs }: ViewReaderOptions,
  index: number,
  picture: BoxedPicture,
): Promise<Pixels> {
  const own = views[index] as View;
  const wanted = listSiblings(views, index).filter(
    (at) => at === index || (cache.isKept(at) && !cache.find(at)),
  );
  const tiles = wanted.map((at) => (views[at] as View).region);
  let content: Pixels | undefined;
  for await (const tile of readTiles(await blobs.read(picture.imageHash), picture, tiles)) {
    const at = wanted[tile.index] as number;
    const { width, height } = (views[at] as View).content;
    const pixels = resample(tile.picture, width, height);
    cache.put(at, pixels);
    if (at === index) content = toPixels(own, pixels);
  }
  return content as Pixels;
}

/** The views of one picture stand side by side. */
function listSiblings(views: readonly View[], index: number): number[] {
  const { picture } = views[index] as View;
  const siblings: number[] = [];
  let first = index;
  while (views[first - 1]?.picture === picture) first--;
  for (let at = first; views[at]?.picture === picture; at++) siblings.push(at);
  return siblings;
}

function toPixels({ content: { width, height } }: View, pixels: Uint8Array): Pixels {
  return { pixels, width, height, channels: 3 };
}
