/** What a detector gets wrong, by kind, with the average precision that each kind costs; each opens its pictures. */
import { Link } from 'wouter';
import type { DetectionReport, Evaluation } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPercent } from '../../components/formatting.ts';
import classes from './ErrorBars.module.css';
import { kindTexts } from './error-kinds.ts';
import { picturesHref } from './evaluation-href.ts';

interface ErrorBarsProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
}

export function ErrorBars({ evaluation, report }: ErrorBarsProps) {
  const largest = Math.max(0.001, ...report.errors.map(({ apCost }) => apCost));
  return (
    <div data-testid="error-kinds">
      <ul className={classes.list}>
        {report.errors.map(({ kind, count, apCost }) => (
          <li key={kind}>
            <Link
              href={picturesHref(evaluation, { query: { kind } })}
              className={classes.row}
              aria-disabled={count === 0 || undefined}
              title={kindTexts[kind].meaning}
            >
              <span className={classes.name}>
                {kindTexts[kind].name}
                <small>{kindTexts[kind].meaning}</small>
              </span>
              <span className={classes.track}>
                <span
                  className={classes.fill}
                  data-kind={kind}
                  style={{ width: `${(Math.max(0, apCost) / largest) * 100}%` }}
                />
              </span>
              <span className={classes.cost}>{formatPercent(apCost)}</span>
              <span className={classes.count}>{formatCount(count)}</span>
            </Link>
          </li>
        ))}
      </ul>
      <p className={classes.foot}>
        Average precision at an overlap of {report.thresholds.iou} that would be gained by putting one kind
        right. All wrong detections together cost {formatPercent(report.falsePositiveApCost)}, all truths that
        were not found {formatPercent(report.falseNegativeApCost)}.
      </p>
    </div>
  );
}
