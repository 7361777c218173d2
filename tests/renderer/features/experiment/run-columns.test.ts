import { describe, expect, it } from 'vitest';
import {
  columnsOf,
  initialColumns,
  isVaried,
  runLabel,
  variedSettings,
} from '../../../../src-renderer/features/experiment/run-columns.ts';
import { createRun } from './runs.ts';

const a = createRun('a', { params: { epochs: '20', lr0: '0.01' }, metrics: { 'val/loss': 0.5 } });
const b = createRun('b', {
  params: { epochs: '30', lr0: '0.01', seed: '1' },
  metrics: { 'test/map50': 0.91, 'val/loss': 0.4 },
});

const find = (key: string) => {
  const column = columnsOf([a, b]).find((one) => one.key === key);
  if (column === undefined) throw new Error(`no column ${key}`);
  return column;
};

describe('columnsOf', () => {
  it('lists results on test pictures before validation, then params by name', () => {
    const keys = columnsOf([a, b]).map(({ key }) => key);
    expect(keys.filter((key) => !key.startsWith('run.'))).toEqual([
      'metric.test/map50',
      'metric.val/loss',
      'param.epochs',
      'param.lr0',
      'param.seed',
    ]);
  });

  it('writes shares as per cent and what is missing as a dash', () => {
    expect(find('metric.test/map50').textOf(b)).toBe('91.0 %');
    expect(find('metric.test/map50').textOf(a)).toBe('–');
    expect(find('param.seed').textOf(a)).toBe('–');
  });
});

describe('isVaried', () => {
  it('sees different values, and a value that only one run has', () => {
    expect(isVaried(find('param.epochs'), [a, b])).toBe(true);
    expect(isVaried(find('param.seed'), [a, b])).toBe(true);
    expect(isVaried(find('param.lr0'), [a, b])).toBe(false);
  });

  it('sees no difference in a single run', () => {
    expect(isVaried(find('param.epochs'), [a])).toBe(false);
  });
});

describe('initialColumns', () => {
  it('shows what a run is judged by, not every result', () => {
    const run = createRun('c', { metrics: { 'test/ar100': 0.5, 'test/map50': 0.9, 'val/map50': 0.8 } });
    const shown = [...initialColumns([run], columnsOf([run]))].filter((key) => key.startsWith('metric.'));
    expect(shown).toEqual(['metric.test/map50', 'metric.val/map50']);
  });

  it('shows params in which runs differ and leaves out those that are all the same', () => {
    const shown = initialColumns([a, b], columnsOf([a, b]));
    expect(shown.has('param.epochs')).toBe(true);
    expect(shown.has('param.lr0')).toBe(false);
  });
});

describe('variedSettings', () => {
  it('names settings that differ, never results: those differ always', () => {
    expect([...variedSettings([a, b], columnsOf([a, b]))]).toEqual(['param.epochs', 'param.seed']);
  });
});

describe('runLabel', () => {
  it('tells runs of one name apart by the version that they made', () => {
    const twins = [1, 2].map((modelVersion) =>
      createRun(`id-${modelVersion}`, { name: 'nano', modelVersion }),
    );
    expect(twins.map((run) => runLabel(run, [...twins, a]))).toEqual(['nano, v1', 'nano, v2']);
    expect(runLabel(a, [...twins, a])).toBe('a');
  });
});
