/** How far a run is, in steps or in time, and the learning rate that belongs there. */
import type { ScheduleName } from '../../../src-preload/contract/training.ts';
import { unreachable } from '../../base/app-error.ts';
import { createSchedule } from '../../engine/index.ts';

export interface ProgressOptions {
  readonly totalSteps: number;
  readonly warmupSteps: number;
  /** Steps before the warm-up, of a new last layer alone: it learns at the peak at once. None if absent. */
  readonly headSteps?: number;
  readonly peakLearningRate: number;
  /** Milliseconds; null: steps alone count. */
  readonly budgetMs: number | null;
  /** The learning rate at the end of a cosine or a line as a share of the peak; 0 if absent. */
  readonly finalShare?: number;
  /** Cosine if absent. */
  readonly schedule?: ScheduleName;
}

/**
 * Share of the run that is done, 0 to 1: of the steps, or of the time budget where that is used up sooner. The
 * schedule follows this share, so that with a budget too it ends at its end.
 */
export function shareDone(options: ProgressOptions, step: number, spentMs: number): number {
  const bySteps = step / options.totalSteps;
  const byTime = options.budgetMs === null ? 0 : spentMs / options.budgetMs;
  return Math.min(1, Math.max(bySteps, byTime));
}

/** Of the run: so long a rate stays before it is a tenth. */
const stepShare = 1 / 3;

/**
 * Linear warm-up over the first steps, those of a new last layer left out, then the schedule over the share of the
 * run; one cycle rises by itself.
 * @param step 0-based
 */
export function learningRateAt(options: ProgressOptions, step: number, share: number): number {
  const { totalSteps, peakLearningRate, schedule = 'cosine' } = options;
  const warmUp = peakLearningRate * shareWarm(options, step);
  const position = share * totalSteps;
  switch (schedule) {
    case 'cosine':
    case 'linear':
      return Math.min(warmUp, peakLearningRate * shareLeft(options, schedule, share));
    case 'constant':
      return warmUp;
    case 'step': {
      const everySteps = stepShare * totalSteps;
      const falling = createSchedule({ kind: 'step', peakLearningRate, everySteps, factor: 0.1 });
      return Math.min(warmUp, falling(position));
    }
    case 'one-cycle':
      return createSchedule({ kind: 'one-cycle', peakLearningRate, totalSteps })(position);
    default:
      return unreachable(schedule);
  }
}

function shareWarm({ warmupSteps, headSteps = 0 }: ProgressOptions, step: number): number {
  if (warmupSteps === 0 || step < headSteps) return 1;
  return Math.min(1, (step - headSteps + 1) / warmupSteps);
}

/** Half a cosine (Loshchilov and Hutter 2017, without restarts) or a line down to the final share, after the warm-up. */
function shareLeft(
  { warmupSteps, headSteps = 0, totalSteps, finalShare = 0 }: ProgressOptions,
  schedule: 'cosine' | 'linear',
  share: number,
): number {
  const start = Math.min((headSteps + warmupSteps) / totalSteps, 0.5);
  const decayed = Math.max(0, (share - start) / (1 - start));
  const left = schedule === 'linear' ? 1 - decayed : (1 + Math.cos(Math.PI * decayed)) / 2;
  return finalShare + (1 - finalShare) * left;
}

/** As a part of a sentence on the learning rate at its peak. @param warmUp in words, as `9 steps` */
export function describeSchedule(schedule: ScheduleName, warmUp: string, finalShare = 0): string {
  const end = finalShare === 0 ? 'down to 0' : `down to ${finalShare} of it`;
  const how = {
    cosine: `after a warm-up of ${warmUp}, ${end} along a cosine`,
    linear: `after a warm-up of ${warmUp}, ${end} along a line`,
    step: `after a warm-up of ${warmUp}, a tenth of it after each third of the run`,
    'one-cycle': 'at the top of one cycle',
    constant: `after a warm-up of ${warmUp}, the same to the end`,
  } as const satisfies Record<ScheduleName, string>;
  return how[schedule];
}
