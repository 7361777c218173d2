/** Writes what a running job tells about itself, a few times a second at most. */
import type { Job, JobLogLine } from '../../src-preload/contract/job.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import { createTimeLeft } from './time-left.ts';

export interface RecorderOptions {
  readonly job: Job;
  readonly store: Pick<Store, 'db' | 'jobs'>;
  readonly clock: Clock;
  readonly log: Log;
  /** At most one write, and one call of `onRecorded`, in this time. */
  readonly intervalMs: number;
  readonly onRecorded: () => void;
}

export interface Recorder {
  progress(fraction: number, message: string): void;
  append(level: JobLogLine['level'], message: string): void;
  heartbeat(): void;
  /** Writes what waits; nothing is written after it. */
  close(): void;
}

/** The newest lines kept of a job, and the longest line. */
export const keptLogLines = 2_000;
export const keptLineLength = 2_000;
const linesBetweenTrims = 200;

export function createRecorder(options: RecorderOptions): Recorder {
  const { job, clock } = options;
  const pending = createPending(job);
  const timeLeft = createTimeLeft();
  let timer: NodeJS.Timeout | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    writtenAt = clock.monotonic();
    try {
      options.store.db.transaction(() => pending.write(options.store, clock.now()), 'eventual');
      options.onRecorded();
    } catch (error) {
      options.log.warn({ err: error, job: job.id }, 'the progress of a job was not recorded');
    }
  };
  const schedule = (): void => {
    if (isClosed || timer) return;
    const waitMs = writtenAt + options.intervalMs - clock.monotonic();
    if (waitMs <= 0) write();
    else timer = setTimeout(write, waitMs);
  };
  return {
    progress(fraction, message) {
      pending.setProgress({ fraction, message, remainingMs: timeLeft.report(fraction, clock.monotonic()) });
      schedule();
    },
    append(level, message) {
      pending.addLine({ at: clock.now(), level, message: message.slice(0, keptLineLength) });
      schedule();
    },
    heartbeat: schedule,
    close() {
      if (timer) write();
      isClosed = true;
    },
  };
}

/** What has been told and not yet written. */
function createPending(job: Job) {
  let progress: Job['progress'] | undefined;
  let lines: JobLogLine[] = [];
  let linesSinceTrim = 0;
  const writeLines = (jobs: Store['jobs']): void => {
    for (const line of lines) jobs.appendLog(job.id, line);
    linesSinceTrim += lines.length;
    lines = [];
    if (linesSinceTrim < linesBetweenTrims) return;
    jobs.trimLog(job.id, keptLogLines);
    linesSinceTrim = 0;
  };
  return {
    setProgress(next: Job['progress']): void {
      progress = next;
    },
    addLine(line: JobLogLine): void {
      lines.push(line);
      if (lines.length > keptLogLines) lines.shift();
    },
    write({ jobs }: Pick<Store, 'jobs'>, at: number): void {
      if (progress) jobs.recordProgress(job.id, progress, at);
      else jobs.recordHeartbeat(job.id, at);
      progress = undefined;
      writeLines(jobs);
    },
  };
}
