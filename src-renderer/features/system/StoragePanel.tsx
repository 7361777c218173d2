/** The disk: what the station keeps on it, and how much room is left. */
import type { Health } from '../../../src-preload/contract/index.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatBytes, formatCount, formatPercent } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import classes from './StoragePanel.module.css';

/** Below this, a training run's checkpoints may not fit. */
const lowDiskBytes = 2_000_000_000;

export function StoragePanel({ health }: { readonly health: Health }) {
  const { disk } = health;
  const own = disk.databaseBytes + disk.blobsBytes;
  const other = Math.max(0, disk.totalBytes - disk.freeBytes - own);
  const share = (bytes: number): string => `${(bytes / Math.max(1, disk.totalBytes)) * 100}%`;
  return (
    <Panel title="Disk" note={health.dataDir}>
      <div className={classes.stack}>
        {disk.freeBytes < lowDiskBytes && (
          <Notice tone="warn" title="The disk is nearly full">
            Imports and checkpoints need room. Nothing is lost when it runs out, but work stops.
          </Notice>
        )}
        <div className={classes.bar} role="img" aria-label={`${formatBytes(disk.freeBytes)} free`}>
          <span className={classes.own} style={{ width: share(own) }} />
          <span className={classes.other} style={{ width: share(other) }} />
        </div>
        <Figures>
          <Figure
            label="Free"
            value={formatBytes(disk.freeBytes)}
            note={`${formatPercent(disk.freeBytes / Math.max(1, disk.totalBytes), 0)} of ${formatBytes(disk.totalBytes)}`}
          />
          <Figure label="Database" value={formatBytes(disk.databaseBytes)} />
          <Figure
            label="Pictures and models"
            value={formatBytes(disk.blobsBytes)}
            note={`${formatCount(disk.blobs)} files`}
          />
        </Figures>
      </div>
    </Panel>
  );
}
