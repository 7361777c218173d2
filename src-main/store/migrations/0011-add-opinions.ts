/** What several people say of one picture beside its accepted labels, pictures of known truth, and comments. Frozen. */
export const addOpinions = `
-- Append-only: a stroke adds a row, undo and redo move along the parents.
CREATE TABLE opinion_revision (
  id INTEGER PRIMARY KEY,
  image_hash TEXT NOT NULL REFERENCES image (hash),
  annotator TEXT NOT NULL,
  -- The annotator's revision that the stroke was made on.
  parent_id INTEGER REFERENCES opinion_revision (id),
  state TEXT NOT NULL CHECK (state IN ('none','draft','labelled','rejected')),
  class_name TEXT REFERENCES class (name),
  -- All boxes of the revision.
  boxes TEXT NOT NULL CHECK (json_valid(boxes)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX opinion_revision_by_annotator ON opinion_revision (annotator, created_at);
CREATE INDEX opinion_revision_by_parent ON opinion_revision (parent_id);

-- Where each annotator stands with a picture.
CREATE TABLE opinion (
  image_hash TEXT NOT NULL REFERENCES image (hash),
  annotator TEXT NOT NULL,
  -- Null: all is undone.
  revision_id INTEGER REFERENCES opinion_revision (id),
  -- Of the revision.
  state TEXT NOT NULL CHECK (state IN ('none','draft','labelled','rejected')),
  PRIMARY KEY (image_hash, annotator)
) STRICT, WITHOUT ROWID;

CREATE TABLE gold_picture (
  image_hash TEXT PRIMARY KEY REFERENCES image (hash),
  -- The accepted labels as they were.
  class_name TEXT,
  boxes TEXT NOT NULL CHECK (json_valid(boxes)),
  marked_by TEXT NOT NULL,
  marked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE picture_comment (
  id INTEGER PRIMARY KEY,
  image_hash TEXT NOT NULL REFERENCES image (hash),
  author TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Null while it is open.
  resolved_by TEXT,
  resolved_at INTEGER
) STRICT;
CREATE INDEX picture_comment_by_image ON picture_comment (image_hash, id);
`;
