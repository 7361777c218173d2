/** All runs, newest first, each with how it stands. */
import { Progress } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import type { Run } from '../../../src-preload/contract/index.ts';
import { formatAgo, formatDuration, formatPercent, formatTimeLeft } from '../../components/formatting.ts';
import { StatusChip } from '../../components/StatusChip.tsx';
import table from '../../components/table.module.css';
import { useNow } from '../../components/use-now.ts';
import { runHref, scoreOf } from './run-facts.ts';

export function RunsTable({ runs }: { readonly runs: readonly Run[] }) {
  const [, navigate] = useLocation();
  const now = useNow(15_000);
  const scoreLabel = runs.map((run) => scoreOf(run)?.label).find(Boolean) ?? 'Score';
  return (
    <table className={`${table.table} ${table.rows}`} data-testid="runs">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col">Dataset</th>
          <th scope="col" className={table.number}>
            {scoreLabel}
          </th>
          <th scope="col">Result</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id} onClick={() => navigate(runHref(run))}>
            <td>
              <Link href={runHref(run)} className={table.rowLink}>
                {run.name}
              </Link>
              <div className={table.soft}>{run.experiment}</div>
            </td>
            <td>
              <RunState run={run} />
            </td>
            <td>
              {run.dataset.name} v{run.dataset.version}
            </td>
            <td className={table.number}>{formatPercent(scoreOf(run)?.value)}</td>
            <td>{run.modelVersion === null ? '' : `${run.modelName} v${run.modelVersion}`}</td>
            <td>
              {formatAgo(run.createdAt, now)}
              <div className={table.soft}>{durationOf(run, now)}</div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RunState({ run }: { readonly run: Run }) {
  const progress = run.status === 'running' ? run.job?.progress : undefined;
  return (
    <>
      <StatusChip status={run.status} />
      {progress !== undefined && (
        <>
          <Progress mt={6} size="sm" value={progress.fraction * 100} aria-label={`Progress of ${run.name}`} />
          <div className={table.soft}>{formatTimeLeft(progress.remainingMs)}</div>
        </>
      )}
    </>
  );
}

function durationOf(run: Run, now: number): string {
  if (run.startedAt === null) return '';
  return formatDuration((run.endedAt ?? now) - run.startedAt);
}
