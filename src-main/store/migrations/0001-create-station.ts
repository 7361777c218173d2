/** The first schema: pictures, labels, dataset versions, jobs, runs, models, evaluations, deployments. Frozen. */
export const createStation = `
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  subject TEXT NOT NULL,
  spec TEXT NOT NULL CHECK (json_valid(spec)),
  status TEXT NOT NULL CHECK (status IN ('queued','running','succeeded','failed','crashed','cancelled')),
  fraction REAL NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  remaining_ms REAL,
  attempt INTEGER NOT NULL DEFAULT 0,
  -- Starts in a row that got no further than an earlier one, and the fraction that is to be passed.
  setbacks INTEGER NOT NULL DEFAULT 0,
  headway REAL NOT NULL DEFAULT 0,
  -- A cancellation asked for is kept through a restart.
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  heartbeat_at INTEGER,
  ended_at INTEGER,
  error TEXT CHECK (error IS NULL OR json_valid(error))
) STRICT;
CREATE INDEX job_by_status ON job (status, created_at);
CREATE INDEX job_by_subject ON job (subject, created_at);

CREATE TABLE job_log (
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info','warn','error')),
  message TEXT NOT NULL
) STRICT;
CREATE INDEX job_log_by_job ON job_log (job_id, id);

CREATE TABLE import (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES job (id),
  request TEXT NOT NULL CHECK (json_valid(request)),
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  classes_added TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(classes_added))
) STRICT;

-- One row per file that an import has dealt with: what makes an interrupted import resume where it stopped.
CREATE TABLE import_file (
  import_id TEXT NOT NULL REFERENCES import (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('added','duplicate','rejected')),
  image_hash TEXT,
  labelled INTEGER NOT NULL DEFAULT 0,
  code TEXT,
  reason TEXT,
  PRIMARY KEY (import_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_file_by_outcome ON import_file (import_id, outcome);

CREATE TABLE image (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  thumbnail_hash TEXT NOT NULL,
  file_name TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  format TEXT NOT NULL,
  source TEXT NOT NULL,
  import_id TEXT NOT NULL REFERENCES import (id),
  imported_at INTEGER NOT NULL,
  origin_split TEXT CHECK (origin_split IN ('train','val','test'))
) STRICT;
CREATE INDEX image_by_source ON image (source, sequence);

CREATE TABLE class (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL,
  color TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Append-only. A labelling step is one row of annotation_step and one revision per picture.
CREATE TABLE annotation_step (
  id INTEGER PRIMARY KEY,
  author TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('human','import','model')),
  created_at INTEGER NOT NULL,
  -- The step that this one takes back, and whether this step itself has been taken back.
  reverts INTEGER REFERENCES annotation_step (id),
  kind TEXT NOT NULL CHECK (kind IN ('edit','undo','redo'))
) STRICT;

CREATE TABLE annotation_revision (
  id INTEGER PRIMARY KEY,
  step_id INTEGER NOT NULL REFERENCES annotation_step (id),
  image_hash TEXT NOT NULL REFERENCES image (hash),
  class_id INTEGER REFERENCES class (id),
  previous_id INTEGER REFERENCES annotation_revision (id)
) STRICT;
CREATE INDEX annotation_revision_by_image ON annotation_revision (image_hash, id);
CREATE INDEX annotation_revision_by_step ON annotation_revision (step_id);

-- The newest revision of each picture, kept in the same transaction as the revision.
CREATE TABLE image_label (
  image_hash TEXT PRIMARY KEY REFERENCES image (hash),
  revision_id INTEGER NOT NULL REFERENCES annotation_revision (id),
  class_id INTEGER REFERENCES class (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_label_by_class ON image_label (class_id);

CREATE TABLE dataset (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE dataset_version (
  dataset_id INTEGER NOT NULL REFERENCES dataset (id),
  version INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  splits TEXT CHECK (splits IS NULL OR json_valid(splits)),
  class_names TEXT NOT NULL CHECK (json_valid(class_names)),
  train_count INTEGER NOT NULL,
  val_count INTEGER NOT NULL,
  test_count INTEGER NOT NULL,
  digest TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (dataset_id, version)
) STRICT;

-- A picture belongs to the versions from_version <= v < until_version: a new version writes only what changed.
CREATE TABLE dataset_entry (
  dataset_id INTEGER NOT NULL REFERENCES dataset (id),
  image_hash TEXT NOT NULL REFERENCES image (hash),
  from_version INTEGER NOT NULL,
  until_version INTEGER,
  revision_id INTEGER NOT NULL REFERENCES annotation_revision (id),
  class_id INTEGER NOT NULL REFERENCES class (id),
  split TEXT NOT NULL CHECK (split IN ('train','val','test')),
  PRIMARY KEY (dataset_id, image_hash, from_version)
) STRICT, WITHOUT ROWID;
CREATE INDEX dataset_entry_open ON dataset_entry (dataset_id, until_version, from_version);

CREATE TABLE experiment (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE run (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  experiment_id INTEGER NOT NULL REFERENCES experiment (id),
  status TEXT NOT NULL CHECK (status IN ('queued','running','completed','stopped','diverged','cancelled','failed','crashed')),
  reason TEXT,
  dataset_id INTEGER NOT NULL,
  dataset_version INTEGER NOT NULL,
  model_name TEXT NOT NULL,
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  checkpoint_hash TEXT,
  checkpoint_epoch INTEGER,
  -- Training time already spent, so that a budget holds across restarts.
  spent_ms INTEGER NOT NULL DEFAULT 0,
  FOREIGN KEY (dataset_id, dataset_version) REFERENCES dataset_version (dataset_id, version)
) STRICT;
CREATE INDEX run_by_creation ON run (created_at);

CREATE TABLE run_param (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_metric (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  step INTEGER NOT NULL,
  value REAL NOT NULL,
  timestamp INTEGER NOT NULL,
  PRIMARY KEY (run_id, key, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_tag (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_artifact (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  blob_hash TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (run_id, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE registered_model (
  name TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE model_version (
  name TEXT NOT NULL REFERENCES registered_model (name),
  version INTEGER NOT NULL,
  run_id TEXT UNIQUE REFERENCES run (id),
  dataset_id INTEGER,
  dataset_version INTEGER,
  architecture TEXT NOT NULL,
  class_names TEXT NOT NULL CHECK (json_valid(class_names)),
  image_size INTEGER NOT NULL,
  blob_hash TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  metrics TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metrics)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (name, version),
  FOREIGN KEY (dataset_id, dataset_version) REFERENCES dataset_version (dataset_id, version)
) STRICT;

-- The foreign key makes an alias without its version impossible.
CREATE TABLE model_alias (
  name TEXT NOT NULL,
  alias TEXT NOT NULL CHECK (alias IN ('champion','challenger')),
  version INTEGER NOT NULL,
  PRIMARY KEY (name, alias),
  FOREIGN KEY (name, version) REFERENCES model_version (name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation (
  id TEXT PRIMARY KEY,
  job_id TEXT REFERENCES job (id),
  -- sha-256 of the ONNX file: the same bytes on the same split need no second evaluation.
  model_hash TEXT NOT NULL,
  model_label TEXT NOT NULL,
  model_name TEXT,
  model_version INTEGER,
  dataset_id INTEGER NOT NULL,
  dataset_version INTEGER NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('train','val','test')),
  request TEXT NOT NULL CHECK (json_valid(request)),
  -- Null until the job has succeeded.
  report TEXT CHECK (report IS NULL OR json_valid(report)),
  created_at INTEGER NOT NULL,
  FOREIGN KEY (dataset_id, dataset_version) REFERENCES dataset_version (dataset_id, version),
  FOREIGN KEY (model_name, model_version) REFERENCES model_version (name, version)
) STRICT;
CREATE INDEX evaluation_by_model ON evaluation (model_name, model_version, created_at);
CREATE INDEX evaluation_by_content ON evaluation (model_hash, dataset_id, dataset_version, split);

CREATE TABLE evaluation_prediction (
  evaluation_id TEXT NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE,
  image_hash TEXT NOT NULL REFERENCES image (hash),
  true_class TEXT NOT NULL,
  predicted_class TEXT NOT NULL,
  score REAL NOT NULL,
  PRIMARY KEY (evaluation_id, image_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX evaluation_prediction_by_cell ON evaluation_prediction (evaluation_id, true_class, predicted_class);

CREATE TABLE deployment_event (
  id INTEGER PRIMARY KEY,
  model_name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('promote','rollback')),
  from_version INTEGER,
  to_version INTEGER NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  switch_ms REAL,
  comparison TEXT CHECK (comparison IS NULL OR json_valid(comparison)),
  FOREIGN KEY (model_name, to_version) REFERENCES model_version (name, version)
) STRICT;
CREATE INDEX deployment_event_by_model ON deployment_event (model_name, id);
`;
