/** Metrics of several versions side by side: which rows, how written, and which value is best. */
import type { ModelVersion } from '../../../src-preload/contract/index.ts';
import { formatBytes, formatLatency, formatPercent, formatValue } from '../../components/formatting.ts';

type Better = 'higher' | 'lower' | 'neither';
type Kind = 'share' | 'latency' | 'size' | 'plain';

export interface MetricRow {
  readonly key: string;
  readonly label: string;
  readonly better: Better;
  /** One per version, undefined where it was not measured. */
  readonly values: ReadonlyArray<number | undefined>;
  readonly texts: readonly string[];
  /** Positions of the best value; empty where all are equal or only one is known. */
  readonly best: ReadonlySet<number>;
}

const leading = [
  'accuracy',
  'map50',
  'map5095',
  'map75',
  'f1',
  'precision',
  'recall',
  'logLoss',
  'latencyMs',
];

/** What models of a task are ranked by. */
export interface MainMetric {
  readonly key: 'accuracy' | 'map50';
  readonly label: string;
}

/** By what was measured: a detector has no accuracy. */
export function mainMetricOf(versions: readonly ModelVersion[]): MainMetric {
  const isDetector = versions.some(({ metrics }) => 'map50' in metrics || 'map5095' in metrics);
  return isDetector ? { key: 'map50', label: 'mAP 50' } : { key: 'accuracy', label: 'Accuracy' };
}

/** All metrics that any of `versions` has, the well-known ones first, then the size of the model. */
export function metricRows(versions: readonly ModelVersion[]): MetricRow[] {
  const keys = new Set(versions.flatMap((version) => Object.keys(version.metrics)));
  const known = leading.filter((key) => keys.has(key));
  const others = [...keys].filter((key) => !leading.includes(key)).toSorted();
  const rows = [...known, ...others].map((key) =>
    toRow(
      key,
      versions.map((version) => version.metrics[key]),
    ),
  );
  return [
    ...rows,
    toRow(
      'sizeBytes',
      versions.map((version) => version.sizeBytes),
    ),
  ];
}

function toRow(key: string, values: ReadonlyArray<number | undefined>): MetricRow {
  const better = betterOf(key);
  return {
    key,
    label: labels[key] ?? key,
    better,
    values,
    texts: values.map((value) => formatMetric(key, value)),
    best: bestPositions(values, better),
  };
}

/** A metric as its kind is written: share, time, size or number. */
export function formatMetric(key: string, value: number | undefined): string {
  if (value === undefined) return '–';
  switch (kindOf(key)) {
    case 'share':
      return formatPercent(value);
    case 'latency':
      return formatLatency(value);
    case 'size':
      return formatBytes(value);
    case 'plain':
      return formatValue(value);
  }
}

function bestPositions(values: ReadonlyArray<number | undefined>, better: Better): ReadonlySet<number> {
  const known = values.filter((value) => value !== undefined);
  const best = better === 'higher' ? Math.max(...known) : Math.min(...known);
  const isTie = known.every((value) => value === best);
  if (known.length < 2 || isTie || better === 'neither') return new Set();
  return new Set(values.flatMap((value, position) => (value === best ? [position] : [])));
}

function kindOf(key: string): Kind {
  if (/ms$/i.test(key)) return 'latency';
  if (/bytes$/i.test(key)) return 'size';
  return /accuracy|f1|precision|recall|^map|^ar\d|^ar[SML]/i.test(key) ? 'share' : 'plain';
}

function betterOf(key: string): Better {
  if (/threshold/i.test(key)) return 'neither';
  return /loss|ms$|bytes$|error/i.test(key) ? 'lower' : 'higher';
}

const labels: Readonly<Record<string, string>> = {
  accuracy: 'Accuracy',
  map50: 'mAP 50',
  map75: 'mAP 75',
  map5095: 'mAP 50–95',
  f1: 'F1, mean of classes',
  precision: 'Precision, mean of classes',
  recall: 'Recall, mean of classes',
  logLoss: 'Log loss',
  ar100: 'AR 100',
  bestThreshold: 'Best threshold',
  latencyMs: 'Latency, median',
  sizeBytes: 'Model size',
};
