/**
 * What models said of pictures when they last looked, the most diverse pictures, and pictures on which annotators differ:
 * what the queues of the desk are counted and ordered by. Frozen.
 */
export const addQueues = `
-- Slim, so that a queue of 100,000 pictures is read in one go: what was said stands in picture_prediction.
CREATE TABLE picture_score (
  image_hash TEXT PRIMARY KEY REFERENCES image (hash),
  model TEXT NOT NULL,
  scored_at INTEGER NOT NULL,
  -- Whether the model has learned from the picture.
  exposure TEXT NOT NULL CHECK (exposure IN ('trained','heldOut','unknown')),
  -- Of a classifier, 0 to 1.
  least_confidence REAL,
  margin REAL,
  entropy REAL,
  -- Of a detector.
  lowest_box REAL,
  box_max REAL,
  box_mean REAL,
  box_sum REAL,
  -- Of the picture's annotation, kept in the same transaction.
  state TEXT NOT NULL CHECK (state IN ('none','draft','predicted','labelled','rejected')),
  -- The label is to be judged, or judged again, against the prediction.
  is_stale INTEGER NOT NULL,
  -- Of the judged label; null where the model can not judge it. The classes are those of a classifier alone.
  suspicion REAL,
  given_class_id INTEGER REFERENCES class (id),
  top_class_id INTEGER REFERENCES class (id),
  top_probability REAL,
  differs INTEGER NOT NULL DEFAULT 0,
  is_strong INTEGER NOT NULL DEFAULT 0,
  -- A person has confirmed or corrected the label since.
  decided_at INTEGER,
  decided_by TEXT,
  -- Whether the picture waits among the uncertain ones, the suspect labels, the disagreements: of the columns above,
  -- written with them, since SQLite counts no generated column by its index alone.
  is_open INTEGER NOT NULL DEFAULT 0,
  is_suspect INTEGER NOT NULL DEFAULT 0,
  is_disputed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_score_by_model ON picture_score (model, scored_at);
CREATE INDEX picture_score_stale ON picture_score (is_stale) WHERE is_stale = 1;
-- Each counts its queue, and gives it in its order.
CREATE INDEX picture_score_by_least_confidence ON picture_score (is_open, least_confidence) WHERE is_open = 1;
CREATE INDEX picture_score_by_margin ON picture_score (is_open, margin) WHERE is_open = 1;
CREATE INDEX picture_score_by_entropy ON picture_score (is_open, entropy) WHERE is_open = 1;
CREATE INDEX picture_score_by_lowest_box ON picture_score (is_open, lowest_box) WHERE is_open = 1;
CREATE INDEX picture_score_by_box_max ON picture_score (is_open, box_max) WHERE is_open = 1;
CREATE INDEX picture_score_by_box_mean ON picture_score (is_open, box_mean) WHERE is_open = 1;
CREATE INDEX picture_score_by_box_sum ON picture_score (is_open, box_sum) WHERE is_open = 1;
CREATE INDEX picture_score_suspect ON picture_score (is_suspect, suspicion) WHERE is_suspect = 1;
CREATE INDEX picture_score_disputed ON picture_score (is_disputed, suspicion) WHERE is_disputed = 1;
CREATE INDEX picture_score_by_decision ON picture_score (decided_by, decided_at) WHERE decided_at IS NOT NULL;

CREATE TABLE picture_prediction (
  image_hash TEXT PRIMARY KEY REFERENCES picture_score (image_hash) ON DELETE CASCADE,
  prediction TEXT NOT NULL CHECK (json_valid(prediction)),
  -- Where the judged label and the prediction differ.
  issues TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(issues))
) STRICT, WITHOUT ROWID;

-- How sure models are, on average, of the class of pictures that are labelled so.
CREATE TABLE class_confidence (
  class_id INTEGER PRIMARY KEY REFERENCES class (id),
  confidence REAL NOT NULL
) STRICT;

CREATE TABLE diverse_picture (
  image_hash TEXT PRIMARY KEY REFERENCES image (hash),
  -- 1 upwards, in the order of the choice.
  rank INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far annotators' answers differ, 0 to 1; null: to be measured. With the overlap from which on boxes are one thing.
CREATE TABLE opinion_dispute (
  image_hash TEXT PRIMARY KEY REFERENCES image (hash),
  degree REAL,
  iou REAL
) STRICT, WITHOUT ROWID;
INSERT INTO opinion_dispute (image_hash) SELECT DISTINCT image_hash FROM opinion;

CREATE VIEW disagreement (image_hash, degree) AS
  SELECT image_hash, suspicion FROM picture_score WHERE is_disputed = 1
  UNION ALL
  SELECT image_hash, degree FROM opinion_dispute
  WHERE degree > 0 AND image_hash NOT IN (SELECT image_hash FROM gold_picture) AND NOT EXISTS (
    SELECT 1 FROM image_label WHERE image_label.image_hash = opinion_dispute.image_hash AND state = 'labelled');

ALTER TABLE picture_quality ADD COLUMN descriptor BLOB;
CREATE INDEX picture_quality_described ON picture_quality (image_hash) WHERE descriptor IS NOT NULL;

CREATE INDEX annotation_step_by_author ON annotation_step (author, created_at);
`;
