/** The books of an export job: its pictures from the rows, and its end. */
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import type { JobHandler } from '../../../jobs/job-kind.ts';
import type { Store } from '../../../store/store.ts';
import type { Datasets } from '../datasets.ts';
import type { ExportJobRequest, ExportResult, ExportSpec } from './export-job.ts';
import { readExportSource } from './export-source.ts';

export interface ExportHandlerOptions {
  readonly store: Pick<Store, 'exports' | 'settings' | 'annotations'>;
  readonly datasets: Pick<Datasets, 'getVersion'>;
  readonly clock: Clock;
}

/** An interrupted export begins anew: what it left beside its folder is removed first. */
export function createExportHandler({
  store,
  datasets,
  clock,
}: ExportHandlerOptions): JobHandler<ExportJobRequest, ExportSpec, never, ExportResult> {
  return {
    resumesAfterRestart: true,
    maxAttempts: 3,
    prepare: (_job, request) => {
      const { exportId, format, folder, overwrite } = request;
      const workFolder = join(dirname(folder), `.${basename(folder)}.${exportId}`);
      const { set } = readExportSource({ store, datasets }, request);
      return { format, folder, workFolder, overwrite, set };
    },
    onUpdate: () => undefined,
    onEnd: (_job, { exportId }) => store.exports.end(exportId, clock.now()),
  };
}
