/** Cuts a large picture into tiles of a detector's frame, so that small objects are seen in their own size. */
import type { PixelBox, Size } from './box-geometry.ts';

/** Share of a tile's side that its neighbour shows too: an object up to that size is whole in one of them. */
export const defaultTileOverlap = 0.2;

/**
 * Tiles of the side `tile`, spread evenly so that they overlap by at least the share and end at the picture's edges;
 * the whole picture where it is no larger than one. Row by row.
 */
export function planTiles(picture: Size, tile: number, overlap = defaultTileOverlap): PixelBox[] {
  const columns = spread(picture.width, tile, overlap);
  const rows = spread(picture.height, tile, overlap);
  return rows.flatMap(([top, bottom]) => columns.map(([left, right]) => ({ left, top, right, bottom })));
}

/** Whether the box ends at an edge of its tile that is no edge of the picture. @param box in pixels of the picture */
export function isCutByTile(box: PixelBox, tile: PixelBox, picture: Size): boolean {
  const near = 1.5;
  return (
    (tile.left > 0 && box.left <= tile.left + near) ||
    (tile.top > 0 && box.top <= tile.top + near) ||
    (tile.right < picture.width && box.right >= tile.right - near) ||
    (tile.bottom < picture.height && box.bottom >= tile.bottom - near)
  );
}

function spread(length: number, tile: number, overlap: number): [number, number][] {
  if (length <= tile) return [[0, length]];
  const count = Math.ceil((length - tile) / (tile * (1 - overlap))) + 1;
  return Array.from({ length: count }, (_, index) => {
    const start = Math.round((index * (length - tile)) / (count - 1));
    return [start, start + tile];
  });
}
