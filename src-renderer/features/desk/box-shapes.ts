/** What a hand does to boxes: draws, resizes, moves, nudges, aligns, pastes; always within the picture. Pure. */
import { clamp, type Point, type Rect, type Size } from './view-transform.ts';

/** The eight grips of a box, by the sides that they move. */
export const grips = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Grip = (typeof grips)[number];

/** Picture pixels: what is smaller was a click or a tremble, no box. */
const leastSide = 1;

/** The box between two corners; undefined where it is no box. */
export function drawBox(from: Point, to: Point, picture: Size): Rect | undefined {
  const left = clamp(Math.min(from.x, to.x), 0, picture.width);
  const top = clamp(Math.min(from.y, to.y), 0, picture.height);
  const width = clamp(Math.max(from.x, to.x), 0, picture.width) - left;
  const height = clamp(Math.max(from.y, to.y), 0, picture.height) - top;
  return width >= leastSide && height >= leastSide ? { x: left, y: top, width, height } : undefined;
}

/** The box with one side or corner pulled to the point; pulled over the other side, it turns round. */
export function resizeBox(box: Rect, grip: Grip, to: Point, picture: Size): Rect {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const from = { x: grip.includes('w') ? right : box.x, y: grip.includes('n') ? bottom : box.y };
  const corner = {
    x: grip.includes('w') || grip.includes('e') ? to.x : right,
    y: grip.includes('n') || grip.includes('s') ? to.y : bottom,
  };
  return drawBox(from, corner, picture) ?? box;
}

/** All boxes by the same way, which ends where the first of them meets the picture's border. */
export function moveBoxes<B extends Rect>(boxes: readonly B[], by: Point, picture: Size): B[] {
  const room = (start: (box: B) => number, side: (box: B) => number, most: number, wanted: number) =>
    clamp(wanted, -Math.min(...boxes.map(start)), most - Math.max(...boxes.map((b) => start(b) + side(b))));
  if (boxes.length === 0) return [];
  const x = room(
    (box) => box.x,
    (box) => box.width,
    picture.width,
    by.x,
  );
  const y = room(
    (box) => box.y,
    (box) => box.height,
    picture.height,
    by.y,
  );
  return boxes.map((box) => ({ ...box, x: box.x + x, y: box.y + y }));
}

export type Alignment = 'left' | 'right' | 'top' | 'bottom' | 'sameSize';

/** All boxes to the outermost side of them, or to the size of the first. */
export function alignBoxes<B extends Rect>(
  boxes: readonly B[],
  alignment: Alignment,
  picture: Size,
): readonly B[] {
  const [first] = boxes;
  if (!first) return boxes;
  const left = Math.min(...boxes.map(({ x }) => x));
  const top = Math.min(...boxes.map(({ y }) => y));
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  switch (alignment) {
    case 'left':
      return boxes.map((box) => ({ ...box, x: left }));
    case 'right':
      return boxes.map((box) => ({ ...box, x: right - box.width }));
    case 'top':
      return boxes.map((box) => ({ ...box, y: top }));
    case 'bottom':
      return boxes.map((box) => ({ ...box, y: bottom - box.height }));
    case 'sameSize':
      return boxes.map((box) => {
        const corner = { x: box.x + first.width, y: box.y + first.height };
        return { ...box, ...(drawBox(box, corner, picture) ?? box) };
      });
  }
}

/** What of copied boxes lies on this picture. */
export function pasteBoxes<B extends Rect>(boxes: readonly B[], picture: Size): B[] {
  return boxes.flatMap((box) => {
    const shape = drawBox(box, { x: box.x + box.width, y: box.y + box.height }, picture);
    return shape ? [{ ...box, ...shape }] : [];
  });
}

/** Where the grips of a box lie. */
export function gripPoints(box: Rect): ReadonlyArray<readonly [Grip, Point]> {
  const xs = { w: box.x, e: box.x + box.width, '': box.x + box.width / 2 };
  const ys = { n: box.y, s: box.y + box.height, '': box.y + box.height / 2 };
  return grips.map((grip) => {
    const vertical = grip.includes('n') ? 'n' : grip.includes('s') ? 's' : '';
    const horizontal = grip.includes('w') ? 'w' : grip.includes('e') ? 'e' : '';
    return [grip, { x: xs[horizontal], y: ys[vertical] }] as const;
  });
}
