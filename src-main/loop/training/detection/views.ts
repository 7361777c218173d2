/** What a detector is shown of each picture: the whole of it, or tiles of a large one. */
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import { chain, scaling, translation } from '../../../vision/affine.ts';
import {
  type ClassBox,
  keepVisible,
  type PixelBox,
  type Size,
  transformBox,
} from '../../../vision/box-geometry.ts';
import { fitInside } from '../../../vision/letterbox.ts';
import { planTiles } from '../../../vision/tiling.ts';

/** A picture with its truth, boxes in pixels of the upright picture. */
export interface BoxedPicture {
  readonly imageHash: ImageHash;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly ClassBox[];
}

export interface View {
  /** Index of the picture. */
  readonly picture: number;
  /** Of the picture, in whole pixels. */
  readonly region: PixelBox;
  /** Size to which the region is brought, within the frame of the model. */
  readonly content: Size;
  /** In pixels of the content. */
  readonly boxes: readonly ClassBox[];
}

/** An object of which less shows in a tile is left to the tile beside it. */
const tileKeepRule = { leastSide: 1, leastShare: 0.4 } as const;
/** A tile without an object teaches little: of those of one picture, at most as many as show something, and one. */
const emptyShare = 1;

/** @param tile side in pixels of the picture; null: pictures are shown whole */
export function planViews(pictures: readonly BoxedPicture[], imageSize: number, tile: number | null): View[] {
  return pictures.flatMap((picture, index) => {
    const views = listRegions(picture, tile).map((region) => toView(picture, index, region, imageSize));
    if (views.length === 1) return views;
    const shown = views.filter(({ boxes }) => boxes.length > 0);
    const empty = views.filter(({ boxes }) => boxes.length === 0);
    return [...shown, ...thin(empty, Math.max(1, emptyShare * shown.length))];
  });
}

/** Views that an epoch shows of these pictures. */
export function countViews(pictures: readonly BoxedPicture[], tile: number | null): number {
  // Which views there are does not depend on the frame that they are brought to.
  return tile === null ? pictures.length : planViews(pictures, 640, tile).length;
}

/** Frames in which a detector looks at these pictures when it is judged: all tiles, empty or not. */
export function countFrames(pictures: readonly Size[], tile: number | null): number {
  return pictures.reduce((sum, picture) => sum + listRegions(picture, tile).length, 0);
}

export function isWhole({ region }: View, { width, height }: Size): boolean {
  return region.right - region.left === width && region.bottom - region.top === height;
}

function listRegions({ width, height }: Size, tile: number | null): PixelBox[] {
  return tile === null
    ? [{ left: 0, top: 0, right: width, bottom: height }]
    : planTiles({ width, height }, tile);
}

function toView(picture: BoxedPicture, index: number, region: PixelBox, imageSize: number): View {
  const size = { width: region.right - region.left, height: region.bottom - region.top };
  const content = fitInside(size, { width: imageSize, height: imageSize });
  const toContent = chain(
    translation(-region.left, -region.top),
    scaling(content.width / size.width, content.height / size.height),
  );
  const visible = keepVisible(picture.boxes, region, tileKeepRule);
  return { picture: index, region, content, boxes: visible.map((box) => transformBox(box, toContent)) };
}

/** Evenly spread. */
function thin<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)] as T);
}
