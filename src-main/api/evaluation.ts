/** Calls about evaluations and comparisons. */
import type { Evaluations } from '../loop/evaluation/evaluations.ts';
import type { Implementer } from './implementer.ts';

export function createEvaluationApi({ evaluation: api }: Implementer, evaluations: Evaluations) {
  return {
    startEvaluation: api.startEvaluation.handler(({ input }) => evaluations.startEvaluation(input)),
    listEvaluations: api.listEvaluations.handler(({ input }) => evaluations.listEvaluations(input)),
    getEvaluation: api.getEvaluation.handler(({ input }) => evaluations.getEvaluation(input.id)),
    compareModels: api.compareModels.handler(({ input, signal }) => evaluations.compareModels(input, signal)),
  };
}
