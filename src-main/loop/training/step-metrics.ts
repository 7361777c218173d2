/** The points of the training curve between the ends of the epochs: means over windows of steps. */
import type { StepReport } from './training-loop.ts';

/** About this many points over a whole run. */
const pointsPerRun = 300;

/** @returns a function that gives the metrics of a window at its last step, and undefined at the others */
export function createStepMetrics(totalSteps: number) {
  const windowSteps = Math.max(1, Math.ceil(totalSteps / pointsPerRun));
  let reports: StepReport[] = [];
  return {
    add(report: StepReport): Record<string, number> | undefined {
      reports.push(report);
      if (report.step % windowSteps !== 0) return undefined;
      const pictures = reports.reduce((sum, { batchSize }) => sum + batchSize, 0);
      const metrics = {
        'batch/loss': reports.reduce((sum, { loss }) => sum + loss, 0) / reports.length,
        'batch/accuracy': reports.reduce((sum, { correct }) => sum + correct, 0) / pictures,
        learning_rate: report.learningRate,
      };
      reports = [];
      return metrics;
    },
  };
}
