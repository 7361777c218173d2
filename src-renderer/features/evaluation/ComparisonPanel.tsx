/** Two to four versions side by side, best values marked, and two of them tested on the same pictures. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { ModelVersion } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import { AliasBadge } from '../registry/AliasBadge.tsx';
import { metricRows } from '../registry/metric-table.ts';
import { modelReference, testSplitOf } from '../registry/model-reference.ts';
import classes from './ComparisonPanel.module.css';
import { ComparisonView } from './ComparisonView.tsx';

interface ComparisonPanelProps {
  /** Oldest first. */
  readonly versions: readonly ModelVersion[];
  readonly onClose: () => void;
}

export function ComparisonPanel({ versions, onClose }: ComparisonPanelProps) {
  const [first] = versions;
  const last = versions.at(-1);
  return (
    <Panel
      title="Comparison"
      note="Each measured on the test pictures of its own dataset version"
      actions={
        <Button variant="subtle" color="gray" leftSection={<X size={17} aria-hidden />} onClick={onClose}>
          Close
        </Button>
      }
      testId="comparison-panel"
    >
      <div className={classes.stack}>
        <div className={classes.table}>
          <SideBySide versions={versions} />
        </div>
        {first !== undefined && last !== undefined && first !== last && (
          <PairedComparison a={first} b={last} />
        )}
      </div>
    </Panel>
  );
}

function SideBySide({ versions }: { readonly versions: readonly ModelVersion[] }) {
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          {versions.map((version) => (
            <th key={version.version} scope="col" className={table.number}>
              <span className={classes.head}>
                {version.aliases.map((alias) => (
                  <AliasBadge key={alias} alias={alias} />
                ))}
                v{version.version}
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {metricRows(versions).map((row) => (
          <tr key={row.key}>
            <td>{row.label}</td>
            {row.texts.map((text, position) => (
              <td
                // biome-ignore lint/suspicious/noArrayIndexKey: the columns are the versions, in their order
                key={position}
                className={`${table.number} ${row.best.has(position) ? classes.best : ''}`}
              >
                {text}
                {row.best.has(position) && <span className={classes.bestWord}>best</span>}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface PairedComparisonProps {
  readonly a: ModelVersion;
  readonly b: ModelVersion;
}

/** Both on the test pictures of the newer one; evaluates what is missing, which can take a while. */
export function PairedComparison({ a, b }: PairedComparisonProps) {
  const dataset = testSplitOf(b) ?? testSplitOf(a);
  const settings = useQuery(station.system.getSettings.queryOptions());
  const query = useQuery({
    ...station.evaluation.compareModels.queryOptions({
      input: { a: modelReference(a), b: modelReference(b), dataset: dataset ?? '' },
    }),
    enabled: dataset !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (dataset === undefined) return <p>Neither version names the pictures that it was measured on.</p>;
  return (
    <section aria-label="On the same pictures">
      <h3 className={classes.heading}>
        v{a.version} and v{b.version} on the same test pictures
      </h3>
      <Loaded query={query} height={180}>
        {(comparison) => <ComparisonView comparison={comparison} margin={settings.data?.promotionMargin} />}
      </Loaded>
    </section>
  );
}
