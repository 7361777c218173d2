/** The columns of the table of experiments: what a run is, what it was set to, what it reached. Pure. */
import type { Run, Task } from '../../../src-preload/contract/index.ts';
import { formatDateTime, formatDuration, formatPercent, formatValue } from '../../components/formatting.ts';
import { kindOf, metricLabel } from '../training/curves.ts';
import { parameterLabel, parameterText, taskOf } from '../training/run-parameters.ts';

export type ColumnGroup = 'run' | 'metric' | 'param';

export interface RunColumn {
  /** `run.name`, `metric.val/loss`, `param.epochs`: unique, and stable in links. */
  readonly key: string;
  readonly label: string;
  readonly group: ColumnGroup;
  readonly isNumber: boolean;
  /** What is sorted by; null sorts last in both directions. */
  readonly valueOf: (run: Run) => string | number | null;
  readonly textOf: (run: Run) => string;
}

const missing = '–';

const runColumns: readonly RunColumn[] = [
  textColumn('run.name', 'Run', ({ name }) => name),
  textColumn('run.status', 'State', ({ status }) => status),
  textColumn('run.experiment', 'Experiment', ({ experiment }) => experiment),
  textColumn('run.dataset', 'Dataset', ({ dataset }) => `${dataset.name} v${dataset.version}`),
  textColumn('run.result', 'Result', ({ modelName, modelVersion }) =>
    modelVersion === null ? null : `${modelName} v${modelVersion}`,
  ),
  {
    ...textColumn('run.started', 'Started', () => null),
    valueOf: ({ createdAt }) => createdAt,
    textOf: ({ createdAt }) => formatDateTime(createdAt),
  },
  {
    ...textColumn('run.duration', 'Took', () => null),
    isNumber: true,
    valueOf: durationOf,
    textOf: (run) => {
      const durationMs = durationOf(run);
      return durationMs === null ? missing : formatDuration(durationMs);
    },
  },
];

/**
 * All columns that `runs` have something to say in: the run itself, its metrics (results on test pictures first), and its
 * params.
 */
export function columnsOf(runs: readonly Run[]): RunColumn[] {
  const metrics = keysOf(runs.map((run) => run.metrics)).toSorted(byMetricRank);
  const params = keysOf(runs.map((run) => run.params)).toSorted((a, b) => a.localeCompare(b));
  const task = taskOf(runs[0]?.params ?? {});
  return [...runColumns, ...metrics.map(metricColumn), ...params.map((name) => paramColumn(name, task))];
}

/** Few enough to read: the run, its best-known figures, and the params in which the runs differ. */
export function initialColumns(runs: readonly Run[], columns: readonly RunColumn[]): ReadonlySet<string> {
  const shown = ['run.name', 'run.status', 'run.result', 'run.started', 'run.duration'];
  const metrics = columns.filter(({ key }) => /^metric\.test\/(accuracy|f1|map50|map5095)$/.test(key));
  const validated = columns.filter(({ key }) => /^metric\.val\/(accuracy|map50|loss)$/.test(key));
  const params = columns.filter((column) => column.group === 'param' && isVaried(column, runs));
  return new Set([...shown, ...[...metrics, ...validated, ...params.slice(0, 5)].map(({ key }) => key)]);
}

/** True where at least two of `runs` say different things in the column; a run without a word differs too. */
export function isVaried(column: RunColumn, runs: readonly Run[]): boolean {
  return new Set(runs.map((run) => column.valueOf(run))).size > 1;
}

/** Keys of the settings in which `runs` differ; results and times differ always. */
export function variedSettings(runs: readonly Run[], columns: readonly RunColumn[]): ReadonlySet<string> {
  const settings = columns.filter(({ key, group }) => group === 'param' || key === 'run.dataset');
  return new Set(settings.filter((column) => isVaried(column, runs)).map(({ key }) => key));
}

/** The run's name, and what tells it apart where another of `runs` has the same. */
export function runLabel(run: Run, runs: readonly Run[]): string {
  const isAlone = runs.every((other) => other.id === run.id || other.name !== run.name);
  if (isAlone) return run.name;
  return `${run.name}, ${run.modelVersion === null ? run.id.slice(0, 6) : `v${run.modelVersion}`}`;
}

function metricColumn(key: string): RunColumn {
  const format = kindOf(key) === 'score' ? (value: number) => formatPercent(value) : formatValue;
  return {
    key: `metric.${key}`,
    label: metricLabel(key),
    group: 'metric',
    isNumber: true,
    valueOf: (run) => run.metrics[key] ?? null,
    textOf: (run) => {
      const value = run.metrics[key];
      return value === undefined ? missing : format(value);
    },
  };
}

/** @param task of the runs: those of one station have the same */
function paramColumn(name: string, task: Task): RunColumn {
  return {
    key: `param.${name}`,
    label: parameterLabel(name, task),
    group: 'param',
    isNumber: false,
    valueOf: (run) => toComparable(run.params[name]),
    textOf: (run) => {
      const value = run.params[name];
      return value === undefined ? missing : parameterText(name, value, task);
    },
  };
}

/** Params are texts: those that are numbers sort as such, so that 16 comes after 4. */
function toComparable(text: string | undefined): string | number | null {
  if (text === undefined || text === '') return null;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function textColumn(key: string, label: string, read: (run: Run) => string | null): RunColumn {
  return { key, label, group: 'run', isNumber: false, valueOf: read, textOf: (run) => read(run) ?? missing };
}

function durationOf({ startedAt, endedAt }: Run): number | null {
  return startedAt === null || endedAt === null ? null : endedAt - startedAt;
}

function keysOf(records: ReadonlyArray<Readonly<Record<string, unknown>>>): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

const metricRanks = [/^test/i, /^best/i, /^val/i, /^train/i];

function byMetricRank(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || a.localeCompare(b);
}

function rankOf(key: string): number {
  const rank = metricRanks.findIndex((pattern) => pattern.test(key));
  return rank < 0 ? metricRanks.length : rank;
}
