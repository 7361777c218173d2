/** Which pictures are chosen, and on which one the keyboard stands. Pure: the store and the grid apply it. */
import type { ImageHash } from '../../../src-preload/contract/index.ts';

/** The picture that the keyboard stands on: by hash, as positions move when pictures arrive. */
export interface Focus {
  readonly index: number;
  readonly hash: ImageHash | null;
}

export interface Selection {
  readonly focus: Focus | null;
  readonly selected: ReadonlySet<ImageHash>;
  /** Where a range that is extended with Shift begins. */
  readonly anchor: number | null;
}

export const emptySelection: Selection = { focus: null, selected: new Set(), anchor: null };

/** A plain click: this picture alone. */
export function selectOnly(focus: Focus): Selection {
  return { focus, selected: new Set(focus.hash === null ? [] : [focus.hash]), anchor: focus.index };
}

/** A step of the keyboard: the picture is in focus, nothing is selected. */
export function moveTo(focus: Focus): Selection {
  return { focus, selected: new Set(), anchor: focus.index };
}

/** Ctrl+click: in or out. */
export function toggle(selection: Selection, focus: Focus): Selection {
  if (focus.hash === null) return selection;
  const selected = new Set(selection.selected);
  if (!selected.delete(focus.hash)) selected.add(focus.hash);
  return { focus, selected, anchor: focus.index };
}

/** The positions from the anchor to `index`, lowest first. */
export function rangeTo(selection: Selection, index: number): readonly [from: number, to: number] {
  const anchor = selection.anchor ?? selection.focus?.index ?? index;
  return anchor < index ? [anchor, index] : [index, anchor];
}

/** The pictures that a label goes to: the selection, or else the one in focus. */
export function targets(selection: Selection): ImageHash[] {
  if (selection.selected.size > 0) return [...selection.selected];
  const hash = selection.focus?.hash ?? null;
  return hash === null ? [] : [hash];
}

export type Move = 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'pageUp' | 'pageDown';

interface GridShape {
  readonly columns: number;
  readonly rowsInView: number;
  readonly total: number;
}

/** The position that a move leads to, within the list. */
export function step(index: number, move: Move, { columns, rowsInView, total }: GridShape): number {
  const steps = {
    left: -1,
    right: 1,
    up: -columns,
    down: columns,
    home: -index,
    end: total,
    pageUp: -columns * rowsInView,
    pageDown: columns * rowsInView,
  } as const satisfies Record<Move, number>;
  const isPastEdge = (move === 'up' && index < columns) || (move === 'down' && index + columns >= total);
  if (isPastEdge) return index;
  return Math.max(0, Math.min(total - 1, index + steps[move]));
}
