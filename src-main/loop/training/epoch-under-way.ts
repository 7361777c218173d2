/** The part of an epoch that is done, as a checkpoint in the middle of the epoch holds it. */
import { z } from 'zod';
import type { StepFigures } from './training-loop.ts';

export const epochUnderWaySchema = z.object({
  /** Done of the epoch: as many of its batches are left out when it goes on. */
  steps: z.number().int().min(0),
  /** Of these, steps that moved nothing and count for no mean; none if absent. */
  skipped: z.number().int().min(0).optional(),
  /** Sums over the other steps, so that the epoch's means are the same to the last bit. */
  loss: z.number(),
  figures: z.record(z.string(), z.number()),
  /** Of the run that was done when the epoch began: how its batches are varied may go by that. */
  shareAtStart: z.number(),
  /** Time of the training loop when the epoch began. */
  beganMs: z.number(),
});
export type EpochUnderWay = z.infer<typeof epochUnderWaySchema>;

export function beginEpoch(shareAtStart: number, beganMs: number): EpochUnderWay {
  return { steps: 0, loss: 0, figures: {}, shareAtStart, beganMs };
}

export function addStep(epoch: EpochUnderWay, { loss, figures }: StepFigures): EpochUnderWay {
  return {
    ...epoch,
    steps: epoch.steps + 1,
    loss: epoch.loss + loss,
    figures: addFigures(epoch.figures, figures),
  };
}

/** In mixed precision: its loss may be infinite, so it counts for no mean. */
export function skipStep(epoch: EpochUnderWay): EpochUnderWay {
  return { ...epoch, steps: epoch.steps + 1, skipped: (epoch.skipped ?? 0) + 1 };
}

/** Those of the second, with what the first has of them. */
export function addFigures(
  sums: Readonly<Record<string, number>>,
  figures: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, (sums[name] ?? 0) + value]),
  );
}

export function meanOf({
  steps,
  skipped = 0,
  loss,
  figures,
}: Pick<EpochUnderWay, 'steps' | 'skipped' | 'loss' | 'figures'>): StepFigures {
  const count = steps - skipped;
  return {
    loss: loss / count,
    figures: Object.fromEntries(Object.entries(figures).map(([name, sum]) => [name, sum / count])),
  };
}
