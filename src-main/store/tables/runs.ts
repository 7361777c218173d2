/** Experiments and training runs with their params, metrics, tags and artifacts, in MLflow's words. */
import type { BlobHash, RunId } from '../../../src-preload/contract/ids.ts';
import {
  type MetricPoint,
  type Run,
  type RunStatus,
  runSchema,
  type TrainingParameters,
  trainingParametersSchema,
} from '../../../src-preload/contract/training.ts';
import { AppError } from '../../base/app-error.ts';
import type { Database } from '../connection.ts';

/** A run as its row tells it; the job is the queue's, and whether it can go on follows from the status. */
export type RunRecord = Omit<Run, 'job' | 'isResumable'>;

export interface NewRun {
  readonly id: RunId;
  readonly name: string;
  readonly experiment: string;
  readonly dataset: { readonly name: string; readonly version: number };
  readonly modelName: string;
  readonly parameters: TrainingParameters;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export type EndedRunStatus = Exclude<RunStatus, 'queued' | 'running'>;

export interface Checkpoint {
  readonly hash: BlobHash;
  /** Epochs done. */
  readonly epoch: number;
  /** Training time spent up to it. */
  readonly spentMs: number;
}

export interface Artifact {
  readonly path: string;
  readonly blobHash: BlobHash;
  readonly sizeBytes: number;
}

interface RunRow {
  id: string;
  name: string;
  experiment: string;
  status: string;
  reason: string | null;
  dataset: string;
  dataset_version: number;
  model_name: string;
  model_version: number | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  checkpoint_epoch: number | null;
}

const selectRun = `
  SELECT run.id, run.name, experiment.name AS experiment, run.status, run.reason, dataset.name AS dataset,
    run.dataset_version, run.model_name, model_version.version AS model_version, run.created_at, run.started_at,
    run.ended_at, run.checkpoint_epoch
  FROM run
  JOIN experiment ON experiment.id = run.experiment_id
  JOIN dataset ON dataset.id = run.dataset_id
  LEFT JOIN model_version ON model_version.run_id = run.id`;

export function createRunsTable(db: Database) {
  return {
    ...createRunQueries(db),
    ...createRunChanges(db),
    ...createMetrics(db),
    ...createArtifacts(db),
  };
}

function createRunQueries(db: Database) {
  const toRun = (row: RunRow) => toRunRecord(db, row);
  const find = (id: RunId): RunRecord | undefined => {
    const row = db.get<RunRow>(`${selectRun} WHERE run.id = ?`, [id]);
    return row && toRun(row);
  };
  return {
    find,
    /** @throws {AppError} NOT_FOUND */
    get(id: RunId): RunRecord {
      const run = find(id);
      if (!run) throw new AppError('NOT_FOUND', `there is no run ${id}`, { data: { id } });
      return run;
    },
    /** Newest first. */
    list(limit: number): RunRecord[] {
      return db
        .all<RunRow>(`${selectRun} ORDER BY run.created_at DESC, run.id DESC LIMIT ?`, [limit])
        .map(toRun);
    },
    count(): number {
      return db.get<{ runs: number }>('SELECT count(*) AS runs FROM run')?.runs ?? 0;
    },
    readParameters(id: RunId): TrainingParameters {
      const row = db.get<{ parameters: string }>('SELECT parameters FROM run WHERE id = ?', [id]);
      return trainingParametersSchema.parse(JSON.parse(row?.parameters ?? '{}'));
    },
    findCheckpoint(id: RunId): Checkpoint | undefined {
      const row = db.get<{ hash: string | null; epoch: number | null; spent_ms: number }>(
        'SELECT checkpoint_hash AS hash, checkpoint_epoch AS epoch, spent_ms FROM run WHERE id = ?',
        [id],
      );
      if (!row?.hash) return undefined;
      return { hash: row.hash as BlobHash, epoch: row.epoch ?? 0, spentMs: row.spent_ms };
    },
  };
}

function createRunChanges(db: Database) {
  const writePairs = (table: 'run_param' | 'run_tag', id: RunId, pairs: Readonly<Record<string, string>>) => {
    for (const [key, value] of Object.entries(pairs)) {
      db.run(
        `INSERT INTO ${table} (run_id, key, value) VALUES (?, ?, ?)
         ON CONFLICT (run_id, key) DO UPDATE SET value = excluded.value`,
        [id, key, value],
      );
    }
  };
  return {
    /** Makes the experiment where there is none of that name. */
    insert(run: NewRun): void {
      db.transaction(() => {
        db.run('INSERT INTO experiment (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING', [
          run.experiment,
          run.createdAt,
        ]);
        insertRun(db, run);
        writePairs('run_param', run.id, run.params);
        writePairs('run_tag', run.id, run.tags);
      });
    },
    writeParams: (id: RunId, params: Readonly<Record<string, string>>) => writePairs('run_param', id, params),
    writeTags: (id: RunId, tags: Readonly<Record<string, string>>) => writePairs('run_tag', id, tags),
    /** Back into the queue, for a run that goes on. */
    requeue(id: RunId): void {
      db.run(`UPDATE run SET status = 'queued', reason = NULL, ended_at = NULL WHERE id = ?`, [id]);
    },
    start(id: RunId, at: number): void {
      db.run(`UPDATE run SET status = 'running', started_at = coalesce(started_at, ?) WHERE id = ?`, [
        at,
        id,
      ]);
    },
    recordCheckpoint(id: RunId, checkpoint: Checkpoint): void {
      db.run('UPDATE run SET checkpoint_hash = ?, checkpoint_epoch = ?, spent_ms = ? WHERE id = ?', [
        checkpoint.hash,
        checkpoint.epoch,
        checkpoint.spentMs,
        id,
      ]);
    },
    /** For a run that does not go on: the epoch and the time stay told. */
    dropCheckpoint(id: RunId): void {
      db.run('UPDATE run SET checkpoint_hash = NULL WHERE id = ?', [id]);
    },
    end(id: RunId, end: { status: EndedRunStatus; reason: string; at: number }): void {
      db.run('UPDATE run SET status = ?, reason = ?, ended_at = ? WHERE id = ?', [
        end.status,
        end.reason,
        end.at,
        id,
      ]);
    },
  };
}

function insertRun(db: Database, run: NewRun): void {
  const { changes } = db.run(
    `INSERT INTO run (id, name, experiment_id, status, dataset_id, dataset_version, model_name, parameters, created_at)
     SELECT :id, :name, experiment.id, 'queued', dataset.id, :version, :modelName, :parameters, :createdAt
     FROM experiment, dataset WHERE experiment.name = :experiment AND dataset.name = :dataset`,
    {
      id: run.id,
      name: run.name,
      version: run.dataset.version,
      modelName: run.modelName,
      parameters: JSON.stringify(run.parameters),
      createdAt: run.createdAt,
      experiment: run.experiment,
      dataset: run.dataset.name,
    },
  );
  if (changes === 0) throw new AppError('NOT_FOUND', `there is no dataset ${run.dataset.name}`);
}

function createMetrics(db: Database) {
  return {
    /** A point that is there already, as after a restart in the middle of an epoch, is replaced. */
    recordMetrics(id: RunId, points: readonly MetricPoint[]): void {
      for (const { key, step, value, timestamp } of points) {
        db.run(
          `INSERT INTO run_metric (run_id, key, step, value, timestamp) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (run_id, key, step) DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp`,
          [id, key, step, value, timestamp],
        );
      }
    },
    /** By key, then step. */
    listMetrics(id: RunId): MetricPoint[] {
      return db.all<MetricPoint>(
        'SELECT key, step, value, timestamp FROM run_metric WHERE run_id = ? ORDER BY key, step',
        [id],
      );
    },
  };
}

function createArtifacts(db: Database) {
  return {
    writeArtifact(id: RunId, artifact: Artifact): void {
      db.run(
        `INSERT INTO run_artifact (run_id, path, blob_hash, size_bytes) VALUES (?, ?, ?, ?)
         ON CONFLICT (run_id, path) DO UPDATE SET blob_hash = excluded.blob_hash, size_bytes = excluded.size_bytes`,
        [id, artifact.path, artifact.blobHash, artifact.sizeBytes],
      );
    },
    listArtifacts(id: RunId): Artifact[] {
      return db.all<Artifact>(
        'SELECT path, blob_hash AS blobHash, size_bytes AS sizeBytes FROM run_artifact WHERE run_id = ? ORDER BY path',
        [id],
      );
    },
  };
}

function toRunRecord(db: Database, row: RunRow): RunRecord {
  return runSchema.omit({ job: true, isResumable: true }).parse({
    id: row.id,
    name: row.name,
    experiment: row.experiment,
    status: row.status,
    reason: row.reason,
    dataset: { name: row.dataset, version: row.dataset_version },
    modelName: row.model_name,
    modelVersion: row.model_version,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    params: readPairs(db, 'run_param', row.id),
    metrics: readLastMetrics(db, row.id),
    tags: readPairs(db, 'run_tag', row.id),
    checkpointEpoch: row.checkpoint_epoch,
  });
}

function readPairs(db: Database, table: 'run_param' | 'run_tag', id: string): Record<string, string> {
  const rows = db.all<{ key: string; value: string }>(
    `SELECT key, value FROM ${table} WHERE run_id = ? ORDER BY key`,
    [id],
  );
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** The value at the highest step of each key: SQLite takes bare columns from the row that holds the maximum. */
function readLastMetrics(db: Database, id: string): Record<string, number> {
  const rows = db.all<{ key: string; value: number }>(
    'SELECT key, value, max(step) FROM run_metric WHERE run_id = ? GROUP BY key',
    [id],
  );
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}
