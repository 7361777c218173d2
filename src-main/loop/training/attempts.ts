/** What a run goes on with where memory does not hold a batch or a device fails: smaller pieces, float32, then the CPU. */
import { AppError } from '../../base/app-error.ts';
import type { ProviderName } from '../../engine/index.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import type { TrainUpdate } from './train-job.ts';

export interface Attempt {
  readonly provider: ProviderName;
  /** In which each step is done, so that less is in memory at once: a divisor of the batch size. */
  readonly pieces: number;
  /** Automatic mixed precision. */
  readonly amp: boolean;
}

export interface AttemptedBatch {
  readonly size: number;
  /** Whether somebody asked for this size: it is then not done in pieces. */
  readonly isGiven: boolean;
}

/** @returns undefined where nothing else is left to try */
export function chooseNextAttempt(
  failed: Attempt,
  error: unknown,
  { size, isGiven }: AttemptedBatch,
): Attempt | undefined {
  if (!(error instanceof AppError)) return undefined;
  const { provider, pieces, amp } = failed;
  const isOfMemory = error.code === 'MEMORY_EXHAUSTED';
  if (isOfMemory && !isGiven && pieces < size) return { ...failed, pieces: splitFurther(pieces, size) };
  const isOfDevice = isOfMemory || error.code === 'PROVIDER_UNAVAILABLE';
  if (!isOfDevice || provider === 'cpu') return undefined;
  return amp && !isOfMemory ? { ...failed, amp: false } : { provider: 'cpu', pieces: 1, amp: false };
}

/** The smallest divisor of the batch that makes its pieces half as large, or less. */
function splitFurther(pieces: number, size: number): number {
  let next = 2 * pieces;
  while (next < size && size % next > 0) next++;
  return Math.min(next, size);
}

export interface PerseveranceOptions {
  readonly first: Attempt;
  readonly batch: AttemptedBatch;
  readonly context: Pick<JobContext<TrainUpdate>, 'log' | 'commit'>;
}

/**
 * Trains, and again from the newest checkpoint with less in memory or without the device where that is what failed.
 * The batch stays what it was, and with it the order of the pictures, the steps and their learning rates.
 */
export async function persevere<Result>(
  { first, batch, context }: PerseveranceOptions,
  train: (attempt: Attempt) => Promise<Result>,
): Promise<Result> {
  for (let attempt = first; ; ) {
    try {
      return await train(attempt);
    } catch (error) {
      const next = chooseNextAttempt(attempt, error, batch);
      if (!next || !(error instanceof AppError)) throw error;
      const goesOn = describeAttempt(next, batch.size, attempt.amp && !next.amp);
      context.log('warn', `${error.message}; the run goes on from its last checkpoint ${goesOn}`);
      const tags = {
        ...{ provider: next.provider, pieces: String(next.pieces), fallbackReason: error.message },
        ...(attempt.amp && { amp: String(next.amp) }),
      };
      await context.commit({ step: 0, metrics: {}, checkpoint: null, tags });
      attempt = next;
    }
  }
}

function describeAttempt({ provider, pieces }: Attempt, size: number, isWidened: boolean): string {
  const where = isWidened ? `on ${provider} in float32` : `on ${provider}`;
  if (pieces === 1) return where;
  return `${where}, with each batch of ${size} in ${pieces} pieces of ${size / pieces} pictures`;
}
