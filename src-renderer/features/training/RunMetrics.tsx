/** The last value of each metric of a run, results on the test pictures first. */
import type { Run } from '../../../src-preload/contract/index.ts';
import { formatPercent, formatValue } from '../../components/formatting.ts';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import { kindOf, metricLabel } from './curves.ts';

export function RunMetrics({ run }: { readonly run: Run }) {
  const rows = Object.entries(run.metrics).toSorted(
    ([a], [b]) => rankOf(a) - rankOf(b) || a.localeCompare(b),
  );
  return (
    <Panel title="Metrics" note="Last values" isFlush testId="run-metrics">
      <table className={table.table}>
        <tbody>
          {rows.map(([key, value]) => (
            <tr key={key}>
              <td className={table.soft}>{metricLabel(key)}</td>
              <td className={table.number}>
                {kindOf(key) === 'score' ? formatPercent(value) : formatValue(value)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

const order = [/^test/, /^best/, /^val/, /^train/];

function rankOf(key: string): number {
  const rank = order.findIndex((pattern) => pattern.test(key));
  return rank < 0 ? order.length : rank;
}
