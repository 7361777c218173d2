/** How far a run is, in steps or in time, and the learning rate that belongs there. */

export interface ProgressOptions {
  readonly totalSteps: number;
  readonly warmupSteps: number;
  readonly peakLearningRate: number;
  /** Milliseconds; null: steps alone count. */
  readonly budgetMs: number | null;
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

/**
 * Linear warm-up over the first steps, then half a cosine down to 0 over the share of the run
 * (Loshchilov and Hutter 2017, without restarts).
 * @param step 0-based
 */
export function learningRateAt(options: ProgressOptions, step: number, share: number): number {
  const { warmupSteps, totalSteps, peakLearningRate } = options;
  const warmUp = warmupSteps === 0 ? 1 : Math.min(1, (step + 1) / warmupSteps);
  const start = Math.min(warmupSteps / totalSteps, 0.5);
  const decayed = Math.max(0, (share - start) / (1 - start));
  return peakLearningRate * Math.min(warmUp, (1 + Math.cos(Math.PI * decayed)) / 2);
}
