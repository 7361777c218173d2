/** What imports of label files brought and set aside: boxes per picture, pictures and boxes per class, faults with places. Frozen. */
export const countImportedBoxes = `
ALTER TABLE import_file ADD COLUMN predicted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_file ADD COLUMN background INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_file ADD COLUMN boxes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_file ADD COLUMN clipped INTEGER NOT NULL DEFAULT 0;

CREATE TABLE import_class (
  import_id TEXT NOT NULL REFERENCES import (id) ON DELETE CASCADE,
  class_name TEXT NOT NULL,
  pictures INTEGER NOT NULL,
  boxes INTEGER NOT NULL,
  PRIMARY KEY (import_id, class_name)
) STRICT, WITHOUT ROWID;

-- Parts of label files that were set aside; told again by an import that goes on after an interruption.
CREATE TABLE import_fault (
  import_id TEXT NOT NULL REFERENCES import (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  -- '' for the file as a whole.
  place TEXT NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (import_id, path, place, code, reason)
) STRICT, WITHOUT ROWID;
`;
