/** What each key does on the labelling desk: defaults, the person's own choices, and where two things want one key. */

const descriptions = {
  submit: 'Done with this picture, on to the next',
  acceptPredictions: 'Take what the model suggests, on to the next',
  keepLabel: 'Keep the label that the model doubts, on to the next',
  reject: 'Reject, on to the next',
  repeatPrevious: 'Take over the boxes of the picture before',
  nextPicture: 'Next picture',
  previousPicture: 'Picture before',
  boxTool: 'Draw boxes',
  selectTool: 'Select and move',
  tagTool: 'Give the picture itself a class',
  nextBox: 'Next box',
  previousBox: 'Box before',
  zoomToNext: 'Zoom to the next box',
  fit: 'Whole picture',
  zoomIn: 'Closer',
  zoomOut: 'Further away',
  toggleBoxes: 'Hide or show the boxes',
  remove: 'Take the selected boxes away',
  selectAll: 'Select all boxes',
  copy: 'Copy the selected boxes',
  paste: 'Paste',
  undo: 'Undo on this picture, also after a restart',
  redo: 'Redo on this picture',
  deselect: 'Select nothing, or stop drawing',
} as const;

export type DeskCommand = keyof typeof descriptions;
export const deskCommands = Object.keys(descriptions) as readonly DeskCommand[];

/** The keys of each command, as `keyOf` names them. */
export type Keymap = Readonly<Record<DeskCommand, readonly string[]>>;

export const defaultKeymap: Keymap = {
  submit: ['Enter'],
  acceptPredictions: ['A'],
  keepLabel: ['K'],
  reject: ['X'],
  repeatPrevious: ['R'],
  nextPicture: ['PageDown', 'D'],
  previousPicture: ['PageUp', 'S'],
  boxTool: ['B'],
  selectTool: ['V'],
  tagTool: ['T'],
  nextBox: ['Tab'],
  previousBox: ['Shift Tab'],
  zoomToNext: ['Z'],
  fit: ['F'],
  zoomIn: ['+', '='],
  zoomOut: ['-'],
  toggleBoxes: ['H'],
  remove: ['Delete', 'Backspace'],
  selectAll: ['Ctrl A'],
  copy: ['Ctrl C'],
  paste: ['Ctrl V'],
  undo: ['Ctrl Z'],
  redo: ['Ctrl Shift Z', 'Ctrl Y'],
  deselect: ['Escape'],
};

export function describeCommand(command: DeskCommand): string {
  return descriptions[command];
}

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** A press as its name: `Ctrl Shift Z`, `Tab`, `+`; Command counts as Ctrl. Undefined for a modifier alone. */
export function keyOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyPress): string | undefined {
  if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph'].includes(key)) return undefined;
  const isLetter = /^\p{L}$/u.test(key);
  // Shift is part of what `+` or `!` is; with letters and named keys it is told.
  const tellsShift = shiftKey && (isLetter || key.length > 1);
  const name = key === ' ' ? 'Space' : isLetter ? key.toUpperCase() : key;
  const held = [ctrlKey || metaKey ? 'Ctrl' : '', altKey ? 'Alt' : '', tellsShift ? 'Shift' : ''];
  return [...held, name].filter((part) => part !== '').join(' ');
}

export function commandOf(keymap: Keymap, key: string): DeskCommand | undefined {
  return deskCommands.find((command) => keymap[command].includes(key));
}

/** Keys that the desk needs for what can not be given away. */
const fixedKeys: Readonly<Record<string, string>> = {
  ArrowLeft: 'moves the selected boxes',
  ArrowRight: 'moves the selected boxes',
  ArrowUp: 'moves the selected boxes',
  ArrowDown: 'moves the selected boxes',
  Space: 'moves the picture while it is held',
  '?': 'shows all keys',
};

/** What the desk or the window needs the key for, in a sentence. */
export function findFixedUse(key: string): string | undefined {
  const fixed = fixedKeys[key.replace(/^Shift /, '')];
  if (fixed !== undefined) return `${key} ${fixed}.`;
  return /^Alt \d$/.test(key) ? `${key} opens a page.` : undefined;
}

export function tellCommandUse(command: DeskCommand, key: string): string {
  return `${key} is taken: ${descriptions[command].toLowerCase()}.`;
}

/**
 * Why a command can not have the key, in a sentence; undefined where it can.
 * @param classKeys the keys that a person has given to classes, by the name of the class
 */
export function findConflict(
  keymap: Keymap,
  command: DeskCommand,
  key: string,
  classKeys: Readonly<Record<string, string>> = {},
): string | undefined {
  const fixed = findFixedUse(key);
  if (fixed !== undefined) return fixed;
  const className = Object.keys(classKeys).find((name) => classKeys[name] === key);
  if (className !== undefined) return `${key} gives the class ${className}.`;
  if (/^\d$/.test(key)) return `${key} gives the class with that number.`;
  const other = commandOf(keymap, key);
  return other === undefined || other === command ? undefined : tellCommandUse(other, key);
}

export function withKey(keymap: Keymap, command: DeskCommand, key: string): Keymap {
  return { ...keymap, [command]: [key] };
}

const storageKey = 'fieldstation.desk-keys';

/** The person's keymap; what is not or wrongly kept is the default. */
export function readKeymap(storage: Pick<Storage, 'getItem'>): Keymap {
  let kept: unknown;
  try {
    kept = JSON.parse(storage.getItem(storageKey) ?? '{}');
  } catch {
    kept = {};
  }
  const entries = Object.entries(kept && typeof kept === 'object' ? kept : {}).filter(
    ([command, keys]) => command in descriptions && isKeyList(keys),
  );
  return { ...defaultKeymap, ...Object.fromEntries(entries) };
}

export function writeKeymap(storage: Pick<Storage, 'setItem'>, keymap: Keymap): void {
  storage.setItem(storageKey, JSON.stringify(keymap));
}

function isKeyList(keys: unknown): boolean {
  return Array.isArray(keys) && keys.every((key) => typeof key === 'string');
}
