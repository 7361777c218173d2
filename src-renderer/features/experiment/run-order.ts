/** Which runs the table of experiments shows, and in which order. Pure. */
import type { Run, RunStatus } from '../../../src-preload/contract/index.ts';
import type { RunColumn } from './run-columns.ts';

export interface RunOrder {
  /** Key of a column. */
  readonly by: string;
  readonly isDescending: boolean;
}

export interface RunFilter {
  /** Words that must all stand somewhere in the run's name, experiment, dataset, model or params; any case. */
  readonly text: string;
  /** Absent: any. */
  readonly status?: RunStatus | undefined;
}

export function filterRuns(runs: readonly Run[], { text, status }: RunFilter): Run[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    if (status !== undefined && run.status !== status) return false;
    const haystack = textOf(run);
    return words.every((word) => haystack.includes(word));
  });
}

/** Runs without a value in the column come last, whichever the direction. */
export function sortRuns(runs: readonly Run[], columns: readonly RunColumn[], order: RunOrder): Run[] {
  const column = columns.find(({ key }) => key === order.by);
  if (column === undefined) return [...runs];
  const sign = order.isDescending ? -1 : 1;
  return runs.toSorted((a, b) => {
    const [left, right] = [column.valueOf(a), column.valueOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

/** The order after a press on a column's head: another column starts where its best values are. */
export function nextOrder(order: RunOrder, column: RunColumn): RunOrder {
  if (order.by === column.key) return { by: column.key, isDescending: !order.isDescending };
  return { by: column.key, isDescending: column.isNumber || column.key === 'run.started' };
}

/** Numbers come before words. */
function compare(left: string | number, right: string | number): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') {
    return left.localeCompare(right, 'en', { numeric: true });
  }
  return typeof left === 'number' ? -1 : 1;
}

function textOf({ name, experiment, dataset, modelName, params }: Run): string {
  const settings = Object.entries(params).map(([key, value]) => `${key}=${value}`);
  return [name, experiment, `${dataset.name} v${dataset.version}`, modelName, ...settings]
    .join('\n')
    .toLowerCase();
}
