/**
 * Evaluations of detectors. Reports and comparisons name their task. Each picture keeps its detections and truths as they
 * were judged, packed, since a detector finds hundreds on each; the kinds of finding per picture and pair of classes are
 * rows, by which pictures are looked for. Frozen.
 */
export const addDetectionEvaluations = `
UPDATE evaluation SET report = json_set(report, '$.task', 'classification') WHERE report IS NOT NULL;
UPDATE deployment_event SET comparison = json_set(comparison, '$.task', 'classification') WHERE comparison IS NOT NULL;

CREATE TABLE evaluation_picture (
  id INTEGER PRIMARY KEY,
  evaluation_id TEXT NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE,
  image_hash TEXT NOT NULL REFERENCES image (hash),
  detections BLOB NOT NULL,
  truths TEXT NOT NULL CHECK (json_valid(truths)),
  UNIQUE (evaluation_id, image_hash)
) STRICT;
CREATE INDEX evaluation_picture_by_image ON evaluation_picture (image_hash);

CREATE TABLE evaluation_finding (
  picture_id INTEGER NOT NULL REFERENCES evaluation_picture (id) ON DELETE CASCADE,
  -- The outcome of a detection, that of a truth, or cell: a count of the confusion matrix.
  kind TEXT NOT NULL,
  -- Empty where there is none: the background.
  predicted_class TEXT NOT NULL,
  true_class TEXT NOT NULL,
  -- The highest of such detections; 1 for truths.
  score REAL NOT NULL,
  PRIMARY KEY (picture_id, kind, predicted_class, true_class)
) STRICT, WITHOUT ROWID;
`;
