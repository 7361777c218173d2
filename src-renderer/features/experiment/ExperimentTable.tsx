/** All runs as rows, sorted by any column; what sets the ticked ones apart is tinted. */
import { Checkbox } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { Link, useLocation } from 'wouter';
import type { Run } from '../../../src-preload/contract/index.ts';
import { lineColor, useChartPalette } from '../../components/chart-palette.ts';
import { SortHead } from '../../components/SortHead.tsx';
import { StatusChip } from '../../components/StatusChip.tsx';
import table from '../../components/table.module.css';
import { runHref } from '../training/run-facts.ts';
import classes from './ExperimentTable.module.css';
import type { RunColumn } from './run-columns.ts';
import type { RunOrder } from './run-order.ts';
import type { ExperimentSelection } from './use-experiment-selection.ts';

interface ExperimentTableProps {
  /** Sorted. */
  readonly runs: readonly Run[];
  readonly columns: readonly RunColumn[];
  /** Keys of the columns in which the ticked runs differ. */
  readonly varied: ReadonlySet<string>;
  readonly order: RunOrder;
  readonly selection: ExperimentSelection;
  readonly onSort: (column: RunColumn) => void;
}

export function ExperimentTable(props: ExperimentTableProps) {
  const { runs, columns, order, onSort } = props;
  return (
    <div className={classes.scroller}>
      <table className={`${table.table} ${table.rows}`} data-testid="experiments">
        <thead>
          <tr>
            <th scope="col" className={classes.tick}>
              <span className={classes.hidden}>Compare</span>
            </th>
            {columns.map((column) => (
              <SortHead
                key={column.key}
                label={column.label}
                className={column.isNumber ? table.number : undefined}
                direction={order.by === column.key ? directionOf(order) : undefined}
                onSort={() => onSort(column)}
              />
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={moveBetweenRows}>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} {...props} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunRow({ run, columns, varied, selection }: ExperimentTableProps & { readonly run: Run }) {
  const [, navigate] = useLocation();
  const palette = useChartPalette();
  const position = selection.ids.indexOf(run.id);
  const isSelected = position >= 0;
  return (
    <tr className={isSelected ? table.selected : undefined} onClick={() => navigate(runHref(run))}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keeps a press beside the box from opening the row */}
      <td className={classes.tick} onClick={(event) => event.stopPropagation()}>
        <Checkbox
          size="md"
          classNames={{ body: classes.hit ?? '' }}
          color={lineColor(palette, Math.max(0, position))}
          aria-label={`Compare ${run.name}`}
          checked={isSelected}
          disabled={selection.isFull && !isSelected}
          onChange={() => selection.toggle(run.id)}
        />
      </td>
      {columns.map((column) => (
        <td
          key={column.key}
          className={column.isNumber ? table.number : undefined}
          data-varied={(isSelected && varied.has(column.key)) || undefined}
        >
          <RunCell run={run} column={column} />
        </td>
      ))}
    </tr>
  );
}

function RunCell({ run, column }: { readonly run: Run; readonly column: RunColumn }) {
  if (column.key === 'run.status') return <StatusChip status={run.status} />;
  const text = column.textOf(run);
  if (column.key !== 'run.name') return text;
  return (
    <Link href={runHref(run)} className={table.rowLink}>
      {text}
    </Link>
  );
}

function directionOf({ isDescending }: RunOrder): 'ascending' | 'descending' {
  return isDescending ? 'descending' : 'ascending';
}

/** Up and down go from box to box, Enter opens the run of the box. */
function moveBetweenRows(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const row = event.target instanceof Element ? event.target.closest('tr') : null;
  if (row === null) return;
  const next = event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    next?.querySelector<HTMLElement>('input[type="checkbox"]')?.focus();
  }
  const isOnBox = event.target instanceof HTMLInputElement;
  if (event.key === 'Enter' && isOnBox) row.querySelector<HTMLElement>('a')?.click();
}
