/** Which boxes lie at a point or in a rectangle, without a look at all of them: a grid of cells over the picture. */
import type { Point, Rect, Size } from './view-transform.ts';

export interface IndexedBox extends Rect {
  readonly id: string;
}

export interface BoxIndex<B extends IndexedBox> {
  /** Boxes that hold the point, or lie within `reach` picture pixels of it, the smallest first. */
  at(point: Point, reach?: number): B[];
  /** Boxes that touch the rectangle, in the order in which they were given. */
  within(rect: Rect): B[];
}

/** Cells a side: at 2,000 boxes spread out, a cell has about one. */
const cells = 48;

export function createBoxIndex<B extends IndexedBox>(boxes: readonly B[], picture: Size): BoxIndex<B> {
  const grid: number[][] = [];
  const column = (x: number) => cellOf(x, picture.width);
  const row = (y: number) => cellOf(y, picture.height);
  const visit = (rect: Rect, each: (cell: number) => void): void => {
    for (let r = row(rect.y); r <= row(rect.y + rect.height); r++)
      for (let c = column(rect.x); c <= column(rect.x + rect.width); c++) each(r * cells + c);
  };
  for (const [position, box] of boxes.entries()) {
    visit(box, (cell) => {
      grid[cell] ??= [];
      grid[cell].push(position);
    });
  }
  const within = (rect: Rect): B[] => {
    const found = new Set<number>();
    visit(rect, (cell) => {
      for (const position of grid[cell] ?? []) found.add(position);
    });
    return [...found]
      .sort((a, b) => a - b)
      .flatMap((position) => boxes[position] ?? [])
      .filter((box) => touches(box, rect));
  };
  return {
    within,
    at: ({ x, y }, reach = 0) =>
      within({ x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach }).sort(
        (a, b) => a.width * a.height - b.width * b.height,
      ),
  };
}

function cellOf(value: number, size: number): number {
  return Math.min(cells - 1, Math.max(0, Math.floor((value / size) * cells)));
}

function touches(box: Rect, rect: Rect): boolean {
  return (
    box.x <= rect.x + rect.width &&
    rect.x <= box.x + box.width &&
    box.y <= rect.y + rect.height &&
    rect.y <= box.y + box.height
  );
}
