/** What a detector does with each class, sorted by any column; counts open their pictures. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { DetectionReport, Evaluation } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPercent } from '../../components/formatting.ts';
import { SortHead } from '../../components/SortHead.tsx';
import table from '../../components/table.module.css';
import { useClasses } from '../annotation/use-classes.ts';
import { type ClassColumn, type ClassOrder, type DetectionClass, sortClasses } from './class-order.ts';
import classes from './DetectionClassTable.module.css';
import { picturesHref } from './evaluation-href.ts';
import { OpensPictures } from './OpensPictures.tsx';

interface DetectionClassTableProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
}

const heads: ReadonlyArray<readonly [key: ClassColumn, label: string, title: string]> = [
  ['className', 'Class', 'The name of the class'],
  ['support', 'Boxes', 'Boxes of the truth, crowds left out'],
  ['detections', 'Detections', 'At any confidence'],
  ['ap50', 'AP 50', 'Average precision at an overlap of 0.5'],
  ['ap75', 'AP 75', 'Average precision at an overlap of 0.75'],
  ['ap5095', 'AP 50–95', 'Mean average precision over overlaps of 0.50 to 0.95'],
  ['precision', 'Precision', 'At the best threshold of the class'],
  ['recall', 'Recall', 'At the best threshold of the class'],
  ['f1', 'F1', 'At the best threshold of the class'],
  ['bestThreshold', 'Best threshold', 'The confidence with the highest F1'],
];

export function DetectionClassTable({ evaluation, report }: DetectionClassTableProps) {
  const [order, setOrder] = useState<ClassOrder>({ by: 'ap50', isDescending: false });
  const direction = order.isDescending ? 'descending' : 'ascending';
  const sortBy = (by: ClassColumn): void =>
    setOrder({ by, isDescending: order.by === by ? !order.isDescending : by === 'support' });
  return (
    <table className={table.table} data-testid="per-class">
      <thead>
        <tr>
          {heads.map(([key, label, title]) => (
            <SortHead
              key={key}
              label={label}
              title={title}
              className={key === 'className' ? undefined : table.number}
              direction={order.by === key ? direction : undefined}
              onSort={() => sortBy(key)}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        {sortClasses(report.perClass, order).map((row) => (
          <ClassRow key={row.className} evaluation={evaluation} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function ClassRow({ evaluation, row }: { readonly evaluation: Evaluation; readonly row: DetectionClass }) {
  const { colorOf } = useClasses();
  const { className } = row;
  const hrefOf = (cell: { className?: string; trueClass?: string }): string =>
    picturesHref(evaluation, { query: { ...cell, isCell: true } });
  const errors = picturesHref(evaluation, { query: { kind: 'any', trueClass: className } });
  return (
    <tr>
      <td>
        <span className={classes.swatch} style={{ background: colorOf(className) }} />
        {className}
      </td>
      <td className={table.number}>
        {row.support === 0 ? (
          0
        ) : (
          <Link
            href={hrefOf({ trueClass: className })}
            aria-label={`Show the pictures with the ${row.support} boxes of ${className}`}
          >
            {formatCount(row.support)}
          </Link>
        )}
      </td>
      <td className={table.number}>
        {row.detections === 0 ? (
          0
        ) : (
          <Link
            href={hrefOf({ className })}
            aria-label={`Show the pictures with detections of ${className}`}
            title="Opens those that the confusion matrix counts"
          >
            {formatCount(row.detections)}
          </Link>
        )}
      </td>
      <td className={table.number}>
        <span className={classes.meter}>
          <span className={classes.track}>
            <span className={classes.fill} style={{ width: `${(row.ap50 ?? 0) * 100}%` }} />
          </span>
          <ClassFigure
            value={row.ap50}
            href={errors}
            title={`Opens the pictures with errors about ${className}`}
          />
        </span>
      </td>
      {[row.ap75, row.ap5095].map((value, index) => (
        <td key={index === 0 ? 'ap75' : 'ap5095'} className={table.number}>
          <ClassFigure
            value={value}
            href={errors}
            title={`Opens the pictures with errors about ${className}`}
          />
        </td>
      ))}
      <td className={table.number}>
        <ClassFigure
          value={row.precision}
          href={hrefOf({ className })}
          title={`Opens the pictures with what was taken for ${className}`}
        />
      </td>
      {[row.recall, row.f1].map((value, index) => (
        <td key={index === 0 ? 'recall' : 'f1'} className={table.number}>
          <ClassFigure
            value={value}
            href={hrefOf({ trueClass: className })}
            title={`Opens the pictures with boxes of ${className}, found or not`}
          />
        </td>
      ))}
      <td className={table.number}>{row.bestThreshold === null ? '–' : row.bestThreshold.toFixed(2)}</td>
    </tr>
  );
}

interface ClassFigureProps {
  readonly value: number | null;
  readonly href: string;
  readonly title: string;
}

function ClassFigure({ value, href, title }: ClassFigureProps) {
  if (value === null) return formatPercent(value);
  return (
    <OpensPictures href={href} title={title}>
      {formatPercent(value)}
    </OpensPictures>
  );
}
