/** The points of the training curve between the ends of the epochs: means over windows of steps. */
import { z } from 'zod';
import { addFigures, meanOf } from './epoch-under-way.ts';
import type { StepReport } from './training-loop.ts';

/** At most this many points over a whole run. */
const pointsPerRun = 300;

/** Steps that no point has told yet; part of a checkpoint, so that a run that goes on has the same points. */
export const stepWindowSchema = z.object({
  steps: z.number().int().min(0),
  /** Sums over these steps. */
  loss: z.number(),
  figures: z.record(z.string(), z.number()),
  /** Of the run that is done where the window ends: with a time budget that cuts a run short it has its curve too. */
  untilShare: z.number(),
});
export type StepWindow = z.infer<typeof stepWindowSchema>;

export const initialStepWindow: StepWindow = { steps: 0, loss: 0, figures: {}, untilShare: 0 };

/** @returns the window to go on with, and at its last step its metrics */
export function addToWindow(
  window: StepWindow,
  report: StepReport,
): { readonly window: StepWindow; readonly metrics?: Record<string, number> } {
  const sums = {
    steps: window.steps + 1,
    loss: window.loss + report.loss,
    figures: addFigures(window.figures, report.figures),
  };
  if (report.share < window.untilShare) return { window: { ...sums, untilShare: window.untilShare } };
  const { loss, figures } = meanOf(sums);
  const named = Object.entries(figures).map(([name, value]) => [`batch/${name}`, value] as const);
  return {
    window: { ...initialStepWindow, untilShare: report.share + 1 / pointsPerRun },
    metrics: { 'batch/loss': loss, ...Object.fromEntries(named), learning_rate: report.learningRate },
  };
}
