/** What is in a version: counts by class, source and split, sizes, and what looks wrong. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { DatasetStatistics, DatasetVersion, SplitCounts } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatBytes, formatCount } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import { dataHref } from '../image/image-filter.ts';
import classes from './DatasetPanels.module.css';
import { datasetReference } from './dataset-href.ts';
import { SplitBar, SplitLegend } from './SplitBar.tsx';

export function DatasetStatisticsPanel({ version }: { readonly version: DatasetVersion }) {
  const reference = datasetReference(version);
  const query = useQuery(station.dataset.getStatistics.queryOptions({ input: { reference } }));
  return (
    <Panel title="Statistics" actions={<SplitLegend />}>
      <Loaded query={query} height={320}>
        {(statistics) => <Statistics statistics={statistics} reference={reference} />}
      </Loaded>
    </Panel>
  );
}

interface StatisticsProps {
  readonly statistics: DatasetStatistics;
  readonly reference: string;
}

function Statistics({ statistics, reference }: StatisticsProps) {
  const classRows = statistics.classes.map(({ className, counts }) => ({ name: className, counts }));
  const sourceRows = statistics.sources.map(({ source, counts }) => ({ name: source, counts }));
  return (
    <div className={classes.stack}>
      {statistics.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      <Figures>
        <Figure
          label="Pictures"
          value={<Link href={dataHref({ dataset: reference })}>{formatCount(statistics.total)}</Link>}
        />
        <Figure
          label="Width, median"
          value={`${statistics.width.median} px`}
          note={rangeText(statistics.width)}
        />
        <Figure
          label="Height, median"
          value={`${statistics.height.median} px`}
          note={rangeText(statistics.height)}
        />
        <Figure label="Size" value={formatBytes(statistics.sizeBytes)} />
        <Figure
          label="Imbalance"
          value={statistics.imbalance === null ? '–' : `${statistics.imbalance.toFixed(1)} : 1`}
          note="Largest to smallest class"
        />
      </Figures>
      <SplitTable
        heading="Class"
        rows={classRows}
        hrefOf={(className) => dataHref({ dataset: reference, className })}
      />
      {sourceRows.length > 1 && (
        <SplitTable
          heading="Source"
          rows={sourceRows}
          hrefOf={(source) => dataHref({ dataset: reference, source })}
        />
      )}
    </div>
  );
}

interface SplitTableProps {
  readonly heading: string;
  readonly rows: ReadonlyArray<{ readonly name: string; readonly counts: SplitCounts }>;
  readonly hrefOf: (name: string) => string;
}

function SplitTable({ heading, rows, hrefOf }: SplitTableProps) {
  const largest = Math.max(1, ...rows.map(({ counts }) => totalOf(counts)));
  return (
    <table className={`${table.table} ${classes.splits}`}>
      <thead>
        <tr>
          <th scope="col">{heading}</th>
          <th scope="col" className={table.number}>
            Train
          </th>
          <th scope="col" className={table.number}>
            Val
          </th>
          <th scope="col" className={table.number}>
            Test
          </th>
          <th scope="col" className={classes.barColumn}>
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, counts }) => (
          <tr key={name}>
            <td>
              <Link href={hrefOf(name)} className={table.rowLink}>
                {name}
              </Link>
            </td>
            <td className={table.number}>{formatCount(counts.train)}</td>
            <td className={table.number}>{formatCount(counts.val)}</td>
            <td className={table.number}>{formatCount(counts.test)}</td>
            <td>
              <SplitBar counts={counts} scale={largest} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function totalOf(counts: SplitCounts): number {
  return counts.train + counts.val + counts.test;
}

function rangeText({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? 'All the same' : `${min} to ${max} px`;
}
