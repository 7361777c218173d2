/** Tells how a job ended, once, in a message that a screen reader speaks too. */
import { notifications } from '@mantine/notifications';
import { CircleCheck, CircleX } from 'lucide-react';
import { Link } from 'wouter';
import type { Job } from '../../../src-preload/contract/index.ts';
import { jobLink } from './job-link.ts';

/** Shows a message for a job that has just succeeded or failed; nothing for the rest. */
export function announceJobEnd(job: Job): void {
  if (job.status === 'succeeded') announce(job, `Done: ${job.title}`, 'leaf');
  if (job.status === 'failed') announce(job, `Failed: ${job.title}`, 'red');
  if (job.status === 'crashed') announce(job, `Crashed: ${job.title}`, 'red');
}

function announce(job: Job, title: string, color: 'leaf' | 'red'): void {
  const isGood = color === 'leaf';
  const link = jobLink(job);
  notifications.show({
    id: `job-${job.id}`,
    title,
    color,
    icon: isGood ? <CircleCheck size={18} aria-hidden /> : <CircleX size={18} aria-hidden />,
    autoClose: isGood ? 6_000 : 15_000,
    message: (
      <>
        {job.error !== null && <div>{job.error.message}</div>}
        <Link href={link.href} onClick={() => notifications.hide(`job-${job.id}`)}>
          {link.text}
        </Link>
      </>
    ),
  });
}
