import { describe, expect, it } from 'vitest';
import type { LabelClass } from '../../../../src-preload/contract/index.ts';
import {
  classOfKey,
  commandOfKey,
  keyOfPosition,
} from '../../../../src-renderer/features/annotation/label-keys.ts';

const classes: LabelClass[] = Array.from({ length: 11 }, (_, position) => ({
  name: `class ${position}`,
  position,
  color: '#000',
}));

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey', boolean>> = {},
) => commandOfKey({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }, classes);

describe('class keys', () => {
  it('gives 1 to 9 and then letters, in the order of the classes', () => {
    expect(keyOfPosition(0)).toBe('1');
    expect(keyOfPosition(9)).toBe('a');
    expect(keyOfPosition(35)).toBeUndefined();
    expect(classOfKey('a', classes)?.name).toBe('class 9');
    expect(classOfKey('B', classes)?.name).toBe('class 10');
  });

  it('has no class for keys beyond the classes, and none for named keys', () => {
    expect(classOfKey('c', classes)).toBeUndefined();
    expect(classOfKey('ArrowLeft', classes)).toBeUndefined();
  });
});

describe('commandOfKey', () => {
  it('takes the label away with 0 and Backspace', () => {
    expect(press('0')).toEqual({ kind: 'label', className: null });
    expect(press('Backspace')).toEqual({ kind: 'label', className: null });
  });

  it('does not label when Ctrl or Alt is held', () => {
    expect(press('1', { ctrlKey: true })).toBeUndefined();
    expect(press('1', { altKey: true })).toBeUndefined();
  });

  it('selects all with Ctrl+A although A is a class', () => {
    expect(press('a')).toEqual({ kind: 'label', className: 'class 9' });
    expect(press('a', { ctrlKey: true })).toEqual({ kind: 'selectAll' });
  });

  it('undoes with Ctrl+Z and redoes with Ctrl+Shift+Z or Ctrl+Y, also as Command', () => {
    expect(press('z', { ctrlKey: true })).toEqual({ kind: 'undo' });
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toEqual({ kind: 'redo' });
    expect(press('y', { metaKey: true })).toEqual({ kind: 'redo' });
  });

  it('extends the selection with Shift and an arrow', () => {
    expect(press('ArrowDown', { shiftKey: true })).toEqual({ kind: 'move', move: 'down', isExtending: true });
  });
});
