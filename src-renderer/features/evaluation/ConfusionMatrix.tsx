/** Which class is taken for which: a heat map whose cells open their pictures. */
import { Link } from 'wouter';
import type { Evaluation } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPercent } from '../../components/formatting.ts';
import { dataHref } from '../image/image-filter.ts';
import classes from './ConfusionMatrix.module.css';

export function ConfusionMatrix({ evaluation }: { readonly evaluation: Evaluation }) {
  const { classNames, confusion } = evaluation.report;
  return (
    <div className={classes.scroller}>
      <table
        className={classes.matrix}
        data-testid="confusion-matrix"
        data-dense={classNames.length > 8 || undefined}
      >
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              True ↓ Predicted →
            </th>
            {classNames.map((name) => (
              <th key={name} scope="col" className={classes.column} title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classNames.map((trueClass, row) => (
            <tr key={trueClass}>
              <th scope="row" className={classes.rowName} title={trueClass}>
                {trueClass}
              </th>
              {classNames.map((predictedClass, column) => (
                <ConfusionCell
                  key={predictedClass}
                  evaluation={evaluation}
                  trueClass={trueClass}
                  predictedClass={predictedClass}
                  count={confusion[row]?.[column] ?? 0}
                  rowTotal={sum(confusion[row] ?? [])}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ConfusionCellProps {
  readonly evaluation: Evaluation;
  readonly trueClass: string;
  readonly predictedClass: string;
  readonly count: number;
  readonly rowTotal: number;
}

function ConfusionCell({ evaluation, trueClass, predictedClass, count, rowTotal }: ConfusionCellProps) {
  const share = rowTotal === 0 ? 0 : count / rowTotal;
  const isRight = trueClass === predictedClass;
  const label = `${formatCount(count)} ${trueClass}, predicted ${predictedClass}`;
  if (count === 0) {
    return (
      <td className={classes.cell}>
        <span className={classes.zero}>0</span>
      </td>
    );
  }
  const href = dataHref({ confusion: { evaluationId: evaluation.id, trueClass, predictedClass } });
  return (
    <td className={classes.cell}>
      <Link
        href={href}
        className={classes.link}
        data-right={isRight || undefined}
        style={{ '--heat': `${Math.round(heat(share, isRight) * 100)}%` } as Record<string, string>}
        aria-label={`${label}: show these pictures`}
        title={`${label} (${formatPercent(share)} of its class)`}
      >
        {formatCount(count)}
        <small className={classes.share}>{formatPercent(share, 0)}</small>
      </Link>
    </td>
  );
}

/**
 * Share of colour in a cell, 0 to 0.62, so that dark text stays readable on it. Mistakes are few and must be seen:
 * their colour rises faster than their share.
 */
function heat(share: number, isRight: boolean): number {
  return isRight ? 0.1 + share * 0.52 : Math.min(0.62, 0.12 + Math.sqrt(share) * 0.6);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
