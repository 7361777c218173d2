import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../../src-renderer/features/experiment/run-columns.ts';
import { filterRuns, nextOrder, sortRuns } from '../../../../src-renderer/features/experiment/run-order.ts';
import { createRun } from './runs.ts';

const runs = [
  createRun('four', { params: { batch: '4' }, metrics: { 'val/loss': 0.5 } }),
  createRun('sixteen', { params: { batch: '16' }, metrics: { 'val/loss': 0.3 }, status: 'failed' }),
  createRun('auto', { params: { batch: 'auto' } }),
];
const columns = columnsOf(runs);
const namesBy = (by: string, isDescending: boolean) =>
  sortRuns(runs, columns, { by, isDescending }).map(({ name }) => name);

describe('sortRuns', () => {
  it('sorts params that are numbers as numbers, words after them', () => {
    expect(namesBy('param.batch', false)).toEqual(['four', 'sixteen', 'auto']);
  });

  it('puts runs without the metric last in both directions', () => {
    expect(namesBy('metric.val/loss', false)).toEqual(['sixteen', 'four', 'auto']);
    expect(namesBy('metric.val/loss', true)).toEqual(['four', 'sixteen', 'auto']);
  });
});

describe('filterRuns', () => {
  it('wants every word, in settings too, and the state', () => {
    const names = (text: string, status?: 'failed') =>
      filterRuns(runs, { text, status }).map(({ name }) => name);
    expect(names('LEAF batch=4')).toEqual(['four']);
    expect(names('leaf', 'failed')).toEqual(['sixteen']);
    expect(names('batch=5')).toEqual([]);
  });
});

describe('nextOrder', () => {
  it('turns round on a second press, and starts numbers from the highest', () => {
    const [loss, name] = ['metric.val/loss', 'run.name'].map((key) => columns.find((one) => one.key === key));
    if (loss === undefined || name === undefined) throw new Error('columns are missing');
    const first = nextOrder({ by: 'run.started', isDescending: true }, loss);
    expect(first).toEqual({ by: 'metric.val/loss', isDescending: true });
    expect(nextOrder(first, loss)).toEqual({ by: 'metric.val/loss', isDescending: false });
    expect(nextOrder(first, name)).toEqual({ by: 'run.name', isDescending: false });
  });
});
