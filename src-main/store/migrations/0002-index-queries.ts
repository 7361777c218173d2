/** Indexes for undo, and for filters by source or import together with a label, which read no picture's row. Frozen. */
export const indexQueries = `
CREATE INDEX annotation_step_by_reverts ON annotation_step (reverts) WHERE reverts IS NOT NULL;
CREATE INDEX annotation_step_by_person ON annotation_step (kind, id) WHERE source = 'human';
DROP INDEX image_by_source;
CREATE INDEX image_by_source ON image (source, sequence, hash);
CREATE INDEX image_by_import ON image (import_id, sequence, hash);
`;
