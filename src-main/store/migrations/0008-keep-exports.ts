/** Exports of dataset versions: where to, in which format, and what the format had no place for. Frozen. */
export const keepExports = `
CREATE TABLE dataset_export (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES job (id),
  -- NAME@2 or NAME@2/test.
  reference TEXT NOT NULL,
  format TEXT NOT NULL,
  folder TEXT NOT NULL,
  pictures INTEGER NOT NULL,
  boxes INTEGER NOT NULL,
  renamed INTEGER NOT NULL,
  losses TEXT NOT NULL CHECK (json_valid(losses)),
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX dataset_export_by_start ON dataset_export (started_at);
`;
