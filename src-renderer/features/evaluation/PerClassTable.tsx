/** Precision, recall and F1 of each class, the weakest first. */
import { Link } from 'wouter';
import type { ClassificationReport, Evaluation } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPercent } from '../../components/formatting.ts';
import table from '../../components/table.module.css';
import { dataHref } from '../image/image-filter.ts';
import classes from './PerClassTable.module.css';

interface PerClassTableProps {
  readonly evaluation: Evaluation;
  readonly report: ClassificationReport;
}

export function PerClassTable({ evaluation, report }: PerClassTableProps) {
  const rows = report.perClass.toSorted((a, b) => (a.f1 ?? -1) - (b.f1 ?? -1));
  return (
    <table className={table.table} data-testid="per-class">
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" className={table.number}>
            Precision
          </th>
          <th scope="col" className={table.number}>
            Recall
          </th>
          <th scope="col">F1</th>
          <th scope="col" className={table.number}>
            Pictures
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.className}>
            <td>{row.className}</td>
            <td className={table.number}>{formatPercent(row.precision)}</td>
            <td className={table.number}>{formatPercent(row.recall)}</td>
            <td>
              <span className={classes.meter}>
                <span className={classes.track}>
                  <span className={classes.fill} style={{ width: `${(row.f1 ?? 0) * 100}%` }} />
                </span>
                {formatPercent(row.f1)}
              </span>
            </td>
            <td className={table.number}>
              <Link
                href={dataHref({ confusion: { evaluationId: evaluation.id, trueClass: row.className } })}
                aria-label={`Show the ${row.support} test pictures of ${row.className}`}
              >
                {formatCount(row.support)}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
