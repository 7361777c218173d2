/** What is read off a run in several places. */
import type { Run } from '../../../src-preload/contract/index.ts';

export function runHref(run: Pick<Run, 'id'>): string {
  return `/training/${encodeURIComponent(run.id)}`;
}

const accuracyKeys = ['test/accuracy', 'val/accuracy', 'accuracy'];

/** The accuracy that stands for the run: on the test pictures, or else the last on validation; undefined without any. */
export function bestAccuracy(run: Run): number | undefined {
  const key = accuracyKeys.find((name) => run.metrics[name] !== undefined);
  if (key !== undefined) return run.metrics[key];
  const other = Object.keys(run.metrics).find((name) => /accuracy/i.test(name) && !/train/i.test(name));
  return other === undefined ? undefined : run.metrics[other];
}

/** True while the run can change. */
export function isActive(run: Run): boolean {
  return run.status === 'queued' || run.status === 'running';
}
