/** Which class is taken for which: a heat map whose cells open their pictures. */
import { Link } from 'wouter';
import { formatCount, formatPercent } from '../../components/formatting.ts';
import classes from './ConfusionMatrix.module.css';

interface ConfusionMatrixProps {
  /** `counts[i][j]`: true class i predicted as class j. */
  readonly counts: ReadonlyArray<readonly number[]>;
  /** Of rows and columns alike; null is the background of a detector. */
  readonly names: ReadonlyArray<string | null>;
  readonly hrefOf: (trueClass: string | null, predictedClass: string | null) => string;
}

export function ConfusionMatrix({ counts, names, hrefOf }: ConfusionMatrixProps) {
  return (
    <div className={classes.scroller}>
      <table
        className={classes.matrix}
        data-testid="confusion-matrix"
        data-dense={names.length > 8 || undefined}
        data-huge={names.length > 18 || undefined}
      >
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              True ↓ Predicted →
            </th>
            {names.map((name) => (
              <th key={name} scope="col" className={classes.column} title={name ?? undefined}>
                {name ?? 'Not found'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((trueClass, row) => (
            <tr key={trueClass}>
              <th scope="row" className={classes.rowName} title={trueClass ?? undefined}>
                {trueClass ?? 'Nothing there'}
              </th>
              {names.map((predictedClass, column) => (
                <ConfusionCell
                  key={predictedClass}
                  trueClass={trueClass}
                  predictedClass={predictedClass}
                  count={counts[row]?.[column] ?? 0}
                  rowTotal={sum(counts[row] ?? [])}
                  href={hrefOf(trueClass, predictedClass)}
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
  readonly trueClass: string | null;
  readonly predictedClass: string | null;
  readonly count: number;
  readonly rowTotal: number;
  readonly href: string;
}

function ConfusionCell({ trueClass, predictedClass, count, rowTotal, href }: ConfusionCellProps) {
  if (count === 0) {
    const isNowhere = trueClass === null && predictedClass === null;
    return (
      <td className={classes.cell}>
        <span className={classes.zero}>{isNowhere ? '' : '0'}</span>
      </td>
    );
  }
  const share = rowTotal === 0 ? 0 : count / rowTotal;
  const isRight = trueClass === predictedClass;
  const label = describeCell(trueClass, predictedClass, count);
  return (
    <td className={classes.cell}>
      <Link
        href={href}
        className={classes.link}
        data-right={isRight || undefined}
        style={{ '--heat': `${Math.round(heat(share, isRight) * 100)}%` } as Record<string, string>}
        aria-label={`${label}: show these pictures`}
        title={`${label} (${formatPercent(share)} of its row)`}
      >
        {formatCount(count)}
        <small className={classes.share}>{formatPercent(share, 0)}</small>
      </Link>
    </td>
  );
}

function describeCell(trueClass: string | null, predictedClass: string | null, count: number): string {
  if (trueClass === null) return `${formatCount(count)} found as ${predictedClass} where there is nothing`;
  if (predictedClass === null) return `${formatCount(count)} ${trueClass}, not found`;
  return `${formatCount(count)} ${trueClass}, predicted ${predictedClass}`;
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
