/** How often in a row a job's station died under it: a power cut is no fault of the job. Frozen. */
export const countInterruptions = `
ALTER TABLE job ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0;
`;
