/** Whether a model has learned from a picture: by its own dataset version, and by those of the versions that it goes on from. */
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Exposure } from '../../../src-preload/contract/queue.ts';
import type { ReadableDatabase } from '../connection.ts';

/** The dataset versions that a model and those before it were trained on; undefined of a model of unknown origin. */
export type Lineage = readonly { readonly datasetId: number; readonly version: number }[] | undefined;

export function createExposureQueries(db: ReadableDatabase) {
  return {
    /** @param model `NAME/VERSION`, or a file. A base that came as a file is taken to know none of the pictures. */
    readLineage(model: string): Lineage {
      const rows = db.all<{ model: string; datasetId: number | null; version: number | null }>(
        `WITH RECURSIVE ancestor (model) AS (
           SELECT :model UNION
           SELECT param.value FROM ancestor
           JOIN model_version AS made ON made.name || '/' || made.version = ancestor.model
           JOIN run_param AS param ON param.run_id = made.run_id AND param.key = 'base')
         SELECT ancestor.model, dataset_id AS datasetId, dataset_version AS version
         FROM ancestor JOIN model_version ON name || '/' || model_version.version = ancestor.model`,
        { model },
      );
      const own = rows.find((row) => row.model === model);
      if (own === undefined || own.datasetId === null) return undefined;
      return rows.flatMap(({ datasetId, version }) =>
        datasetId === null || version === null ? [] : [{ datasetId, version }],
      );
    },
    exposureOf(imageHash: ImageHash, lineage: Lineage): Exposure {
      if (lineage === undefined) return 'unknown';
      const isTrainedOn = lineage.some(({ datasetId, version }) =>
        db.get(
          `SELECT 1 FROM dataset_entry WHERE dataset_id = :datasetId AND image_hash = :imageHash AND split = 'train'
             AND from_version <= :version AND (until_version IS NULL OR until_version > :version)`,
          { datasetId, imageHash, version },
        ),
      );
      return isTrainedOn ? 'trained' : 'heldOut';
    },
  };
}
