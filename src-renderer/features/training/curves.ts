/** Metric points as the curves of a run: which metrics share a chart, and under which name. */
import type { MetricPoint } from '../../../src-preload/contract/index.ts';
import { downsample, type Point } from './downsample.ts';

export type ChartKind = 'loss' | 'lossPart' | 'score' | 'rate' | 'other';

export interface Curve {
  readonly key: string;
  readonly label: string;
  readonly points: readonly Point[];
}

export interface CurveChart {
  readonly kind: ChartKind;
  readonly title: string;
  readonly curves: readonly Curve[];
}

const titles = {
  score: 'Accuracy',
  loss: 'Loss',
  lossPart: 'Parts of the loss',
  rate: 'Learning rate',
  other: 'Other metrics',
} as const satisfies Record<ChartKind, string>;

const order: readonly ChartKind[] = ['score', 'loss', 'lossPart', 'rate', 'other'];
const pointLimit = 600;

/** Groups the points into charts, in the order in which they are shown; charts without points are left out. */
export function toCharts(points: readonly MetricPoint[]): CurveChart[] {
  const drawn = points.filter(({ key }) => isCurve(key));
  const curves = [...groupByKey(drawn)].map(([key, series]) => toCurve(key, series));
  return order
    .map((kind) => ({
      kind,
      curves: curves.filter((curve) => kindOf(curve.key) === kind).toSorted(byRank),
    }))
    .map((chart) => ({ ...chart, title: titleOf(chart.kind, chart.curves) }))
    .filter((chart) => chart.curves.length > 0);
}

/** Detectors have no accuracy, but average precision, recall and more. */
function titleOf(kind: ChartKind, curves: readonly Curve[]): string {
  const isDetector = kind === 'score' && !curves.some(({ key }) => /accuracy/i.test(key));
  return isDetector ? 'Scores' : titles[kind];
}

/**
 * Results have one value, not a course, and the count of epochs says nothing as a curve; the parts of a loss are noise
 * batch by batch.
 */
function isCurve(key: string): boolean {
  return !/^(test|best)[/_]|^epoch(_seconds)?$|^batch\/loss_/i.test(key);
}

/** Which chart a metric belongs to, by its name. */
export function kindOf(key: string): ChartKind {
  if (/loss_/i.test(key)) return 'lossPart';
  if (/loss/i.test(key)) return 'loss';
  if (/accuracy|f1|precision|recall|score|(^|[/_])m?ap(\d|$)/i.test(key)) return 'score';
  if (/learning_?rate|(^|[._/])lr$/i.test(key)) return 'rate';
  return 'other';
}

/** `val_accuracy` → `Validation accuracy`. */
export function metricLabel(key: string): string {
  const words = key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[._/]+/g, ' ')
    .toLowerCase()
    .replace(/\bval\b/, 'validation')
    .replace(/\blr\b/, 'learning rate')
    .replace(/\bm?ap ?5095\b/, 'mAP 50–95')
    .replace(/\bmap ?(\d\d)\b/, 'mAP $1')
    .replace(/\bar ?(\d+)\b/, 'AR $1')
    .replace(/\bf1\b/, 'F1')
    .trim();
  return words.startsWith('mAP') ? words : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Validation comes first: it has the first colour in every chart, and lies on top. */
function byRank(a: Curve, b: Curve): number {
  return rankOf(a.key) - rankOf(b.key) || a.key.localeCompare(b.key);
}

const ranks = [/^val/i, /^train/i, /^batch/i];

function rankOf(key: string): number {
  const rank = ranks.findIndex((pattern) => pattern.test(key));
  return rank < 0 ? ranks.length : rank;
}

function groupByKey(points: readonly MetricPoint[]): Map<string, MetricPoint[]> {
  const groups = new Map<string, MetricPoint[]>();
  for (const point of points) {
    const group = groups.get(point.key);
    if (group === undefined) groups.set(point.key, [point]);
    else group.push(point);
  }
  return groups;
}

function toCurve(key: string, series: readonly MetricPoint[]): Curve {
  const sorted = series.toSorted((a, b) => a.step - b.step);
  const points = sorted.map(({ step, value }) => ({ x: step, y: value }));
  return { key, label: metricLabel(key), points: downsample(points, pointLimit) };
}
