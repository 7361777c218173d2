/** What pictures and labels are checked for, and what was decided about pictures that look alike. Frozen. */
export const checkQuality = `
CREATE TABLE picture_quality (
  image_hash TEXT PRIMARY KEY REFERENCES image (hash),
  -- Variance of the Laplacian, in squared 8-bit steps.
  sharpness REAL NOT NULL,
  -- Mean, and share of pixels at white, 0 to 1.
  brightness REAL NOT NULL,
  clipped REAL NOT NULL,
  -- 16 hexadecimal digits that are nearly the same for pictures that look alike.
  fingerprint TEXT NOT NULL,
  -- The same for pictures of one size with the same pixels.
  pixel_digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Of the labels as they were with the revision; measured again when there is a newer one.
CREATE TABLE label_measure (
  image_hash TEXT PRIMARY KEY REFERENCES image (hash),
  revision_id INTEGER NOT NULL REFERENCES annotation_revision (id),
  -- Null without boxes, the overlap also without two boxes of one class.
  shortest_side REAL,
  largest_share REAL,
  highest_overlap REAL,
  border_boxes INTEGER NOT NULL,
  class_changes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE quality_decision (
  id INTEGER PRIMARY KEY,
  author TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  undone_at INTEGER
) STRICT;

CREATE TABLE quality_decision_picture (
  decision_id INTEGER NOT NULL REFERENCES quality_decision (id),
  image_hash TEXT NOT NULL REFERENCES image (hash),
  -- Pictures that one decision keeps are no duplicates of each other.
  outcome TEXT NOT NULL CHECK (outcome IN ('kept','setAside')),
  PRIMARY KEY (decision_id, image_hash)
) STRICT, WITHOUT ROWID;

-- In no queue and no new dataset version, but there: undoing the decision brings it back.
CREATE TABLE set_aside (
  image_hash TEXT PRIMARY KEY REFERENCES image (hash),
  decision_id INTEGER NOT NULL REFERENCES quality_decision (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX set_aside_by_decision ON set_aside (decision_id);
`;
