/**
 * When and by what a picture was taken, what stands in for it until it is shown, who made its label, chosen sets of
 * pictures, and pictures that are taken back from being set aside. Frozen.
 */
export const addCapture = `
-- Of the file: make and model, the time of the shutter, the time of the file; null where it does not tell.
ALTER TABLE image ADD COLUMN camera TEXT;
ALTER TABLE image ADD COLUMN captured_at INTEGER;
ALTER TABLE image ADD COLUMN file_time INTEGER;
-- ThumbHash in base64; null until the header of a picture of an earlier version has been read.
ALTER TABLE image ADD COLUMN placeholder TEXT;
ALTER TABLE image ADD COLUMN taken_at INTEGER AS (coalesce(captured_at, file_time, imported_at)) VIRTUAL;
CREATE INDEX image_unread ON image (sequence) WHERE placeholder IS NULL;
CREATE INDEX image_by_taken ON image (taken_at, sequence, hash);
-- For a look at all pictures beside tables that are ordered by hash as well.
CREATE INDEX image_by_hash ON image (hash, taken_at, camera, source);
CREATE INDEX image_by_camera ON image (camera, sequence, hash);
CREATE INDEX image_by_name ON image (file_name COLLATE NOCASE, sequence);
CREATE INDEX image_by_size ON image (size_bytes, sequence);

-- Of the newest revision, kept in the same transaction.
ALTER TABLE image_label ADD COLUMN author TEXT NOT NULL DEFAULT '';
UPDATE image_label SET author = (
  SELECT step.author FROM annotation_revision AS revision
  JOIN annotation_step AS step ON step.id = revision.step_id WHERE revision.id = image_label.revision_id);
CREATE INDEX image_label_by_author ON image_label (author, state, image_hash);
CREATE INDEX image_label_by_confidence ON image_label (certainty, image_hash) WHERE certainty IS NOT NULL;

CREATE TABLE selection (
  id TEXT PRIMARY KEY,
  made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE selection_picture (
  selection_id TEXT NOT NULL REFERENCES selection (id) ON DELETE CASCADE,
  image_hash TEXT NOT NULL REFERENCES image (hash),
  PRIMARY KEY (selection_id, image_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE new_quality_decision_picture (
  decision_id INTEGER NOT NULL REFERENCES quality_decision (id),
  image_hash TEXT NOT NULL REFERENCES image (hash),
  -- Pictures that one decision keeps are no duplicates of each other.
  outcome TEXT NOT NULL CHECK (outcome IN ('kept','setAside','takenBack')),
  PRIMARY KEY (decision_id, image_hash)
) STRICT, WITHOUT ROWID;
INSERT INTO new_quality_decision_picture (decision_id, image_hash, outcome)
  SELECT decision_id, image_hash, outcome FROM quality_decision_picture;
DROP TABLE quality_decision_picture;
ALTER TABLE new_quality_decision_picture RENAME TO quality_decision_picture;
CREATE INDEX quality_decision_picture_by_image ON quality_decision_picture (image_hash, decision_id);
`;
