/** Registered models, their immutable versions with lineage, and the aliases that point at them. */
import type { BlobHash, RunId } from '../../../src-preload/contract/ids.ts';
import {
  type Alias,
  type ModelVersion,
  modelVersionSchema,
  type RegisteredModel,
} from '../../../src-preload/contract/registry.ts';
import type { Database } from '../connection.ts';

export interface NewModelVersion {
  readonly name: string;
  readonly runId: RunId | null;
  readonly dataset: { readonly name: string; readonly version: number } | null;
  readonly architecture: string;
  readonly classNames: readonly string[];
  readonly imageSize: number;
  readonly blobHash: BlobHash;
  readonly sizeBytes: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly createdAt: number;
}

interface VersionRow {
  name: string;
  version: number;
  aliases: string;
  run_id: string | null;
  dataset: string | null;
  dataset_version: number | null;
  architecture: string;
  class_names: string;
  image_size: number;
  blob_hash: string;
  size_bytes: number;
  metrics: string;
  created_at: number;
}

const selectVersion = `
  SELECT model_version.name, model_version.version, run_id, dataset.name AS dataset, dataset_version, architecture,
    class_names, image_size, blob_hash, size_bytes, metrics, model_version.created_at,
    (SELECT json_group_array(alias) FROM (SELECT alias FROM model_alias WHERE model_alias.name = model_version.name
      AND model_alias.version = model_version.version ORDER BY alias)) AS aliases
  FROM model_version LEFT JOIN dataset ON dataset.id = model_version.dataset_id`;

export function createModelsTable(db: Database) {
  return { ...createModelQueries(db), ...createModelChanges(db) };
}

function createModelQueries(db: Database) {
  return {
    /** By name. */
    list(): RegisteredModel[] {
      return db.all<RegisteredModel>(
        `SELECT name, created_at AS createdAt,
           (SELECT max(version) FROM model_version WHERE model_version.name = registered_model.name) AS latestVersion,
           (SELECT version FROM model_alias WHERE model_alias.name = registered_model.name AND alias = 'champion') AS champion,
           (SELECT version FROM model_alias WHERE model_alias.name = registered_model.name AND alias = 'challenger') AS challenger
         FROM registered_model ORDER BY name`,
      );
    },
    /** Newest first; of one model, or of all. */
    listVersions(name?: string): ModelVersion[] {
      const rows = db.all<VersionRow>(
        `${selectVersion} WHERE :name IS NULL OR model_version.name = :name
         ORDER BY model_version.created_at DESC, model_version.version DESC`,
        { name: name ?? null },
      );
      return rows.map(toModelVersion);
    },
    findVersion(name: string, version: number): ModelVersion | undefined {
      const row = db.get<VersionRow>(
        `${selectVersion} WHERE model_version.name = ? AND model_version.version = ?`,
        [name, version],
      );
      return row && toModelVersion(row);
    },
    findAlias(name: string, alias: Alias): number | undefined {
      const row = db.get<{ version: number }>(
        'SELECT version FROM model_alias WHERE name = ? AND alias = ?',
        [name, alias],
      );
      return row?.version;
    },
  };
}

function createModelChanges(db: Database) {
  return {
    /** @returns the new version's number: one above the highest of the name, which is registered where it is new. */
    insertVersion(model: NewModelVersion): number {
      return db.transaction(() => {
        db.run(
          'INSERT INTO registered_model (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
          [model.name, model.createdAt],
        );
        const version = readHighestVersion(db, model.name) + 1;
        insertVersion(db, model, version);
        return version;
      });
    },
    setAlias(name: string, alias: Alias, version: number): void {
      db.run(
        `INSERT INTO model_alias (name, alias, version) VALUES (?, ?, ?)
         ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version`,
        [name, alias, version],
      );
    },
    /** Takes the alias away if it points at that version. */
    dropAlias(name: string, alias: Alias, version: number): void {
      db.run('DELETE FROM model_alias WHERE name = ? AND alias = ? AND version = ?', [name, alias, version]);
    },
  };
}

function readHighestVersion(db: Database, name: string): number {
  const row = db.get<{ version: number | null }>(
    'SELECT max(version) AS version FROM model_version WHERE name = ?',
    [name],
  );
  return row?.version ?? 0;
}

function insertVersion(db: Database, model: NewModelVersion, version: number): void {
  db.run(
    `INSERT INTO model_version (name, version, run_id, dataset_id, dataset_version, architecture, class_names,
       image_size, blob_hash, size_bytes, metrics, created_at)
     VALUES (:name, :version, :runId, (SELECT id FROM dataset WHERE name = :dataset), :datasetVersion, :architecture,
       :classNames, :imageSize, :blobHash, :sizeBytes, :metrics, :createdAt)`,
    {
      name: model.name,
      version,
      runId: model.runId,
      dataset: model.dataset?.name ?? null,
      datasetVersion: model.dataset?.version ?? null,
      architecture: model.architecture,
      classNames: JSON.stringify(model.classNames),
      imageSize: model.imageSize,
      blobHash: model.blobHash,
      sizeBytes: model.sizeBytes,
      metrics: JSON.stringify(model.metrics),
      createdAt: model.createdAt,
    },
  );
}

function toModelVersion(row: VersionRow): ModelVersion {
  return modelVersionSchema.parse({
    name: row.name,
    version: row.version,
    aliases: JSON.parse(row.aliases),
    runId: row.run_id,
    dataset: row.dataset === null ? null : { name: row.dataset, version: row.dataset_version },
    architecture: row.architecture,
    classNames: JSON.parse(row.class_names),
    imageSize: row.image_size,
    blobHash: row.blob_hash,
    sizeBytes: row.size_bytes,
    metrics: JSON.parse(row.metrics),
    createdAt: row.created_at,
  });
}
