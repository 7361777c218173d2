/** What a kind of job is made of: a body that runs in a worker process, and a handler that keeps the books in the station. */
import type { Job, JobLogLine } from '../../src-preload/contract/job.ts';
import type { AppError } from '../base/app-error.ts';

/** Given to a job's body inside the worker process. */
export interface JobContext<Update> {
  readonly signal: AbortSignal;
  /** Folder of the content-addressed blobs, for reading and writing from the worker. */
  readonly blobsDir: string;
  /** The script of this process, which threads beside it start from too. */
  readonly workerEntry: string;
  /** @param fraction share of the whole job that is done, 0 to 1. */
  reportProgress(fraction: number, message: string): void;
  log(level: JobLogLine['level'], message: string): void;
  /**
   * Hands an update to the station and resolves once the station has made it durable
   * (its handler's `onUpdate` has returned). Rejects if the handler threw.
   */
  commit(update: Update): Promise<void>;
}

export type JobBody<Spec, Update, Result> = (spec: Spec, context: JobContext<Update>) => Promise<Result>;

/** How a job ended; a crash is the worker's death, with what it left on stderr. */
export type JobOutcome<Result> =
  | { readonly status: 'succeeded'; readonly result: Result }
  | { readonly status: 'failed'; readonly error: AppError | Error }
  | { readonly status: 'crashed'; readonly reason: string }
  | { readonly status: 'cancelled' };

/** The station's side of a kind of job. `Request` is what the job row stores. */
export interface JobHandler<Request, Spec, Update, Result> {
  /** Builds what the worker gets; called at each start, so that a resumed job sees its newest checkpoint. */
  prepare(job: Job, request: Request): Spec;
  /** Makes an update durable, in one transaction, before it returns. */
  onUpdate(job: Job, request: Request, update: Update): void;
  /** Called once per ended job, in the same transaction as the job row's last state where that is possible. */
  onEnd(job: Job, request: Request, outcome: JobOutcome<Result>): void;
  /** Whether a job found `running` at the station's start, or crashed, goes on by itself. */
  readonly resumesAfterRestart: boolean;
  /** Crashes in a row that get no further than an earlier start (by progress, in steps of 1 %) before the job is given up. */
  readonly maxAttempts: number;
}
