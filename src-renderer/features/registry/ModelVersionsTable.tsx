/** The versions of one model: measures, lineage, and a box each for comparison. */
import { Checkbox } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import type { ModelVersion } from '../../../src-preload/contract/index.ts';
import { formatDateTime } from '../../components/formatting.ts';
import table from '../../components/table.module.css';
import { AliasBadge } from './AliasBadge.tsx';
import classes from './ModelVersionsTable.module.css';
import { formatMetric, type MainMetric, mainMetricOf } from './metric-table.ts';
import { modelHref } from './model-reference.ts';

/** More columns than this can not be read side by side. */
export const comparedLimit = 4;

interface ModelVersionsTableProps {
  readonly versions: readonly ModelVersion[];
  readonly selected: number | undefined;
  readonly compared: ReadonlySet<number>;
  readonly onCompare: (version: number, isCompared: boolean) => void;
}

export function ModelVersionsTable({ versions, selected, compared, onCompare }: ModelVersionsTableProps) {
  const main = mainMetricOf(versions);
  return (
    <table className={`${table.table} ${table.rows}`} data-testid="model-versions">
      <thead>
        <tr>
          <th scope="col">Compare</th>
          <th scope="col">Version</th>
          <th scope="col" className={table.number}>
            {main.label}
          </th>
          <th scope="col" className={table.number}>
            {secondLabel[main.key]}
          </th>
          <th scope="col" className={table.number}>
            Latency
          </th>
          <th scope="col">Learned from</th>
          <th scope="col">Registered</th>
        </tr>
      </thead>
      <tbody>
        {versions.map((version) => (
          <VersionRow
            key={version.version}
            version={version}
            main={main}
            isSelected={version.version === selected}
            isCompared={compared.has(version.version)}
            isFull={compared.size >= comparedLimit}
            onCompare={onCompare}
          />
        ))}
      </tbody>
    </table>
  );
}

/** The figure beside the one that models are ranked by. */
const second = { accuracy: 'f1', map50: 'map5095' } as const satisfies Record<MainMetric['key'], string>;
const secondLabel = { accuracy: 'F1', map50: 'mAP 50–95' } as const satisfies Record<
  MainMetric['key'],
  string
>;

interface VersionRowProps {
  readonly version: ModelVersion;
  readonly main: MainMetric;
  readonly isSelected: boolean;
  readonly isCompared: boolean;
  readonly isFull: boolean;
  readonly onCompare: (version: number, isCompared: boolean) => void;
}

function VersionRow({ version, main, isSelected, isCompared, isFull, onCompare }: VersionRowProps) {
  const [, navigate] = useLocation();
  return (
    <tr className={isSelected ? table.selected : undefined} onClick={() => navigate(modelHref(version))}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keeps a press beside the box from opening the row */}
      <td onClick={(event) => event.stopPropagation()}>
        <Checkbox
          size="md"
          classNames={{ body: classes.hit ?? '' }}
          aria-label={`Compare version ${version.version}`}
          checked={isCompared}
          disabled={isFull && !isCompared}
          onChange={(event) => onCompare(version.version, event.currentTarget.checked)}
        />
      </td>
      <td>
        <div className={classes.version}>
          <Link href={modelHref(version)} className={table.rowLink} aria-current={isSelected || undefined}>
            v{version.version}
          </Link>
          {version.aliases.map((alias) => (
            <AliasBadge key={alias} alias={alias} />
          ))}
        </div>
        <div className={table.soft}>{version.architecture}</div>
      </td>
      <td className={table.number}>{formatMetric(main.key, version.metrics[main.key])}</td>
      <td className={table.number}>{formatMetric(second[main.key], version.metrics[second[main.key]])}</td>
      <td className={table.number}>{formatMetric('latencyMs', version.metrics.latencyMs)}</td>
      <td>{version.dataset === null ? '–' : `${version.dataset.name} v${version.dataset.version}`}</td>
      <td>{formatDateTime(version.createdAt)}</td>
    </tr>
  );
}
