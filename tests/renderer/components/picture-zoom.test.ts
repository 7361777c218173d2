import { describe, expect, it } from 'vitest';
import { movedBy, wholePicture, zoomedAt } from '../../../src-renderer/components/picture-zoom.ts';

const picture = { width: 400, height: 200 };
const whole = wholePicture(picture);

describe('zoomedAt', () => {
  it('keeps the point under the pointer where it is', () => {
    const view = zoomedAt(whole, picture, 2, { x: 100, y: 50 });
    expect(view).toEqual({ x: 50, y: 25, width: 200, height: 100 });
    expect((100 - view.x) / view.width).toBe(100 / 400);
  });

  it('never shows what lies beside the picture', () => {
    const close = zoomedAt(whole, picture, 4, { x: 400, y: 200 });
    expect(close).toEqual({ x: 300, y: 150, width: 100, height: 50 });
    expect(zoomedAt(close, picture, 0.01, { x: 0, y: 0 })).toEqual(whole);
  });

  it('stops before single pixels fill the view', () => {
    expect(zoomedAt(whole, picture, 1e6, { x: 0, y: 0 }).width).toBeCloseTo(12);
  });
});

describe('movedBy', () => {
  it('stops at the edges', () => {
    const view = { x: 100, y: 50, width: 200, height: 100 };
    expect(movedBy(view, picture, 500, -500)).toEqual({ x: 200, y: 0, width: 200, height: 100 });
  });
});
