/** Labelling by models: what each did to which picture, and how sure the newest label of a picture is. Frozen. */
export const addAutoLabels = `
CREATE TABLE auto_label (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES job (id),
  model TEXT NOT NULL,
  accept_from REAL NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX auto_label_by_start ON auto_label (started_at);

CREATE TABLE auto_label_picture (
  auto_label_id TEXT NOT NULL REFERENCES auto_label (id) ON DELETE CASCADE,
  image_hash TEXT NOT NULL REFERENCES image (hash),
  -- What the model said of it, null where it said what was there already.
  revision_id INTEGER REFERENCES annotation_revision (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('accepted','waiting','audited','left')),
  PRIMARY KEY (auto_label_id, image_hash)
) STRICT, WITHOUT ROWID;

-- Of the model that made the newest revision, 0 to 1; null where a person or an import did.
ALTER TABLE image_label ADD COLUMN certainty REAL;
CREATE INDEX image_label_by_certainty ON image_label (state, certainty);
`;
