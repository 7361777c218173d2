/** Waits for a job of the station, here or in another process, and shows how far it is. */
import type { JobId } from '../../../src-preload/contract/ids.ts';
import type { StationClient } from '../../../src-preload/contract/index.ts';
import type { Job } from '../../../src-preload/contract/job.ts';
import { AppError } from '../../base/app-error.ts';
import { CancelledError, sleep } from '../../base/cancellation.ts';
import type { ProgressDisplay } from './progress.ts';

export interface JobWait {
  readonly client: StationClient;
  /** Aborted: the job is cancelled, and waited for until it has ended. */
  readonly signal: AbortSignal;
  readonly progress: ProgressDisplay;
}

const pollMs = 200;

/**
 * The job once it has ended, however it did.
 * @throws {CancelledError} when the signal was aborted and the job ended by that.
 */
export async function waitForJob(id: JobId, { client, signal, progress }: JobWait): Promise<Job> {
  let isCancelAsked = false;
  for (;;) {
    const job = await client.jobs.getJob({ id });
    if (job.endedAt !== null) return finish(job, isCancelAsked, progress);
    progress.show(job.title, job.progress);
    if (signal.aborted && !isCancelAsked) {
      isCancelAsked = true;
      // Whether it ended by itself in the meantime shows in its state.
      await client.jobs.cancelJob({ id }).catch(() => undefined);
    }
    await sleep(pollMs, isCancelAsked ? undefined : signal).catch(() => undefined);
  }
}

function finish(job: Job, isCancelAsked: boolean, progress: ProgressDisplay): Job {
  progress.clear();
  if (isCancelAsked && job.status === 'cancelled') throw new CancelledError(`cancelled: ${job.title}`);
  return job;
}

/**
 * For jobs whose failure is the command's.
 * @throws the job's error, or one that says how it ended.
 */
export function assertSucceeded(job: Job): void {
  if (job.status === 'succeeded') return;
  if (job.status === 'cancelled') throw new CancelledError(`${job.title} was cancelled`);
  if (job.error && job.error.code !== 'BUG') throw AppError.fromRecord(job.error);
  throw new Error(`${job.title} ${job.status}: ${job.error?.message ?? 'the station gave no reason'}`);
}
