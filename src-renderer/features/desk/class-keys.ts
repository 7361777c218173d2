/** Which key gives which class on the desk: the person's own choice, or else 1 to 9 and the letters that are left. */
import type { LabelClass } from '../../../src-preload/contract/index.ts';
import { commandOf, deskCommands, findFixedUse, type Keymap, tellCommandUse } from './keymap.ts';

/** By the name of the class, as `keyOf` names keys. */
export type ClassKeys = Readonly<Record<string, string>>;

export interface DeskKeys {
  readonly keymap: Keymap;
  readonly classKeys: ClassKeys;
}

const usualKeys = [...'123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** In the order of the classes; undefined beyond the alphabet. */
export function listClassKeys(
  { keymap, classKeys }: DeskKeys,
  classes: readonly Pick<LabelClass, 'name'>[],
): readonly (string | undefined)[] {
  const taken = new Set(deskCommands.flatMap((command) => keymap[command]));
  const ownOf = ({ name }: Pick<LabelClass, 'name'>) => {
    const key = classKeys[name];
    return key === undefined || taken.has(key) ? undefined : key;
  };
  const owned = new Set(classes.map(ownOf));
  const free = usualKeys.filter((key) => !taken.has(key) && !owned.has(key));
  let next = 0;
  return classes.map((labelClass) => ownOf(labelClass) ?? free[next++]);
}

export function classOf(keys: DeskKeys, key: string, classes: readonly LabelClass[]): LabelClass | undefined {
  const position = listClassKeys(keys, classes).indexOf(key);
  return position < 0 ? undefined : classes[position];
}

/** Why a class can not have the key, in a sentence; what another class has only by its place moves on. */
export function findClassConflict(
  { keymap, classKeys }: DeskKeys,
  className: string,
  key: string,
): string | undefined {
  const fixed = findFixedUse(key);
  if (fixed !== undefined) return fixed;
  const command = commandOf(keymap, key);
  if (command !== undefined) return tellCommandUse(command, key);
  const other = Object.keys(classKeys).find((name) => name !== className && classKeys[name] === key);
  return other === undefined ? undefined : `${key} gives the class ${other}.`;
}

const storageKey = 'fieldstation.desk-class-keys';

/** What is not or wrongly kept is left out. */
export function readClassKeys(storage: Pick<Storage, 'getItem'>): ClassKeys {
  try {
    const kept: unknown = JSON.parse(storage.getItem(storageKey) ?? '{}');
    if (kept === null || typeof kept !== 'object' || Array.isArray(kept)) return {};
    return Object.fromEntries(Object.entries(kept).filter(([, key]) => typeof key === 'string'));
  } catch {
    return {};
  }
}

export function writeClassKeys(storage: Pick<Storage, 'setItem'>, classKeys: ClassKeys): void {
  storage.setItem(storageKey, JSON.stringify(classKeys));
}
