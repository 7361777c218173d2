/** Calls about registered models. */
import type { Registry } from '../loop/registry/registry.ts';
import type { Implementer } from './implementer.ts';

export function createRegistryApi({ registry: api }: Implementer, registry: Registry) {
  return {
    listModels: api.listModels.handler(() => registry.listModels()),
    listVersions: api.listVersions.handler(({ input }) => registry.listVersions(input.name)),
    getVersion: api.getVersion.handler(({ input }) => registry.getVersion(input.reference)),
  };
}
