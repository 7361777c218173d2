/** The part of a picture that is looked at, and how wheel and hand change it. Pure. */

/** Pixels of the picture. */
export interface PictureView {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels of the picture that must stay in view across the longer side: closer than this shows nothing more. */
const closest = 12;

export function wholePicture({ width, height }: Size): PictureView {
  return { x: 0, y: 0, width, height };
}

/** Closer by `factor` (below 1: farther), with the point of the picture under the pointer staying where it is. */
export function zoomedAt(
  view: PictureView,
  picture: Size,
  factor: number,
  point: { readonly x: number; readonly y: number },
): PictureView {
  const least = closest / Math.max(picture.width, picture.height);
  const scale = Math.min(1, Math.max(least, view.width / picture.width / factor));
  const width = picture.width * scale;
  const height = picture.height * scale;
  const x = point.x - ((point.x - view.x) / view.width) * width;
  const y = point.y - ((point.y - view.y) / view.height) * height;
  return keptInside({ x, y, width, height }, picture);
}

/** Moved by pixels of the picture, never off it. */
export function movedBy(view: PictureView, picture: Size, dx: number, dy: number): PictureView {
  return keptInside({ ...view, x: view.x + dx, y: view.y + dy }, picture);
}

function keptInside(view: PictureView, picture: Size): PictureView {
  return {
    ...view,
    x: Math.min(Math.max(0, view.x), picture.width - view.width),
    y: Math.min(Math.max(0, view.y), picture.height - view.height),
  };
}
