/** Writes the end of a job, together with what its handler writes; what a full disk refuses is tried again. */
import type { JobId } from '../../src-preload/contract/ids.ts';
import type { Job, JobKind } from '../../src-preload/contract/job.ts';
import { AppError } from '../base/app-error.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import type { JobHandler, JobOutcome } from './job-kind.ts';

export interface EndingsOptions {
  readonly store: Pick<Store, 'db' | 'jobs'>;
  readonly handlers: Readonly<Record<JobKind, JobHandler<unknown, unknown, unknown, unknown>>>;
  readonly clock: Clock;
  readonly log: Log;
  /** The end is written. */
  readonly onEnded: (id: JobId) => void;
  /** The end could not be written; the job is given as a person should see it until it can. */
  readonly onPostponed: (job: Job) => void;
}

export interface Endings {
  /**
   * Where the handler can not take the outcome, the job fails with the handler's reason. Where the disk can not,
   * the outcome is kept until `retry`, or until the next station finds the row still running.
   */
  end(job: Job, request: unknown, outcome: JobOutcome<unknown>): void;
  retry(): void;
}

interface Ending {
  readonly job: Job;
  readonly request: unknown;
  readonly outcome: JobOutcome<unknown>;
}

export function createEndings(options: EndingsOptions): Endings {
  const postponed = new Map<JobId, Ending>();
  const write = createEndingWriter(options);
  const end = (ending: Ending): void => {
    const fault = write(ending);
    if (!fault) {
      options.onEnded(ending.job.id);
      return;
    }
    postponed.set(ending.job.id, ending);
    options.onPostponed(toPostponed(ending.job, fault, options.clock.now()));
  };
  return {
    end(job, request, outcome) {
      logBug(options.log, job, outcome);
      end({ job, request, outcome });
    },
    retry() {
      const endings = [...postponed.values()];
      postponed.clear();
      for (const ending of endings) end(ending);
    },
  };
}

/** Returns why nothing could be written. */
function createEndingWriter({ store, handlers, clock, log }: EndingsOptions) {
  const write = ({ job, request, outcome }: Ending): void =>
    store.db.transaction(() => {
      handlers[job.kind].onEnd(job, request, outcome);
      store.jobs.end(job.id, { status: outcome.status, error: toJobError(outcome), at: clock.now() });
    });
  const writeRowAlone = ({ job, outcome }: Ending): void =>
    store.jobs.end(job.id, { status: 'failed', error: toJobError(outcome), at: clock.now() });

  return (ending: Ending): Error | undefined => {
    const fault = attempt(() => write(ending));
    if (!fault) return undefined;
    log.error({ err: fault, job: ending.job.id }, 'the end of a job could not be recorded');
    if (isStoreFault(fault)) return fault;
    const failure: Ending = { ...ending, outcome: { status: 'failed', error: fault } };
    return attempt(() => write(failure)) && attempt(() => writeRowAlone(failure));
  };
}

/** A bug is for whoever mends it: its stack is in the log alone. */
function logBug(log: Log, job: Job, outcome: JobOutcome<unknown>): void {
  if (outcome.status !== 'failed' || outcome.error instanceof AppError) return;
  log.error({ err: outcome.error, job: job.id }, 'a job failed by a bug');
}

function isStoreFault(fault: Error): boolean {
  return fault instanceof AppError && fault.code.startsWith('STORE_');
}

function toPostponed(job: Job, fault: Error, now: number): Job {
  return { ...job, status: 'failed', error: toJobError({ status: 'failed', error: fault }), endedAt: now };
}

function toJobError(outcome: JobOutcome<unknown>): Job['error'] {
  if (outcome.status === 'crashed') return { code: 'BUG', message: outcome.reason };
  if (outcome.status !== 'failed') return null;
  if (outcome.error instanceof AppError) return outcome.error.toRecord();
  return { code: 'BUG', message: outcome.error.message };
}

function attempt(work: () => void): Error | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
