/** All dataset versions, newest first. */
import { Link, useLocation } from 'wouter';
import type { DatasetVersion } from '../../../src-preload/contract/index.ts';
import { formatCount, formatDateTime } from '../../components/formatting.ts';
import table from '../../components/table.module.css';
import { datasetHref } from './dataset-href.ts';
import { SplitBar } from './SplitBar.tsx';

interface VersionsTableProps {
  readonly versions: readonly DatasetVersion[];
  readonly selected: DatasetVersion | undefined;
}

export function VersionsTable({ versions, selected }: VersionsTableProps) {
  const [, navigate] = useLocation();
  return (
    <table className={`${table.table} ${table.rows}`} data-testid="dataset-versions">
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col" className={table.number}>
            Pictures
          </th>
          <th scope="col">Train, val, test</th>
        </tr>
      </thead>
      <tbody>
        {versions.map((version) => (
          <tr
            key={datasetHref(version)}
            className={version === selected ? table.selected : undefined}
            onClick={() => navigate(datasetHref(version))}
          >
            <td>
              <Link
                href={datasetHref(version)}
                className={table.rowLink}
                aria-current={version === selected || undefined}
              >
                {version.name} · v{version.version}
              </Link>
              <div className={table.soft}>{formatDateTime(version.createdAt)}</div>
            </td>
            <td className={table.number}>
              {formatCount(version.counts.train + version.counts.val + version.counts.test)}
            </td>
            <td>
              <SplitBar counts={version.counts} />
              <div className={table.soft}>
                {formatCount(version.counts.train)} / {formatCount(version.counts.val)} /{' '}
                {formatCount(version.counts.test)}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
