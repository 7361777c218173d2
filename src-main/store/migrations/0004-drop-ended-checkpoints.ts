/** Runs that do not go on let go of their checkpoints; the garbage collection takes the files. Frozen. */
export const dropEndedCheckpoints = `
UPDATE run SET checkpoint_hash = NULL WHERE status IN ('completed', 'stopped', 'diverged');
`;
