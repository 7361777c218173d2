/** The ticked runs as columns, every setting and result as a row; rows in which they differ are marked. */
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Run } from '../../../src-preload/contract/index.ts';
import { lineColor, useChartPalette } from '../../components/chart-palette.ts';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import { runHref } from '../training/run-facts.ts';
import classes from './ParameterTable.module.css';
import { type ColumnGroup, columnsOf, isVaried, runLabel } from './run-columns.ts';

/** What was set comes before what came of it; single batches say nothing. */
const groupOrder: readonly ColumnGroup[] = ['run', 'param', 'metric'];

export function ParameterTable({ runs }: { readonly runs: readonly Run[] }) {
  const [isOnlyVaried, setOnlyVaried] = useState(true);
  const palette = useChartPalette();
  const rows = columnsOf(runs)
    .filter(({ key }) => key !== 'run.name' && !key.startsWith('metric.batch'))
    .toSorted((a, b) => groupOrder.indexOf(a.group) - groupOrder.indexOf(b.group))
    .map((column) => ({ column, isMarked: isVaried(column, runs) }))
    .filter(({ isMarked }) => isMarked || !isOnlyVaried);
  return (
    <Panel
      title="Side by side"
      isFlush
      testId="parameters"
      actions={
        <Switch
          label="Differences only"
          checked={isOnlyVaried}
          onChange={(event) => setOnlyVaried(event.currentTarget.checked)}
        />
      }
    >
      <table className={`${table.table} ${classes.table}`}>
        <thead>
          <tr>
            <th scope="col">Setting or result</th>
            {runs.map((run, index) => (
              <th key={run.id} scope="col">
                <span className={classes.swatch} style={{ background: lineColor(palette, index) }} />
                <Link href={runHref(run)} className={table.rowLink}>
                  {runLabel(run, runs)}
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ column, isMarked }) => (
            <tr key={column.key} data-varied={isMarked || undefined}>
              <th scope="row">{column.label}</th>
              {runs.map((run) => (
                <td key={run.id}>{column.textOf(run)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className={classes.none}>These runs do not differ in anything.</p>}
    </Panel>
  );
}
