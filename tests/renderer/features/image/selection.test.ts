import { describe, expect, it } from 'vitest';
import { type ImageHash, imageHashSchema } from '../../../../src-preload/contract/index.ts';
import {
  emptySelection,
  moveTo,
  rangeTo,
  selectOnly,
  step,
  targets,
  toggle,
} from '../../../../src-renderer/features/image/selection.ts';
import { windowOffsets } from '../../../../src-renderer/features/image/window-offsets.ts';

const hashOf = (digit: string): ImageHash => imageHashSchema.parse(digit.repeat(64));
const first = { index: 0, hash: hashOf('a') };
const second = { index: 1, hash: hashOf('b') };
const grid = { columns: 4, rowsInView: 3, total: 10 };

describe('step', () => {
  it('stays where a row above or below does not exist', () => {
    expect(step(2, 'up', grid)).toBe(2);
    expect(step(7, 'down', grid)).toBe(7);
  });

  it('never leaves the list', () => {
    expect(step(0, 'left', grid)).toBe(0);
    expect(step(9, 'right', grid)).toBe(9);
    expect(step(3, 'pageDown', grid)).toBe(9);
    expect(step(5, 'home', grid)).toBe(0);
    expect(step(5, 'end', grid)).toBe(9);
  });
});

describe('selection', () => {
  it('labels the selection, or else the picture in focus', () => {
    expect(targets(emptySelection)).toEqual([]);
    expect(targets(moveTo(first))).toEqual([first.hash]);
    expect(targets(toggle(selectOnly(first), second))).toEqual([first.hash, second.hash]);
  });

  it('takes a picture out again with a second Ctrl+click', () => {
    const both = toggle(selectOnly(first), second);
    expect(targets(toggle(both, second))).toEqual([first.hash]);
  });

  it('counts a range from where it began, in either direction', () => {
    expect(rangeTo(selectOnly({ index: 5, hash: hashOf('c') }), 2)).toEqual([2, 5]);
    expect(rangeTo(selectOnly(first), 7)).toEqual([0, 7]);
  });
});

describe('windowOffsets', () => {
  it('asks for the windows in view, and for the next one before it is reached', () => {
    expect(windowOffsets(60, 90)).toEqual([0]);
    expect(windowOffsets(150, 190)).toEqual([0, 200]);
    expect(windowOffsets(410, 460)).toEqual([200, 400]);
  });
});
