/** Which runs go on from their checkpoint, and so keep it. */
import type { RunStatus } from '../../../src-preload/contract/training.ts';

const resumable: ReadonlySet<RunStatus> = new Set(['cancelled', 'crashed', 'failed']);

export function isResumable(status: RunStatus): boolean {
  return resumable.has(status);
}
