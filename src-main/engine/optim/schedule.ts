/** Learning rates over the steps of a run, as plain functions. */

export interface ScheduleOptions {
  readonly peakLearningRate: number;
  readonly totalSteps: number;
  /** Steps of linear growth from peak / warmupSteps to peak; 0 for none. */
  readonly warmupSteps: number;
  /** The last step's rate as a fraction of the peak; 0 if absent. */
  readonly finalFraction?: number;
}

/** @param step 0-based; a step past the end keeps the last rate. */
export type LearningRateSchedule = (step: number) => number;

/** Linear warm-up, then half a cosine down to the final fraction (Loshchilov and Hutter 2017, without restarts). */
export function createCosineSchedule(options: ScheduleOptions): LearningRateSchedule {
  const { peakLearningRate, totalSteps, warmupSteps, finalFraction = 0 } = options;
  const decaySteps = Math.max(1, totalSteps - 1 - warmupSteps);
  return (step) => {
    if (step < warmupSteps) return (peakLearningRate * (step + 1)) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / decaySteps);
    const cosine = (1 + Math.cos(Math.PI * progress)) / 2;
    return peakLearningRate * (finalFraction + (1 - finalFraction) * cosine);
  };
}
