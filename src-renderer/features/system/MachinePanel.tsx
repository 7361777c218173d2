/** The machine and the station's process on it. */
import type { Health } from '../../../src-preload/contract/index.ts';
import { formatBytes, formatDateTime, formatDuration } from '../../components/formatting.ts';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';

export function MachinePanel({ health }: { readonly health: Health }) {
  const { cpu, memory } = health;
  const rows: ReadonlyArray<readonly [name: string, value: string]> = [
    ['Processor', `${cpu.model}, ${cpu.cores} cores`],
    ['Memory', `${formatBytes(memory.freeBytes)} free of ${formatBytes(memory.totalBytes)}`],
    ['Station uses', formatBytes(memory.stationBytes)],
    ['System', health.platform],
    ['Fieldstation', `${health.version} (${health.host}), Node ${health.node}`],
    ['Running since', `${formatDateTime(health.startedAt)} (${formatDuration(health.uptimeMs)})`],
  ];
  return (
    <Panel title="Machine" isFlush>
      <table className={table.table}>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <td className={table.soft}>{name}</td>
              <td style={{ overflowWrap: 'anywhere' }}>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
