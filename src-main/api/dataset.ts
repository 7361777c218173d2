/** Calls about dataset versions. */
import type { Datasets } from '../loop/dataset/datasets.ts';
import type { Exports } from '../loop/dataset/export/exports.ts';
import type { Implementer } from './implementer.ts';

export function createDatasetApi({ dataset: api }: Implementer, datasets: Datasets, exports: Exports) {
  return {
    createVersion: api.createVersion.handler(({ input }) => datasets.createVersion(input)),
    listVersions: api.listVersions.handler(({ input }) => datasets.listVersions(input.name)),
    getVersion: api.getVersion.handler(({ input }) => datasets.getVersion(input.reference)),
    getStatistics: api.getStatistics.handler(({ input }) => datasets.getStatistics(input.reference)),
    getDifference: api.getDifference.handler(({ input }) =>
      datasets.getDifference(input.reference, input.from),
    ),
    exportVersion: api.exportVersion.handler(({ input }) => exports.exportVersion(input)),
    exportPictures: api.exportPictures.handler(({ input }) => exports.exportPictures(input)),
    getExport: api.getExport.handler(({ input }) => exports.getExport(input.id)),
    listExports: api.listExports.handler(({ input }) => exports.listExports(input.limit)),
  };
}
