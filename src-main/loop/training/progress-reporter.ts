/** How far a training job is, as a share of its time: what makes its time left honest. */
import type { Clock } from '../../base/clock.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import type { StepReport } from './training-loop.ts';

export interface ProgressReporter {
  /** @param done pictures that are decoded */
  prepared(done: number, total: number): void;
  /** @param done convolution gradients that are timed */
  timed(done: number, total: number): void;
  stepped(report: StepReport, epochs: number): void;
}

/** Kept for the test pictures at the end. */
const conclusionShare = 0.02;
const leastIntervalMs = 200;

/** @param preparationShare of the job's time, before the first step */
export function createProgressReporter(
  context: Pick<JobContext<never>, 'reportProgress'>,
  clock: Clock,
  preparationShare: number,
): ProgressReporter {
  let reportedAt = Number.NEGATIVE_INFINITY;
  const report = (fraction: number, message: string) => {
    if (clock.monotonic() - reportedAt < leastIntervalMs) return;
    reportedAt = clock.monotonic();
    context.reportProgress(fraction, message);
  };
  return {
    prepared: (done, total) =>
      report((preparationShare * done) / Math.max(1, total), `preparing picture ${done} of ${total}`),
    timed: (done, total) =>
      report(preparationShare, `timing convolution gradient ${done + 1} of ${total} on this machine`),
    stepped: ({ epoch, share, loss }, epochs) =>
      report(
        preparationShare + (1 - preparationShare - conclusionShare) * share,
        `epoch ${epoch} of ${epochs}, loss ${loss.toFixed(3)}`,
      ),
  };
}
