/** Each annotator against each: a heat map whose cells open the pictures on which the two disagree. */
import type { AnnotatorPair } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import classes from './AgreementMatrix.module.css';
import { heatOf, type Measured, type MeasureKey, measures, textOf } from './agreement-measures.ts';

interface AgreementMatrixProps {
  readonly pairs: readonly AnnotatorPair[];
  readonly measure: MeasureKey;
  /** Null: over all classes. */
  readonly className: string | null;
  readonly onOpen: (first: string, second: string) => void;
}

export function AgreementMatrix({ pairs, measure, className, onOpen }: AgreementMatrixProps) {
  const names = [...new Set(pairs.flatMap(({ first, second }) => [first, second]))].sort((a, b) =>
    a.localeCompare(b),
  );
  const find = (a: string, b: string) =>
    pairs.find(({ first, second }) => (first === a && second === b) || (first === b && second === a));
  return (
    <div className={classes.scroller}>
      <table className={classes.matrix} data-testid="agreement-matrix">
        <thead>
          <tr>
            <td className={classes.corner} />
            {names.map((name) => (
              <th key={name} scope="col" className={classes.name} title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((row) => (
            <tr key={row}>
              <th scope="row" className={classes.name} title={row}>
                {row}
              </th>
              {names.map((column) => (
                <td key={column} className={classes.cell}>
                  <PairCell
                    pair={find(row, column)}
                    measure={measure}
                    className={className}
                    onOpen={onOpen}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PairCellProps extends Pick<AgreementMatrixProps, 'measure' | 'className' | 'onOpen'> {
  /** Undefined where the two have no picture in common, and of one with oneself. */
  readonly pair: AnnotatorPair | undefined;
}

function PairCell({ pair, measure, className, onOpen }: PairCellProps) {
  const measured: Measured | undefined =
    className === null ? pair : pair?.classes.find((one) => one.className === className);
  if (pair === undefined || measured === undefined) return <span className={classes.none}>–</span>;
  const { isGood, strength } = heatOf(measured[measure]);
  const text = textOf(measure, measured);
  const names = `${pair.first} and ${pair.second}`;
  return (
    <button
      type="button"
      className={classes.value}
      data-good={isGood || undefined}
      style={{ '--heat': `${Math.round(strength * 100)}%` } as Record<string, string>}
      disabled={measured.differing === 0}
      onClick={() => onOpen(pair.first, pair.second)}
      aria-label={`${names}: ${measures[measure].name} ${text}, ${formatPlural(measured.differing, 'picture')} with a difference: show them`}
      title={`${names}, ${formatPlural(pair.pictures, 'picture')}, ${formatPlural(measured.things, 'thing')}`}
    >
      {text}
      <small className={classes.differing}>
        {formatCount(measured.differing)} of {formatCount(pair.pictures)} differ
      </small>
    </button>
  );
}
