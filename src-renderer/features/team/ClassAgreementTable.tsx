/** The agreement on each class, over all pairs: which class people see differently. */
import type { ClassAgreement } from '../../../src-preload/contract/index.ts';
import { formatCount } from '../../components/formatting.ts';
import table from '../../components/table.module.css';
import { textOf } from './agreement-measures.ts';
import classes from './Team.module.css';

interface ClassAgreementTableProps {
  readonly rows: readonly ClassAgreement[];
  /** Null: all classes. */
  readonly chosen: string | null;
  readonly onChoose: (className: string | null) => void;
}

export function ClassAgreementTable({ rows, chosen, onChoose }: ClassAgreementTableProps) {
  return (
    <table className={table.table} data-testid="class-agreement">
      <thead>
        <tr>
          <th>Class, all pairs</th>
          <th className={table.number}>Things</th>
          <th className={table.number}>F1</th>
          <th className={table.number}>Mean IoU</th>
          <th className={table.number}>κ</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const isChosen = row.className === chosen;
          return (
            <tr key={row.className} className={isChosen ? table.selected : undefined}>
              <td>
                <button
                  type="button"
                  className={classes.classChoice}
                  aria-pressed={isChosen}
                  onClick={() => onChoose(isChosen ? null : row.className)}
                >
                  {row.className}
                </button>
              </td>
              <td className={table.number}>{formatCount(row.things)}</td>
              <td className={table.number}>{textOf('f1', row)}</td>
              <td className={table.number}>{textOf('meanIou', row)}</td>
              <td className={table.number}>{textOf('kappa', row)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
