/** Learning rates over the steps of a run, as plain functions. */
import { unreachable } from '../../base/app-error.ts';

/** Which curve the learning rate follows. */
export type ScheduleOptions = { readonly peakLearningRate: number } & (
  | ({ readonly kind: 'constant' } & WarmUp)
  | ({
      readonly kind: 'step';
      /** After each so many steps past the warm-up … */
      readonly everySteps: number;
      /** … the rate is multiplied by this. */
      readonly factor: number;
    } & WarmUp)
  | ({
      readonly kind: 'cosine';
      readonly totalSteps: number;
      /** The last step's rate as a fraction of the peak; 0 if absent. */
      readonly finalFraction?: number;
    } & WarmUp)
  | {
      readonly kind: 'one-cycle';
      readonly totalSteps: number;
      /** Share of the steps in which the rate rises; 0.3 if absent. */
      readonly risingShare?: number;
      /** The first rate is the peak over this; 25 if absent. */
      readonly startDivisor?: number;
      /** The last rate is the first over this; 10,000 if absent. */
      readonly endDivisor?: number;
    }
);

interface WarmUp {
  /** Steps of linear growth from peak / warmupSteps to peak; none if absent. */
  readonly warmupSteps?: number;
}

/** @param step 0-based; a step past the end keeps the last rate. */
export type LearningRateSchedule = (step: number) => number;

/**
 * As torch.optim.lr_scheduler has them: ConstantLR, StepLR, CosineAnnealingLR (Loshchilov and Hutter 2017, without
 * restarts) after LinearLR, and OneCycleLR (Smith and Topin 2018) with two half cosines.
 */
export function createSchedule(options: ScheduleOptions): LearningRateSchedule {
  const peak = options.peakLearningRate;
  switch (options.kind) {
    case 'constant':
      return warmUp(options, () => peak);
    case 'step': {
      const { everySteps, factor } = options;
      return warmUp(options, (step) => peak * factor ** Math.floor(step / everySteps));
    }
    case 'cosine': {
      const { totalSteps, warmupSteps = 0, finalFraction = 0 } = options;
      const last = Math.max(1, totalSteps - 1 - warmupSteps);
      return warmUp(options, (step) => anneal(peak, peak * finalFraction, step / last));
    }
    case 'one-cycle': {
      const { totalSteps, risingShare = 0.3, startDivisor = 25, endDivisor = 1e4 } = options;
      const top = risingShare * totalSteps - 1;
      const start = peak / startDivisor;
      return (step) =>
        step <= top
          ? anneal(start, peak, step / top)
          : anneal(peak, start / endDivisor, (step - top) / (totalSteps - 1 - top));
    }
    default:
      return unreachable(options, 'schedule');
  }
}

function warmUp(
  { peakLearningRate, warmupSteps = 0 }: { readonly peakLearningRate: number } & WarmUp,
  after: LearningRateSchedule,
): LearningRateSchedule {
  return (step) =>
    step < warmupSteps ? (peakLearningRate * (step + 1)) / warmupSteps : after(step - warmupSteps);
}

/** Half a cosine from one rate to another. */
function anneal(from: number, to: number, progress: number): number {
  const left = (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2;
  return to + (from - to) * left;
}
