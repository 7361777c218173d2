/** The figures of a detector at a glance: COCO's twelve, and what it does at its best threshold. */
import { Link } from 'wouter';
import type { DetectionReport, Evaluation } from '../../../src-preload/contract/index.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatCount, formatLatency, formatPercent, formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import classes from './DetectionHeadline.module.css';
import { picturesHref } from './evaluation-href.ts';

interface DetectionHeadlineProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
}

export function DetectionHeadline({ evaluation, report }: DetectionHeadlineProps) {
  return (
    <div className={classes.stack} data-testid="headline">
      <Figures>
        <Figure size="lg" label="mAP 50" value={formatPercent(report.map50)} note="At an overlap of 0.5" />
        <Figure size="lg" label="mAP 50–95" value={formatPercent(report.map5095)} note="Mean over overlaps" />
        <Figure size="lg" label="mAP 75" value={formatPercent(report.map75)} note="At an overlap of 0.75" />
        <Figure size="lg" label="F1" value={formatPercent(report.f1)} note={thresholdNote(report)} />
      </Figures>
      <Figures>
        <Figure label="Precision" value={formatPercent(report.precision)} note={thresholdNote(report)} />
        <Figure label="Recall" value={formatPercent(report.recall)} note={thresholdNote(report)} />
        <Figure label="AP small" value={formatPercent(report.mapSmall)} note="Below 32² px" />
        <Figure label="AP medium" value={formatPercent(report.mapMedium)} note="32² to 96² px" />
        <Figure label="AP large" value={formatPercent(report.mapLarge)} note="Above 96² px" />
        <Figure label="Latency, median" value={formatLatency(report.latencyMs.p50)} note={report.provider} />
      </Figures>
      <Figures>
        <Figure label="AR 1" value={formatPercent(report.ar1)} note="1 a picture and class" />
        <Figure label="AR 10" value={formatPercent(report.ar10)} note="10 a picture and class" />
        <Figure label="AR 100" value={formatPercent(report.ar100)} note="100 a picture and class" />
        <Figure
          label="Pictures"
          value={<Link href={picturesHref(evaluation)}>{formatCount(report.count)}</Link>}
          note={`${formatCount(report.backgroundCount)} without a box`}
        />
        <Figure
          label="Boxes of the truth"
          value={formatCount(report.truths)}
          note={report.crowds > 0 ? `and ${formatCount(report.crowds)} crowds` : 'no crowds'}
        />
        <Figure
          label="Detections"
          value={formatCount(report.detections)}
          note={`Confidence ${report.thresholds.leastConfidence} and up`}
        />
      </Figures>
      <CrowdedNotice count={report.crowdedCount ?? 0} />
    </div>
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
