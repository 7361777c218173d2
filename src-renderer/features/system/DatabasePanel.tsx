/** Whether everything that was kept is still whole, and the copies of the database. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Camera, CircleCheck, CircleDashed, CircleX, ShieldCheck } from 'lucide-react';
import type { Health } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatAgo, formatBytes, formatDateTime } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ToneChip } from '../../components/StatusChip.tsx';
import table from '../../components/table.module.css';
import classes from './StoragePanel.module.css';

const integrity = {
  unknown: { word: 'Not checked', tone: 'plain', icon: CircleDashed },
  ok: { word: 'Whole', tone: 'good', icon: CircleCheck },
  damaged: { word: 'Damaged', tone: 'bad', icon: CircleX },
} as const;

export function DatabasePanel({ health }: { readonly health: Health }) {
  const queryClient = useQueryClient();
  const { database } = health;
  const check = useMutation(
    station.system.checkIntegrity.mutationOptions({
      onSuccess: (result) => {
        if (result.integrity === 'ok')
          notifyDone('Everything is whole', 'The database and every file match.');
        return queryClient.invalidateQueries({ queryKey: station.system.getHealth.key() });
      },
      onError: (error) => notifyFailure('The check did not finish', error),
    }),
  );
  return (
    <Panel
      title="Database"
      testId="database"
      actions={
        <Button
          variant="default"
          leftSection={<ShieldCheck size={17} aria-hidden />}
          loading={check.isPending}
          onClick={() => check.mutate({})}
        >
          Check now
        </Button>
      }
    >
      <div className={classes.stack}>
        <Figures>
          <Figure label="Integrity" value={<ToneChip {...integrity[database.integrity]} />} />
          <Figure
            label="Checked"
            value={database.checkedAt === null ? 'Never' : formatAgo(database.checkedAt, Date.now())}
          />
          <Figure label="Schema" value={`Version ${database.schemaVersion}`} />
        </Figures>
        {database.problems.length > 0 && (
          <Notice tone="bad" title="Damage was found">
            <ul>
              {database.problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </Notice>
        )}
        <Snapshots />
      </div>
    </Panel>
  );
}

function Snapshots() {
  const queryClient = useQueryClient();
  const query = useQuery(station.system.listSnapshots.queryOptions());
  const create = useMutation(
    station.system.createSnapshot.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: station.system.listSnapshots.key() }),
      onError: (error) => notifyFailure('No snapshot was made', error),
    }),
  );
  return (
    <section aria-label="Snapshots">
      <div className={classes.head}>
        <h3 className={classes.heading}>Snapshots</h3>
        <Button
          variant="default"
          leftSection={<Camera size={17} aria-hidden />}
          loading={create.isPending}
          onClick={() => create.mutate({})}
        >
          Make a snapshot
        </Button>
      </div>
      <Loaded query={query}>
        {(snapshots) =>
          snapshots.length === 0 ? (
            <p className={classes.hint}>None yet. A copy is made by itself before each upgrade.</p>
          ) : (
            <table className={`${table.table} ${classes.wide}`} data-testid="snapshots">
              <tbody>
                {snapshots.map((snapshot) => (
                  <tr key={snapshot.file}>
                    <td>
                      {formatDateTime(snapshot.createdAt)}
                      <div className={table.soft} title={snapshot.file}>
                        {baseName(snapshot.file)}
                      </div>
                    </td>
                    <td>{snapshot.reason}</td>
                    <td className={table.number}>{formatBytes(snapshot.sizeBytes)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </section>
  );
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
