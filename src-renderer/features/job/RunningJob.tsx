/** One active job on one line: title, bar, time left, cancel. */
import { ActionIcon, Progress, Tooltip } from '@mantine/core';
import { modals } from '@mantine/modals';
import { X } from 'lucide-react';
import { Link } from 'wouter';
import type { Job } from '../../../src-preload/contract/index.ts';
import { formatTimeLeft } from '../../components/formatting.ts';
import classes from './JobTray.module.css';
import { jobLink } from './job-link.ts';
import { useCancelJob } from './use-jobs.ts';

export function RunningJob({ job }: { readonly job: Job }) {
  const isQueued = job.status === 'queued';
  return (
    <div className={classes.job} data-testid="running-job">
      <Link href={jobLink(job).href} className={classes.title}>
        {job.title}
      </Link>
      <Progress
        className={classes.bar}
        value={job.progress.fraction * 100}
        size="md"
        aria-label={`Progress of ${job.title}`}
      />
      <span className={classes.message}>
        {isQueued
          ? 'Waiting for its turn'
          : `${job.progress.message} · ${formatTimeLeft(job.progress.remainingMs)}`}
      </span>
      <CancelJobButton job={job} />
    </div>
  );
}

/** Asks once before a job is cancelled. */
export function CancelJobButton({ job }: { readonly job: Job }) {
  const cancel = useCancelJob();
  const ask = () =>
    modals.openConfirmModal({
      title: `Cancel “${job.title}”?`,
      children: cancelConsequence(job),
      labels: { confirm: 'Cancel the job', cancel: 'Let it run' },
      confirmProps: { color: 'red' },
      onConfirm: () => cancel.mutate({ id: job.id }),
    });
  return (
    <Tooltip label="Cancel this job">
      <ActionIcon
        variant="subtle"
        color="gray"
        size={44}
        aria-label={`Cancel ${job.title}`}
        loading={cancel.isPending}
        onClick={ask}
      >
        <X size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function cancelConsequence(job: Job): string {
  switch (job.kind) {
    case 'import':
      return 'Pictures that are in already stay; the rest is not imported.';
    case 'train':
      return 'The newest checkpoint stays, so the run can be resumed later.';
    case 'evaluate':
      return 'Nothing is kept of this evaluation; it can be started again.';
    case 'export':
      return 'Nothing is left in the folder; the export can be started again.';
    case 'label':
      return 'What the model has labelled so far stays.';
    case 'score':
      return 'What the model has said so far stays; it can look at the rest later.';
    case 'diversify':
      return 'What was chosen before stays; it can be chosen again.';
    case 'measure':
      return 'Pictures that are measured stay so; the rest can be measured later.';
    default:
      return job.kind satisfies never;
  }
}
