import { describe, expect, it } from 'vitest';
import { type Job, jobSchema } from '../../../src-preload/contract/index.ts';
import { staleAfter, withJob } from '../../../src-renderer/client/event-effects.ts';
import { isRepeatable } from '../../../src-renderer/client/reconnecting-link.ts';

const job = (id: string, status: Job['status']): Job =>
  jobSchema.parse({
    id,
    kind: 'train',
    title: 'Train',
    status,
    progress: { fraction: 0, message: '', remainingMs: null },
    subject: 'r1',
    attempt: 1,
    createdAt: 0,
    startedAt: null,
    heartbeatAt: null,
    endedAt: null,
    error: null,
  });

describe('staleAfter', () => {
  it('reads models and runs again when a training ends, but not at each of its steps', () => {
    expect(staleAfter({ type: 'job.updated', job: job('a', 'running') })).toEqual([
      ['system', 'getOverview'],
    ]);
    expect(staleAfter({ type: 'job.updated', job: job('a', 'crashed') })).toContainEqual(['training']);
  });

  it('does not read the list of pictures again when a label changes: it would move under the hands', () => {
    const paths = staleAfter({ type: 'annotation.changed', imageHashes: [] });
    expect(paths).not.toContainEqual(['images']);
    expect(paths).toContainEqual(['images', 'countImages']);
  });
});

describe('withJob', () => {
  it('replaces a job in its place and puts a new one first', () => {
    const jobs = [job('b', 'running'), job('a', 'succeeded')];
    expect(withJob(jobs, job('a', 'failed')).map(({ id, status }) => [id, status])).toEqual([
      ['b', 'running'],
      ['a', 'failed'],
    ]);
    expect(withJob(jobs, job('c', 'queued')).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });
});

describe('isRepeatable', () => {
  it('never sends again what would count twice', () => {
    for (const verb of ['undo', 'redo', 'promote', 'rollback', 'startRun', 'createVersion', 'importPaths']) {
      expect(isRepeatable(['domain', verb])).toBe(false);
    }
  });

  it('sends again what reads, and what sets a value', () => {
    for (const verb of ['listImages', 'getRun', 'countImages', 'watchEvents', 'setClass']) {
      expect(isRepeatable(['domain', verb])).toBe(true);
    }
  });
});
