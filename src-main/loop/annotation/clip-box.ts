/** Boxes end where their picture does. */
import type { BoxGeometry } from '../../../src-preload/contract/annotation.ts';
import { AppError } from '../../base/app-error.ts';

/** Pixels, upright. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** @throws {AppError} BOX_INVALID where nothing of the box lies on the picture */
export function clipBox(box: BoxGeometry, picture: PictureSize): BoxGeometry {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  const width = Math.min(picture.width, box.x + box.width) - x;
  const height = Math.min(picture.height, box.y + box.height) - y;
  if (width > 0 && height > 0) return { x, y, width, height };
  const found = [box.x, box.y, box.width, box.height].join(', ');
  throw new AppError(
    'BOX_INVALID',
    `expected a box with some area on a picture of ${picture.width} × ${picture.height} pixels, got x, y, width, height ${found}`,
    { data: { box: { ...box }, picture: { width: picture.width, height: picture.height } } },
  );
}
