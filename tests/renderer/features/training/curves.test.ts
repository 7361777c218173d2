import { describe, expect, it } from 'vitest';
import { kindOf, metricLabel, toCharts } from '../../../../src-renderer/features/training/curves.ts';

const point = (key: string, step: number, value: number) => ({ key, step, value, timestamp: 0 });

describe('toCharts', () => {
  it('puts accuracy, loss and learning rate into a chart each, validation first', () => {
    const charts = toCharts([
      point('learning_rate', 1, 0.1),
      point('train/loss', 1, 2),
      point('val/loss', 1, 3),
      point('train/accuracy', 1, 0.4),
      point('val/accuracy', 1, 0.5),
    ]);
    expect(charts.map(({ kind, curves }) => [kind, curves.map(({ key }) => key)])).toEqual([
      ['score', ['val/accuracy', 'train/accuracy']],
      ['loss', ['val/loss', 'train/loss']],
      ['rate', ['learning_rate']],
    ]);
  });

  it('leaves out results that have a single value and no course', () => {
    const charts = toCharts([
      point('test/accuracy', 9, 1),
      point('best_val/loss', 9, 1),
      point('epoch', 9, 3),
    ]);
    expect(charts).toEqual([]);
  });

  it('keeps the parts of a detector’s loss apart, and leaves them out batch by batch', () => {
    const charts = toCharts([
      point('train/loss', 1, 9),
      point('train/loss_box', 1, 4),
      point('batch/loss', 1, 8),
      point('batch/loss_box', 1, 3),
    ]);
    expect(charts.map(({ kind, curves }) => [kind, curves.map(({ key }) => key)])).toEqual([
      ['loss', ['train/loss', 'batch/loss']],
      ['lossPart', ['train/loss_box']],
    ]);
  });

  it('sorts points that came out of order', () => {
    const [chart] = toCharts([point('val/loss', 3, 1), point('val/loss', 1, 3), point('val/loss', 2, 2)]);
    expect(chart?.curves[0]?.points).toEqual([
      { x: 1, y: 3 },
      { x: 2, y: 2 },
      { x: 3, y: 1 },
    ]);
  });
});

describe('metric names', () => {
  it('reads slashes, underscores and capitals', () => {
    expect(metricLabel('val/accuracy')).toBe('Validation accuracy');
    expect(metricLabel('learning_rate')).toBe('Learning rate');
    expect(metricLabel('labelSmoothing')).toBe('Label smoothing');
  });

  it('writes average precisions as the field does, and knows them for shares', () => {
    expect(metricLabel('val/map50')).toBe('Validation mAP 50');
    expect(metricLabel('map5095')).toBe('mAP 50–95');
    expect(metricLabel('test/ar100')).toBe('Test AR 100');
    expect(metricLabel('test/f1')).toBe('Test F1');
    expect([kindOf('val/map50'), kindOf('test/ap50'), kindOf('mapping')]).toEqual([
      'score',
      'score',
      'other',
    ]);
  });

  it('does not take a word that holds "lr" for a rate', () => {
    expect(kindOf('lr')).toBe('rate');
    expect(kindOf('already')).toBe('other');
  });
});
