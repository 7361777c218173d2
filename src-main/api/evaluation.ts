/** Calls about evaluations and comparisons. */
import type { Evaluations } from '../loop/evaluation/evaluations.ts';
import type { Implementer } from './implementer.ts';

export function createEvaluationApi({ evaluation: api }: Implementer, evaluations: Evaluations) {
  return {
    startEvaluation: api.startEvaluation.handler(({ input }) => evaluations.startEvaluation(input)),
    listEvaluations: api.listEvaluations.handler(({ input }) => evaluations.listEvaluations(input)),
    getEvaluation: api.getEvaluation.handler(({ input }) => evaluations.getEvaluation(input.id)),
    listDetections: api.listDetections.handler(({ input: { id, query, offset, limit } }) =>
      evaluations.listDetections(id, query, { offset, limit }),
    ),
    listTruths: api.listTruths.handler(({ input: { id, outcome, className, size, offset, limit } }) =>
      evaluations.listTruths(id, { outcome, className, size }, { offset, limit }),
    ),
    getPicture: api.getPicture.handler(({ input }) => evaluations.getPicture(input.id, input.imageHash)),
    exportCoco: api.exportCoco.handler(({ input }) => evaluations.exportCoco(input.id)),
    compareModels: api.compareModels.handler(({ input, signal }) => evaluations.compareModels(input, signal)),
  };
}
