/** Reports of evaluations as lines for people. */
import type { DetectionReport } from '../../../src-preload/contract/detection-report.ts';
import type { ClassificationReport } from '../../../src-preload/contract/evaluation.ts';
import { formatFields, formatPercent, formatTable } from './answer.ts';

interface ReportSubject {
  readonly model: string;
  readonly dataset: string;
}

export function describeClassification(report: ClassificationReport, about: ReportSubject): string {
  const { accuracy, accuracyInterval, precision, recall, f1, logLoss, count, perClass } = report;
  const [low, high] = accuracyInterval.map(formatPercent);
  const figures = formatFields({
    ...about,
    pictures: count,
    accuracy: `${formatPercent(accuracy)} (95 % ${low} to ${high})`,
    precision: formatPercent(precision),
    recall: formatPercent(recall),
    f1: formatPercent(f1),
    logLoss: logLoss.toFixed(4),
    latency: describeLatency(report),
  });
  const classes = perClass.map((one) => [
    one.className,
    formatPercent(one.precision),
    formatPercent(one.recall),
    formatPercent(one.f1),
    one.support,
  ]);
  const perClassTable = formatTable(['class', 'precision', 'recall', 'f1', 'support'], classes);
  return [figures, perClassTable, describeConfusion(report.classNames, report.confusion)].join('\n\n');
}

export function describeDetection(report: DetectionReport, about: ReportSubject): string {
  const { bestThreshold, classNames, confusion } = report;
  const figures = formatFields({
    ...about,
    pictures: `${report.count} with ${report.truths} boxes`,
    'mAP@0.5': formatPercent(report.map50),
    'mAP@0.5:0.95': formatPercent(report.map5095),
    'mAP@0.75': formatPercent(report.map75),
    'small, medium, large': [report.mapSmall, report.mapMedium, report.mapLarge]
      .map(formatPercent)
      .join(', '),
    'recall of 1, 10, 100': [report.ar1, report.ar10, report.ar100].map(formatPercent).join(', '),
    'best threshold': bestThreshold?.toFixed(3),
    'precision, recall, f1': [report.precision, report.recall, report.f1].map(formatPercent).join(', '),
    latency: describeLatency(report),
    ...(report.crowdedCount && { note: describeCrowded(report.crowdedCount) }),
  });
  const parts = [figures, describeClasses(report), describeErrors(report)];
  if (classNames.length <= mostColumns) {
    parts.push(describeConfusion([...classNames, 'background'], confusion));
  }
  return parts.join('\n\n');
}

/** A wider matrix is no help in a terminal; the document has it. */
const mostColumns = 12;

function describeCrowded(count: number): string {
  const which = count === 1 ? '1 picture has' : `${count} pictures have`;
  return `${which} more than 100 boxes of a class: AP and recall of 1, 10, 100 look at 100, the other figures at all`;
}

function describeClasses({ perClass }: DetectionReport): string {
  const present = perClass.filter(({ support }) => support > 0);
  const rows = present.map((one) => [
    one.className,
    ...[one.ap50, one.ap5095, one.precision, one.recall, one.f1].map(formatPercent),
    one.support,
  ]);
  return formatTable(['class', 'AP@0.5', 'AP@0.5:0.95', 'precision', 'recall', 'f1', 'boxes'], rows);
}

function describeErrors({ errors }: DetectionReport): string {
  const rows = errors.map(({ kind, count, apCost }) => [kind, count, formatPercent(apCost)]);
  return formatTable(['error', 'boxes', 'costs AP@0.5'], rows);
}

function describeConfusion(classNames: readonly string[], confusion: readonly (readonly number[])[]): string {
  return formatTable(
    ['true \\ predicted', ...classNames],
    confusion.map((row, index) => [classNames[index] ?? '', ...row]),
  );
}

function describeLatency({ latencyMs, provider }: Pick<DetectionReport, 'latencyMs' | 'provider'>): string {
  return `p50 ${latencyMs.p50.toFixed(2)} ms, p95 ${latencyMs.p95.toFixed(2)} ms (${provider})`;
}
