/** Calls about registered models. */
import type { Deployment } from '../loop/deployment/deployment.ts';
import type { Registry } from '../loop/registry/registry.ts';
import type { Implementer } from './implementer.ts';

export interface RegistryServices {
  readonly registry: Registry;
  readonly deployment: Pick<Deployment, 'adopt'>;
}

export function createRegistryApi(
  { registry: api }: Implementer,
  { registry, deployment }: RegistryServices,
) {
  return {
    listModels: api.listModels.handler(() => registry.listModels()),
    listVersions: api.listVersions.handler(({ input }) => registry.listVersions(input.name)),
    getVersion: api.getVersion.handler(({ input }) => registry.getVersion(input.reference)),
    importModel: api.importModel.handler(async ({ input }) => {
      const draft = await registry.readModelFile(input);
      return deployment.adopt(registry.registerVersion(draft));
    }),
  };
}
