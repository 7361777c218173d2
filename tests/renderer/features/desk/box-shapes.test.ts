import { describe, expect, it } from 'vitest';
import {
  alignBoxes,
  drawBox,
  moveBoxes,
  pasteBoxes,
  resizeBox,
} from '../../../../src-renderer/features/desk/box-shapes.ts';

const picture = { width: 100, height: 50 };
const box = { id: 'a', x: 10, y: 10, width: 20, height: 10 };

describe('a drawn box', () => {
  it('lies between its corners whichever way it was drawn, and ends at the picture', () => {
    const expected = { x: 10, y: 5, width: 30, height: 20 };
    expect(drawBox({ x: 10, y: 5 }, { x: 40, y: 25 }, picture)).toEqual(expected);
    expect(drawBox({ x: 40, y: 25 }, { x: 10, y: 5 }, picture)).toEqual(expected);
    expect(drawBox({ x: -20, y: 40 }, { x: 10, y: 90 }, picture)).toEqual({
      x: 0,
      y: 40,
      width: 10,
      height: 10,
    });
  });

  it('is none where it would have no area', () => {
    expect(drawBox({ x: 10, y: 5 }, { x: 10.4, y: 25 }, picture)).toBeUndefined();
    expect(drawBox({ x: 120, y: 5 }, { x: 140, y: 25 }, picture)).toBeUndefined();
  });
});

describe('a resized box', () => {
  it('moves the pulled side alone', () => {
    expect(resizeBox(box, 'e', { x: 50, y: 0 }, picture)).toEqual({ x: 10, y: 10, width: 40, height: 10 });
    expect(resizeBox(box, 'nw', { x: 5, y: 2 }, picture)).toEqual({ x: 5, y: 2, width: 25, height: 18 });
  });

  it('turns round where a side is pulled over the other', () => {
    expect(resizeBox(box, 's', { x: 0, y: 4 }, picture)).toEqual({ x: 10, y: 4, width: 20, height: 6 });
  });

  it('stays where the pull would leave nothing of it', () => {
    expect(resizeBox(box, 'e', { x: 10, y: 0 }, picture)).toEqual(box);
  });
});

it('boxes that move together keep their distances, also at the border', () => {
  const other = { ...box, id: 'b', x: 60, width: 30 };
  expect(moveBoxes([box, other], { x: 40, y: -30 }, picture)).toEqual([
    { ...box, x: 20, y: 0 },
    { ...other, x: 70, y: 0 },
  ]);
});

it('aligned boxes meet at the outermost side, or have the size of the first', () => {
  const other = { ...box, id: 'b', x: 60, y: 30, width: 8, height: 8 };
  expect(alignBoxes([box, other], 'right', picture).map(({ x }) => x)).toEqual([48, 60]);
  expect(alignBoxes([box, other], 'top', picture).map(({ y }) => y)).toEqual([10, 10]);
  expect(alignBoxes([box, other], 'sameSize', picture)[1]).toEqual({ ...other, width: 20, height: 10 });
});

it('of pasted boxes only what lies on the picture is left', () => {
  const beyond = { ...box, id: 'b', x: 200 };
  const half = { ...box, id: 'c', x: 90 };
  expect(pasteBoxes([box, beyond, half], picture)).toEqual([box, { ...half, width: 10 }]);
});
