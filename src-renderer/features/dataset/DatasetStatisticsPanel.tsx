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
  const { background } = statistics;
  const isOfBoxes = background !== null;
  const classRows = statistics.classes.map(({ className, counts }) => ({ name: className, counts }));
  const boxRows = statistics.classes.flatMap(({ className, boxes }) =>
    boxes === null ? [] : [{ name: className, counts: boxes }],
  );
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
        {isOfBoxes && (
          <>
            <Figure
              label="Boxes"
              value={formatCount(boxRows.reduce((sum, { counts }) => sum + totalOf(counts), 0))}
            />
            <Figure
              label="Background"
              value={formatCount(totalOf(background))}
              note="Pictures without a box"
            />
          </>
        )}
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
      {isOfBoxes && (
        <SplitTable
          heading="Boxes of a class"
          rows={boxRows}
          hrefOf={(className) => dataHref({ dataset: reference, className })}
        />
      )}
      <SplitTable
        heading={isOfBoxes ? 'Pictures with a class' : 'Class'}
        rows={isOfBoxes ? [...classRows, { name: backgroundName, counts: background }] : classRows}
        hrefOf={(className) =>
          className === backgroundName ? undefined : dataHref({ dataset: reference, className })
        }
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
  /** Undefined where no filter leads to these pictures. */
  readonly hrefOf: (name: string) => string | undefined;
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
              <RowName name={name} href={hrefOf(name)} />
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

/** Stands in the table for the pictures without a box. */
const backgroundName = 'No box: background';

function RowName({ name, href }: { readonly name: string; readonly href: string | undefined }) {
  if (href === undefined) return name;
  return (
    <Link href={href} className={table.rowLink}>
      {name}
    </Link>
  );
}

function totalOf(counts: SplitCounts): number {
  return counts.train + counts.val + counts.test;
}

function rangeText({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? 'All the same' : `${min} to ${max} px`;
}
