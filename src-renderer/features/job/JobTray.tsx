/** The bar along the bottom: is the station there, what runs now, how long it will take; and the list of all jobs. */
import { Button, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ListChecks } from 'lucide-react';
import type { Job } from '../../../src-preload/contract/index.ts';
import { useConnection } from '../../client/connection-store.ts';
import { hasEnded } from '../../client/event-effects.ts';
import { formatCount } from '../../components/formatting.ts';
import { UploadStatus } from '../collector/UploadStatus.tsx';
import { JobList } from './JobList.tsx';
import classes from './JobTray.module.css';
import { RunningJob } from './RunningJob.tsx';
import { useJobs } from './use-jobs.ts';

export function JobTray() {
  const jobs = useJobs();
  const [isOpen, { open, close }] = useDisclosure(false);
  const active = jobs.filter((job) => !hasEnded(job));
  const running = active.find((job) => job.status === 'running') ?? active[0];
  return (
    <section className={classes.tray} aria-label="Jobs" data-testid="job-tray">
      <ConnectionLamp />
      <div className={classes.now}>
        <UploadStatus />
        {running !== undefined ? <RunningJob job={running} /> : <Idle />}
      </div>
      <Button
        variant="subtle"
        color="gray"
        size="sm"
        h={44}
        leftSection={<ListChecks size={18} aria-hidden />}
        onClick={open}
      >
        {jobsButtonText(active)}
      </Button>
      <Drawer opened={isOpen} onClose={close} position="right" size={480} title="Jobs">
        <JobList jobs={jobs} onLeave={close} />
      </Drawer>
    </section>
  );
}

function jobsButtonText(active: readonly Job[]): string {
  return active.length > 1 ? `Jobs (${formatCount(active.length)} active)` : 'Jobs';
}

function Idle() {
  return <span className={classes.idle}>No job is running</span>;
}

const lampWords = { connecting: 'Connecting', open: 'Connected', lost: 'Reconnecting' } as const;

function ConnectionLamp() {
  const state = useConnection((connection) => connection.state);
  return (
    <span className={classes.lamp} data-state={state} role="status" data-testid="connection-state">
      <span className={classes.dot} aria-hidden />
      {lampWords[state]}
    </span>
  );
}
