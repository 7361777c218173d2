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
      return job.status === 'succeeded'
        ? { href: `/evaluation/${encodeURIComponent(job.subject)}`, text: 'Open the evaluation' }
        : { href: '/evaluation', text: 'Open evaluations' };
    case 'export':
      return { href: '/datasets', text: 'Open datasets' };
    case 'label':
      return { href: '/desk?state=predicted', text: 'Review what waits' };
    case 'score':
      return { href: '/desk?queue=suspect', text: 'Look at suspect labels' };
    case 'diversify':
      return { href: '/desk?queue=diverse', text: 'Label these pictures' };
    case 'measure':
      return { href: '/data/quality', text: 'Open quality' };
    default:
      return job.kind satisfies never;
  }
}
