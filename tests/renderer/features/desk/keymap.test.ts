import { expect, it } from 'vitest';
import type { LabelClass } from '../../../../src-preload/contract/index.ts';
import {
  type ClassKeys,
  classOf,
  findClassConflict,
  listClassKeys,
  readClassKeys,
  writeClassKeys,
} from '../../../../src-renderer/features/desk/class-keys.ts';
import {
  commandOf,
  defaultKeymap,
  deskCommands,
  findConflict,
  keyOf,
  readKeymap,
  withKey,
  writeKeymap,
} from '../../../../src-renderer/features/desk/keymap.ts';

const press = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
const classes: LabelClass[] = Array.from({ length: 12 }, (_, position) => ({
  ...{ name: `class ${position}`, position, color: '#000000' },
}));

it('no two commands have one key at first', () => {
  const keys = deskCommands.flatMap((command) => defaultKeymap[command]);
  expect(new Set(keys).size).toBe(keys.length);
  for (const command of deskCommands)
    for (const key of defaultKeymap[command])
      expect(findConflict(defaultKeymap, command, key)).toBeUndefined();
});

it('names presses the same with Command as with Ctrl, and tells Shift with letters', () => {
  expect(keyOf({ ...press, key: 'z', metaKey: true })).toBe('Ctrl Z');
  expect(keyOf({ ...press, key: 'Z', ctrlKey: true, shiftKey: true })).toBe('Ctrl Shift Z');
  expect(keyOf({ ...press, key: '+', shiftKey: true })).toBe('+');
  expect(keyOf({ ...press, key: 'Tab', shiftKey: true })).toBe('Shift Tab');
  expect(keyOf({ ...press, key: 'Shift', shiftKey: true })).toBeUndefined();
  expect(commandOf(defaultKeymap, 'Ctrl Y')).toBe('redo');
});

it('gives classes 1 to 9 and then the letters that no command has, whatever is rebound', () => {
  const keys = { keymap: defaultKeymap, classKeys: {} };
  expect(listClassKeys(keys, classes).slice(0, 11)).toEqual([...'123456789', 'C', 'E']);
  expect(classOf(keys, 'E', classes)?.name).toBe('class 10');
  const rebound = withKey(defaultKeymap, 'toggleBoxes', 'C');
  expect(listClassKeys({ keymap: rebound, classKeys: {} }, classes)[9]).toBe('E');
  expect(commandOf(rebound, 'H')).toBeUndefined();
});

it('gives a class the key that a person has chosen, and the others the keys that are left', () => {
  const classKeys: ClassKeys = { 'class 2': 'Q', 'class 0': '3' };
  const keys = { keymap: defaultKeymap, classKeys };
  expect(listClassKeys(keys, classes).slice(0, 4)).toEqual(['3', '1', 'Q', '2']);
  expect(classOf(keys, 'Q', classes)?.name).toBe('class 2');
  expect(findClassConflict(keys, 'class 1', 'Q')).toBe('Q gives the class class 2.');
  expect(findClassConflict(keys, 'class 1', 'Z')).toBe('Z is taken: zoom to the next box.');
  expect(findClassConflict(keys, 'class 1', 'Alt 2')).toMatch(/opens a page/);
  expect(findClassConflict(keys, 'class 1', '2')).toBeUndefined();
  expect(findConflict(defaultKeymap, 'fit', 'Q', classKeys)).toBe('Q gives the class class 2.');
  // A command that got the key before the class was made keeps it.
  const rebound = withKey(defaultKeymap, 'fit', 'Q');
  expect(listClassKeys({ keymap: rebound, classKeys }, classes)[2]).toBe('2');
});

it('warns of a key that is taken, by what', () => {
  expect(findConflict(defaultKeymap, 'fit', 'Z')).toBe('Z is taken: zoom to the next box.');
  expect(findConflict(defaultKeymap, 'fit', '3')).toMatch(/class with that number/);
  expect(findConflict(defaultKeymap, 'fit', 'Shift ArrowLeft')).toMatch(/moves the selected boxes/);
  expect(findConflict(defaultKeymap, 'fit', 'F')).toBeUndefined();
});

it('keeps the keys of a person, and falls back to the defaults where what is kept is damaged', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  expect(readKeymap(storage)).toEqual(defaultKeymap);
  writeKeymap(storage, withKey(defaultKeymap, 'fit', 'Q'));
  expect(readKeymap(storage).fit).toEqual(['Q']);
  for (const damaged of ['{', '[]', 'null', '{"fit": 3, "other": ["Q"]}']) {
    kept.set('fieldstation.desk-keys', damaged);
    expect(readKeymap(storage)).toEqual(defaultKeymap);
  }
  writeClassKeys(storage, { cell: 'Q' });
  expect(readClassKeys(storage)).toEqual({ cell: 'Q' });
  for (const damaged of ['{', '["Q"]', 'null', '{"cell": 3}']) {
    kept.set('fieldstation.desk-class-keys', damaged);
    expect(readClassKeys(storage)).toEqual({});
  }
});
