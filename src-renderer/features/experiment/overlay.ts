/** One metric of several runs as curves over one axis: epochs, steps or time since each run's start. Pure. */
import type { MetricPoint, Run } from '../../../src-preload/contract/index.ts';
import { downsample, type Point } from '../training/downsample.ts';

export type OverlayAxis = 'epoch' | 'step' | 'time';

export interface RunPoints {
  readonly run: Run;
  readonly points: readonly MetricPoint[];
}

export interface OverlayCurve {
  readonly run: Run;
  readonly points: readonly Point[];
}

const pointLimit = 600;

/** Metrics that have a course, two points or more in at least one run; validation first. */
export function overlayMetrics(runs: readonly RunPoints[]): string[] {
  const keys = new Set<string>();
  for (const { points } of runs) {
    const counts = new Map<string, number>();
    for (const { key } of points) counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const [key, count] of counts) if (count > 1) keys.add(key);
  }
  return [...keys].toSorted((a, b) => rankOf(a) - rankOf(b) || a.localeCompare(b));
}

/** The curve of `metric` of each run that has it; x is a count of epochs or steps, or seconds. */
export function overlayCurves(runs: readonly RunPoints[], metric: string, axis: OverlayAxis): OverlayCurve[] {
  return runs.flatMap(({ run, points }) => {
    const series = points.filter(({ key }) => key === metric).toSorted((a, b) => a.step - b.step);
    if (series.length === 0) return [];
    const toX = createScale(run, points, axis);
    const curve = series.map((point, index) => ({ x: toX(point, index), y: point.value }));
    return [{ run, points: downsample(curve, pointLimit) }];
  });
}

function createScale(
  run: Run,
  points: readonly MetricPoint[],
  axis: OverlayAxis,
): (point: MetricPoint, index: number) => number {
  const start = run.startedAt ?? points[0]?.timestamp ?? 0;
  switch (axis) {
    case 'step':
      return ({ step }) => step;
    case 'time':
      return ({ timestamp }) => Math.max(0, timestamp - start) / 1000;
    case 'epoch': {
      const stepsPerEpoch = findStepsPerEpoch(points);
      return ({ step }, index) => (stepsPerEpoch === null ? index + 1 : step / stepsPerEpoch);
    }
  }
}

/** `epoch_seconds` is written once at the end of each epoch: the first one's step is the length of an epoch. */
function findStepsPerEpoch(points: readonly MetricPoint[]): number | null {
  const ends = points.filter(({ key }) => key === 'epoch_seconds').map(({ step }) => step);
  const first = Math.min(...ends);
  return Number.isFinite(first) && first > 0 ? first : null;
}

const ranks = [/^val\/(map50|accuracy)$/i, /^val/i, /^train/i, /^batch/i];

function rankOf(key: string): number {
  const rank = ranks.findIndex((pattern) => pattern.test(key));
  return rank < 0 ? ranks.length : rank;
}
