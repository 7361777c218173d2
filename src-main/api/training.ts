/** Calls about training runs. */
import type { Training } from '../loop/training/training.ts';
import type { Implementer } from './implementer.ts';

export function createTrainingApi({ training: api }: Implementer, training: Training) {
  return {
    listArchitectures: api.listArchitectures.handler(() => training.listArchitectures()),
    startRun: api.startRun.handler(({ input }) => training.startRun(input)),
    estimate: api.estimate.handler(({ input }) => training.estimate(input)),
    resumeRun: api.resumeRun.handler(({ input }) => training.resumeRun(input.id)),
    cancelRun: api.cancelRun.handler(({ input }) => training.cancelRun(input.id)),
    listRuns: api.listRuns.handler(({ input }) => training.listRuns(input.limit)),
    getRun: api.getRun.handler(({ input }) => training.getRun(input.id)),
    listMetrics: api.listMetrics.handler(({ input }) => training.listMetrics(input.id)),
  };
}
