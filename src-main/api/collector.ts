/** Calls about how pictures get in. */
import type { Collector } from '../loop/collector/collector.ts';
import type { Implementer } from './implementer.ts';

export function createCollectorApi({ collector: api }: Implementer, collector: Collector) {
  return {
    importPaths: api.importPaths.handler(({ input }) => collector.importPaths(input)),
    openUpload: api.openUpload.handler(() => collector.openUpload()),
    uploadFile: api.uploadFile.handler(({ input }) =>
      collector.uploadFile(input.uploadId, input.path, input),
    ),
    importUpload: api.importUpload.handler(({ input }) => collector.importUpload(input)),
    listImports: api.listImports.handler(({ input }) => collector.listImports(input.limit)),
    getImport: api.getImport.handler(({ input }) => collector.getImport(input.id)),
    listRejections: api.listRejections.handler(({ input }) => collector.listRejections(input.id)),
  };
}
