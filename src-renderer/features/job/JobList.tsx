/** All recent jobs: the active ones with their bars, the ended ones with result or reason. */
import { Progress } from '@mantine/core';
import { Coffee } from 'lucide-react';
import { Link } from 'wouter';
import type { Job } from '../../../src-preload/contract/index.ts';
import { hasEnded } from '../../client/event-effects.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatAgo, formatDuration, formatTimeLeft } from '../../components/formatting.ts';
import { StatusChip } from '../../components/StatusChip.tsx';
import { useNow } from '../../components/use-now.ts';
import classes from './JobList.module.css';
import { jobLink } from './job-link.ts';
import { CancelJobButton } from './RunningJob.tsx';

interface JobListProps {
  readonly jobs: readonly Job[];
  /** Called when a link leads away. */
  readonly onLeave: () => void;
}

export function JobList({ jobs, onLeave }: JobListProps) {
  if (jobs.length === 0) {
    return (
      <EmptyState icon={Coffee} title="No jobs yet">
        Imports, training runs and evaluations appear here with their progress and their results.
      </EmptyState>
    );
  }
  return (
    <ul className={classes.list}>
      {jobs.map((job) => (
        <JobItem key={job.id} job={job} onLeave={onLeave} />
      ))}
    </ul>
  );
}

function JobItem({ job, onLeave }: { readonly job: Job; readonly onLeave: () => void }) {
  const link = jobLink(job);
  const isActive = !hasEnded(job);
  return (
    <li className={classes.item} data-testid="job-item">
      <div className={classes.head}>
        <span className={classes.title}>{job.title}</span>
        <StatusChip status={job.status} />
      </div>
      {isActive ? <ActiveJob job={job} /> : <EndedJob job={job} />}
      {job.error !== null && <p className={classes.reason}>{job.error.message}</p>}
      <Link href={link.href} onClick={onLeave} className={classes.link}>
        {link.text}
      </Link>
    </li>
  );
}

function ActiveJob({ job }: { readonly job: Job }) {
  return (
    <div className={classes.active}>
      <div className={classes.progress}>
        <Progress value={job.progress.fraction * 100} size="md" aria-label={`Progress of ${job.title}`} />
        <span className={classes.detail}>
          {job.progress.message}
          {job.status === 'running' && ` · ${formatTimeLeft(job.progress.remainingMs)}`}
        </span>
      </div>
      <CancelJobButton job={job} />
    </div>
  );
}

function EndedJob({ job }: { readonly job: Job }) {
  const now = useNow(30_000);
  const end = job.endedAt ?? job.createdAt;
  const duration = job.startedAt === null ? '' : ` · took ${formatDuration(end - job.startedAt)}`;
  return (
    <span className={classes.detail}>
      {formatAgo(end, now)}
      {duration}
      {job.attempt > 1 && ` · started ${job.attempt} times`}
    </span>
  );
}
