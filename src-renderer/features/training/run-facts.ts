/** What is read off a run in several places. */
import type { Run } from '../../../src-preload/contract/index.ts';

export function runHref(run: Pick<Run, 'id'>): string {
  return `/training/${encodeURIComponent(run.id)}`;
}

const scoreKeys = ['test/accuracy', 'test/map50', 'val/accuracy', 'val/map50', 'accuracy', 'map50'];

export interface RunScore {
  /** `Accuracy` or `mAP 50`. */
  readonly label: string;
  readonly value: number;
  readonly isOfTest: boolean;
}

/** The figure that stands for the run: on the test pictures, or else the last on validation; undefined without any. */
export function scoreOf(run: Run): RunScore | undefined {
  const key =
    scoreKeys.find((name) => run.metrics[name] !== undefined) ??
    Object.keys(run.metrics).find((name) => /accuracy/i.test(name) && !/train/i.test(name));
  const value = key === undefined ? undefined : run.metrics[key];
  if (key === undefined || value === undefined) return undefined;
  return { label: /map50/.test(key) ? 'mAP 50' : 'Accuracy', value, isOfTest: key.startsWith('test') };
}

/** True while the run can change. */
export function isActive(run: Run): boolean {
  return run.status === 'queued' || run.status === 'running';
}
