/** Where the result of a job is to be seen. */
import type { Job } from '../../../src-preload/contract/index.ts';

export interface JobLink {
  readonly href: string;
  readonly text: string;
}

/** The page of what the job worked for, and the words of the link to it. */
export function jobLink(job: Job): JobLink {
  switch (job.kind) {
    case 'import':
      return { href: `/data?import=${encodeURIComponent(job.subject)}`, text: 'Show these pictures' };
    case 'train':
      return { href: `/training/${encodeURIComponent(job.subject)}`, text: 'Open the run' };
    case 'evaluate':
      return { href: '/models', text: 'Open models' };
    default:
      return job.kind satisfies never;
  }
}
