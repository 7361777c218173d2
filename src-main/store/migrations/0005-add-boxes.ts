/**
 * Boxes on pictures, the state of a picture's annotation, and datasets of boxes. A box is valid from one revision of its
 * picture until another, so that a stroke writes what it changes and any revision can be read back. Frozen.
 */
export const addBoxes = `
ALTER TABLE annotation_revision ADD COLUMN state TEXT NOT NULL DEFAULT 'none'
  CHECK (state IN ('none','draft','predicted','labelled','rejected'));
UPDATE annotation_revision SET state = 'labelled' WHERE class_id IS NOT NULL;
ALTER TABLE image_label ADD COLUMN state TEXT NOT NULL DEFAULT 'none'
  CHECK (state IN ('none','draft','predicted','labelled','rejected'));
ALTER TABLE image_label ADD COLUMN box_count INTEGER NOT NULL DEFAULT 0;
UPDATE image_label SET state = 'labelled' WHERE class_id IS NOT NULL;
CREATE INDEX image_label_by_state ON image_label (state, image_hash);

CREATE TABLE annotation_box (
  image_hash TEXT NOT NULL REFERENCES image (hash),
  -- Stays the same through edits.
  box_id TEXT NOT NULL,
  from_revision INTEGER NOT NULL REFERENCES annotation_revision (id),
  until_revision INTEGER REFERENCES annotation_revision (id),
  -- The order in which the picture's boxes were made.
  position INTEGER NOT NULL,
  class_id INTEGER NOT NULL REFERENCES class (id),
  -- Pixels of the upright picture; x and y are the upper left corner.
  x REAL NOT NULL,
  y REAL NOT NULL,
  width REAL NOT NULL CHECK (width > 0),
  height REAL NOT NULL CHECK (height > 0),
  -- Who made the box: kept however it is edited.
  source TEXT NOT NULL CHECK (source IN ('human','import','model')),
  author TEXT NOT NULL,
  score REAL,
  model TEXT,
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  PRIMARY KEY (image_hash, box_id, from_revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX annotation_box_by_start ON annotation_box (from_revision);
CREATE INDEX annotation_box_by_end ON annotation_box (until_revision) WHERE until_revision IS NOT NULL;

-- The classes that a picture shows now, by its tag or by boxes, kept in the same transaction as the revision.
CREATE TABLE image_class (
  image_hash TEXT NOT NULL REFERENCES image (hash),
  class_id INTEGER NOT NULL REFERENCES class (id),
  box_count INTEGER NOT NULL,
  PRIMARY KEY (image_hash, class_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_class_by_class ON image_class (class_id, image_hash);
INSERT INTO image_class (image_hash, class_id, box_count)
  SELECT image_hash, class_id, 0 FROM image_label WHERE class_id IS NOT NULL;
DROP INDEX image_label_by_class;

ALTER TABLE dataset_version ADD COLUMN task TEXT NOT NULL DEFAULT 'classification'
  CHECK (task IN ('classification','detection'));

CREATE TABLE new_dataset_entry (
  dataset_id INTEGER NOT NULL REFERENCES dataset (id),
  image_hash TEXT NOT NULL REFERENCES image (hash),
  from_version INTEGER NOT NULL,
  until_version INTEGER,
  revision_id INTEGER NOT NULL REFERENCES annotation_revision (id),
  -- Null in detection: the boxes of the revision are the truth.
  class_id INTEGER REFERENCES class (id),
  split TEXT NOT NULL CHECK (split IN ('train','val','test')),
  PRIMARY KEY (dataset_id, image_hash, from_version)
) STRICT, WITHOUT ROWID;
INSERT INTO new_dataset_entry (dataset_id, image_hash, from_version, until_version, revision_id, class_id, split)
  SELECT dataset_id, image_hash, from_version, until_version, revision_id, class_id, split FROM dataset_entry;
DROP TABLE dataset_entry;
ALTER TABLE new_dataset_entry RENAME TO dataset_entry;
CREATE INDEX dataset_entry_open ON dataset_entry (dataset_id, until_version, from_version);
`;
