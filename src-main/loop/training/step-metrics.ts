/** The points of the training curve between the ends of the epochs: means over windows of steps. */
import type { StepReport } from './training-loop.ts';

/** At most this many points over a whole run. */
const pointsPerRun = 300;

/** Windows are shares of the run, so that a time budget that cuts it short has its curve too. */
export function createStepMetrics() {
  let reports: StepReport[] = [];
  let nextShare = 0;
  return {
    /** @returns the metrics of a window at its last step, undefined at the others */
    add(report: StepReport): Record<string, number> | undefined {
      reports.push(report);
      if (report.share < nextShare) return undefined;
      nextShare = report.share + 1 / pointsPerRun;
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
