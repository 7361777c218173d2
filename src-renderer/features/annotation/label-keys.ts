/** Which key gives which class: 1 to 9, then letters, in the order in which the classes were made. */
import type { LabelClass } from '../../../src-preload/contract/index.ts';

const labelKeys = '123456789abcdefghijklmnopqrstuvwxyz';

/** The key of the class at `position`, undefined for classes beyond the alphabet. */
export function keyOfPosition(position: number): string | undefined {
  return labelKeys[position];
}

/** The class that `key` gives, undefined for none. */
export function classOfKey(key: string, classes: readonly LabelClass[]): LabelClass | undefined {
  if (key.length !== 1) return undefined;
  const position = labelKeys.indexOf(key.toLowerCase());
  return position < 0 ? undefined : classes[position];
}

/** What a key press on the Data page means. */
export type DataCommand =
  | { readonly kind: 'label'; readonly className: string | null }
  | { readonly kind: 'move'; readonly move: Move; readonly isExtending: boolean }
  | { readonly kind: 'open' | 'close' | 'selectAll' | 'undo' | 'redo' | 'search' | 'map' }
  | { readonly kind: 'act'; readonly action: SelectionAction };

/** What is done with chosen pictures beside labelling them. */
export type SelectionAction =
  | 'desk'
  | 'autoLabel'
  | 'export'
  | 'setAside'
  | 'takeBack'
  | 'reject'
  | 'showOnly';

type Move = 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'pageUp' | 'pageDown';

const moves: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'home',
  End: 'end',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
};

const plainCommands: Readonly<Record<string, DataCommand>> = {
  Enter: { kind: 'open' },
  ' ': { kind: 'open' },
  Escape: { kind: 'close' },
  '/': { kind: 'search' },
  0: { kind: 'label', className: null },
  Backspace: { kind: 'label', className: null },
  Delete: { kind: 'label', className: null },
};

/** Plain letters are the classes'. */
const altCommands: Readonly<Record<string, DataCommand>> = {
  d: { kind: 'act', action: 'desk' },
  l: { kind: 'act', action: 'autoLabel' },
  e: { kind: 'act', action: 'export' },
  s: { kind: 'act', action: 'setAside' },
  b: { kind: 'act', action: 'takeBack' },
  r: { kind: 'act', action: 'reject' },
  o: { kind: 'act', action: 'showOnly' },
  m: { kind: 'map' },
};

interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Reads a key press; undefined where it means nothing here. */
export function commandOfKey(press: KeyPress, classes: readonly LabelClass[]): DataCommand | undefined {
  if (press.altKey) return press.ctrlKey || press.metaKey ? undefined : altCommands[press.key.toLowerCase()];
  if (press.ctrlKey || press.metaKey) return commandWithControl(press);
  const move = moves[press.key];
  if (move !== undefined) return { kind: 'move', move, isExtending: press.shiftKey };
  const plain = plainCommands[press.key];
  if (plain !== undefined) return plain;
  const labelClass = classOfKey(press.key, classes);
  return labelClass === undefined ? undefined : { kind: 'label', className: labelClass.name };
}

function commandWithControl({ key, shiftKey }: KeyPress): DataCommand | undefined {
  switch (key.toLowerCase()) {
    case 'a':
      return { kind: 'selectAll' };
    case 'y':
      return { kind: 'redo' };
    case 'z':
      return { kind: shiftKey ? 'redo' : 'undo' };
    default:
      return undefined;
  }
}
