/** Calls about what answers predictions. */
import type { Deployment } from '../loop/deployment/deployment.ts';
import type { Implementer } from './implementer.ts';

export interface DeploymentServices {
  readonly deployment: Deployment;
  /** Who promotes and rolls back, for the history. */
  readonly readOperator: () => string;
}

export function createDeploymentApi({ deployment: api }: Implementer, services: DeploymentServices) {
  const { deployment, readOperator } = services;
  return {
    listServing: api.listServing.handler(() => deployment.listServing()),
    predict: api.predict.handler(async ({ input: { image, model, ...asked } }) =>
      deployment.predict(await image.bytes(), model, asked),
    ),
    promote: api.promote.handler(({ input }) => deployment.promote(input, readOperator())),
    rollback: api.rollback.handler(({ input }) => deployment.rollback(input, readOperator())),
    listHistory: api.listHistory.handler(({ input }) => deployment.listHistory(input.model)),
  };
}
