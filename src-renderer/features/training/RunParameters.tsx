/** All parameters of a run, as they were used. */
import type { Run } from '../../../src-preload/contract/index.ts';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import { metricLabel } from './curves.ts';

export function RunParameters({ run }: { readonly run: Run }) {
  const rows = Object.entries(run.params).toSorted(([a], [b]) => a.localeCompare(b));
  return (
    <Panel title="Parameters" isFlush>
      <table className={table.table}>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <td className={table.soft}>{metricLabel(name)}</td>
              <td style={{ overflowWrap: 'anywhere' }}>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
