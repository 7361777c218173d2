import { describe, expect, it } from 'vitest';
import { overlayCurves, overlayMetrics } from '../../../../src-renderer/features/experiment/overlay.ts';
import { createPoints, createRun } from './runs.ts';

const first = {
  run: createRun('first', { startedAt: 1_000 }),
  points: [
    ...createPoints('val/loss', [10, 0.9, 3_000], [20, 0.5, 5_000]),
    ...createPoints('epoch_seconds', [10, 2, 3_000], [20, 2, 5_000]),
    ...createPoints('test/accuracy', [20, 0.8, 6_000]),
  ],
};
const second = {
  run: createRun('second', { startedAt: 50_000 }),
  points: [
    ...createPoints('val/loss', [80, 0.4, 58_000], [40, 0.7, 54_000]),
    ...createPoints('epoch_seconds', [40, 4, 54_000], [80, 4, 58_000]),
  ],
};

const xs = (axis: 'epoch' | 'step' | 'time') =>
  overlayCurves([first, second], 'val/loss', axis).map(({ points }) => points.map(({ x }) => x));

describe('overlayCurves', () => {
  it('lays runs with epochs of different length on one axis of epochs', () => {
    expect(xs('epoch')).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('counts steps, or seconds since each run began', () => {
    expect(xs('step')).toEqual([
      [10, 20],
      [40, 80],
    ]);
    expect(xs('time')).toEqual([
      [2, 4],
      [4, 8],
    ]);
  });

  it('leaves runs without the metric out', () => {
    expect(overlayCurves([first, second], 'test/accuracy', 'step').map(({ run }) => run.name)).toEqual([
      'first',
    ]);
  });
});

describe('overlayMetrics', () => {
  it('offers what has a course, not a single result', () => {
    expect(overlayMetrics([first, second])).toEqual(['val/loss', 'epoch_seconds']);
  });
});
