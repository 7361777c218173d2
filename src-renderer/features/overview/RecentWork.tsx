/** What runs now, and what ended last. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Job } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatAgo } from '../../components/formatting.ts';
import { Panel } from '../../components/Panel.tsx';
import { StatusChip } from '../../components/StatusChip.tsx';
import table from '../../components/table.module.css';
import { useNow } from '../../components/use-now.ts';
import { jobLink } from '../job/job-link.ts';

const shownJobs = 5;

export function RecentWork({ jobs }: { readonly jobs: readonly Job[] }) {
  const now = useNow(30_000);
  if (jobs.length === 0) return null;
  return (
    <Panel title="Recent work" isFlush>
      <table className={table.table}>
        <tbody>
          {jobs.slice(0, shownJobs).map((job) => (
            <tr key={job.id}>
              <td>
                <Link href={jobLink(job).href} className={table.rowLink}>
                  {job.title}
                </Link>
                <div className={table.soft}>{job.error?.message ?? job.progress.message}</div>
              </td>
              <td>
                <StatusChip status={job.status} />
              </td>
              <td className={table.number}>
                {formatAgo(job.endedAt ?? job.startedAt ?? job.createdAt, now)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** The last promotions and rollbacks of all models. */
export function RecentDeployments() {
  const now = useNow(30_000);
  const query = useQuery(station.deployment.listHistory.queryOptions({ input: {} }));
  if (query.data === undefined || query.data.length === 0) return null;
  return (
    <Panel
      title="In service"
      isFlush
      actions={
        <Button component={Link} href="/models" variant="subtle" size="compact-md" h={40}>
          All models
        </Button>
      }
    >
      <table className={table.table}>
        <tbody>
          {query.data.slice(0, shownJobs).map((event) => (
            <tr key={event.id}>
              <td>
                <strong>
                  {event.kind === 'promote' ? 'Promoted' : 'Rolled back to'} {event.model} v{event.toVersion}
                </strong>
                <div className={table.soft}>{event.reason === '' ? `by ${event.actor}` : event.reason}</div>
              </td>
              <td className={table.number}>{formatAgo(event.at, now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
