/** How the picture lies on the stage: `stage = picture · scale + offset`, both in CSS pixels. Pure. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Point, Size {}

export interface View extends Point {
  /** Stage pixels per picture pixel. */
  readonly scale: number;
}

const margin = 24;
const largestScale = 64;
/** At which a zoom to a box stops: more shows squares only. */
const closestScale = 16;

/** The whole picture, centred, never larger than four times its size. */
export function fitView(picture: Size, stage: Size): View {
  return viewOn({ x: 0, y: 0, ...picture }, stage, 4);
}

/** A part of the picture, centred. */
export function viewOn(part: Rect, stage: Size, mostScale = closestScale): View {
  const room = {
    width: Math.max(1, stage.width - 2 * margin),
    height: Math.max(1, stage.height - 2 * margin),
  };
  const scale = Math.min(room.width / part.width, room.height / part.height, mostScale);
  return {
    scale,
    x: stage.width / 2 - (part.x + part.width / 2) * scale,
    y: stage.height / 2 - (part.y + part.height / 2) * scale,
  };
}

/** A box with three times its size around it. */
export function viewOnBox(box: Rect, stage: Size): View {
  const around = { width: box.width * 3, height: box.height * 3 };
  return viewOn({ x: box.x - box.width, y: box.y - box.height, ...around }, stage);
}

/** Zooms with the picture's point under the pointer staying where it is. @param smallest the scale of the whole picture */
export function zoomAt(view: View, at: Point, factor: number, smallest: number): View {
  const scale = Math.min(largestScale, Math.max(smallest / 2, view.scale * factor));
  const grown = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown };
}

/** Moves the picture, of which a margin always stays on the stage. */
export function panBy(view: View, by: Point, picture: Size, stage: Size): View {
  return {
    scale: view.scale,
    x: clamp(view.x + by.x, margin - picture.width * view.scale, stage.width - margin),
    y: clamp(view.y + by.y, margin - picture.height * view.scale, stage.height - margin),
  };
}

export function toPicture(view: View, at: Point): Point {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
}

export function toStage(view: View, rect: Rect): Rect {
  return {
    x: rect.x * view.scale + view.x,
    y: rect.y * view.scale + view.y,
    width: rect.width * view.scale,
    height: rect.height * view.scale,
  };
}

/** The part of the picture that the stage shows. */
export function visiblePart(view: View, stage: Size): Rect {
  const { x, y } = toPicture(view, { x: 0, y: 0 });
  return { x, y, width: stage.width / view.scale, height: stage.height / view.scale };
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}
