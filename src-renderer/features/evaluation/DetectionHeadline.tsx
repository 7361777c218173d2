/** The figures of a detector at a glance: COCO's twelve, and what it does at its best threshold. */
import type { DetectionReport, Evaluation } from '../../../src-preload/contract/index.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatCount, formatLatency, formatPercent, formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import classes from './DetectionHeadline.module.css';
import { type BoxSize, type PictureQuery, picturesHref, sizeHref } from './evaluation-href.ts';
import { OpensPictures } from './OpensPictures.tsx';

interface DetectionHeadlineProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
}

export function DetectionHeadline({ evaluation, report }: DetectionHeadlineProps) {
  return (
    <div className={classes.stack} data-testid="headline">
      <Figures>
        {largeFigures(report).map(({ label, value, note, query, title }) => (
          <Figure
            key={label}
            size="lg"
            label={label}
            value={<Opening evaluation={evaluation} value={value} query={query} title={title} />}
            note={note}
          />
        ))}
      </Figures>
      <Figures>
        {thresholdFigures(report).map(({ label, value, note, query, title }) => (
          <Figure
            key={label}
            label={label}
            value={<Opening evaluation={evaluation} value={value} query={query} title={title} />}
            note={note}
          />
        ))}
        <SizeFigure evaluation={evaluation} report={report} size="small" note="Below 32² px" />
        <SizeFigure evaluation={evaluation} report={report} size="medium" note="32² to 96² px" />
        <SizeFigure evaluation={evaluation} report={report} size="large" note="Above 96² px" />
        <Figure label="Latency, median" value={formatLatency(report.latencyMs.p50)} note={report.provider} />
      </Figures>
      <CountFigures evaluation={evaluation} report={report} />
      <CrowdedNotice count={report.crowdedCount ?? 0} />
    </div>
  );
}

/** A share with the pictures that keep it from being 1. */
interface OpeningFigure {
  readonly label: string;
  readonly value: number | null;
  readonly note: string;
  readonly query: PictureQuery;
  readonly title: string;
}

const errors = { query: { kind: 'any' }, title: 'Opens the pictures with errors' } as const;

function largeFigures(report: DetectionReport): OpeningFigure[] {
  const { map50, map5095, map75, f1, thresholds } = report;
  return [
    { label: 'mAP 50', value: map50, note: 'At an overlap of 0.5', ...errors },
    { label: 'mAP 50–95', value: map5095, note: 'Mean over overlaps', ...errors },
    { label: 'mAP 75', value: map75, note: 'At an overlap of 0.75', ...errors },
    {
      ...{ label: 'F1', value: f1, note: thresholdNote(report) },
      query: { kind: 'any', minScore: thresholds.confidence },
      title: 'Opens the pictures with errors from that confidence on',
    },
  ];
}

/** What the matrix counts at its threshold: its last row lowers precision, its last column recall. */
function thresholdFigures(report: DetectionReport): OpeningFigure[] {
  return [
    {
      ...{ label: 'Precision', value: report.precision, note: thresholdNote(report) },
      query: { isCell: true, trueClass: null },
      title: 'Opens the pictures with detections of nothing',
    },
    {
      ...{ label: 'Recall', value: report.recall, note: thresholdNote(report) },
      query: { isCell: true, className: null },
      title: 'Opens the pictures with boxes that were not found',
    },
  ];
}

interface OpeningProps {
  readonly evaluation: Evaluation;
  readonly value: number | null;
  readonly query: PictureQuery;
  readonly title: string;
}

function Opening({ evaluation, value, query, title }: OpeningProps) {
  if (value === null) return formatPercent(value);
  return (
    <OpensPictures href={picturesHref(evaluation, { query })} title={title}>
      {formatPercent(value)}
    </OpensPictures>
  );
}

const sizeFigures = { small: 'mapSmall', medium: 'mapMedium', large: 'mapLarge' } as const;

interface SizeFigureProps extends DetectionHeadlineProps {
  readonly size: BoxSize;
  readonly note: string;
}

function SizeFigure({ evaluation, report, size, note }: SizeFigureProps) {
  const value = report[sizeFigures[size]];
  const text = formatPercent(value);
  const opening = (
    <OpensPictures href={sizeHref(evaluation, size)} title={`Opens the pictures with ${size} boxes`}>
      {text}
    </OpensPictures>
  );
  return <Figure label={`AP ${size}`} value={value === null ? text : opening} note={note} />;
}

function CountFigures({ evaluation, report }: DetectionHeadlineProps) {
  const { thresholds, crowds } = report;
  const all = (title: string, count: number, query: PictureQuery = {}) => (
    <OpensPictures href={picturesHref(evaluation, { query })} title={title}>
      {formatCount(count)}
    </OpensPictures>
  );
  const recalls = [
    { label: 'AR 1', value: report.ar1, note: '1 a picture and class' },
    { label: 'AR 10', value: report.ar10, note: '10 a picture and class' },
    { label: 'AR 100', value: report.ar100, note: '100 a picture and class' },
  ];
  const missed = { query: { kind: 'missed' }, title: 'Opens the pictures with missed boxes' } as const;
  return (
    <Figures>
      {recalls.map(({ label, value, note }) => (
        <Figure
          key={label}
          label={label}
          value={<Opening evaluation={evaluation} value={value} {...missed} />}
          note={note}
        />
      ))}
      <Figure
        label="Pictures"
        value={all('Opens all pictures', report.count)}
        note={`${formatCount(report.backgroundCount)} without a box`}
      />
      <Figure
        label="Boxes of the truth"
        value={all('Opens all pictures with their boxes', report.truths)}
        note={crowds > 0 ? `and ${formatCount(crowds)} crowds` : 'no crowds'}
      />
      <Figure
        label="Detections"
        value={all('Opens all pictures with all detections', report.detections, {
          minScore: thresholds.leastConfidence,
        })}
        note={`From ${thresholds.leastConfidence} on`}
      />
    </Figures>
  );
}

/** Why average precision stays below what precision and recall promise. */
function CrowdedNotice({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return (
    <Notice tone="info" title={`${formatPlural(count, 'picture')} with more than 100 boxes of a class`}>
      Average precision and recall after COCO look at the 100 most certain detections of a class on each
      picture and can not reach 100 % there. Precision, recall and F1 at a threshold look at all of them.
    </Notice>
  );
}

function thresholdNote({ bestThreshold }: DetectionReport): string {
  return bestThreshold === null ? 'No threshold' : `At confidence ${bestThreshold.toFixed(2)}`;
}
