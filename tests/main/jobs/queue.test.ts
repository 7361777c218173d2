/** The queue with real worker processes on a real database: each test ends a job in another way. */
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { AppError } from '../../../src-main/base/app-error.ts';
import { systemClock } from '../../../src-main/base/clock.ts';
import { createSilentLog } from '../../../src-main/base/log.ts';
import { createForkLauncher } from '../../../src-main/jobs/fork-launcher.ts';
import type { JobOutcome } from '../../../src-main/jobs/job-kind.ts';
import {
  type AnyJobHandler,
  createJobQueue,
  type JobQueue,
  type JobTiming,
} from '../../../src-main/jobs/queue.ts';
import { keptLogLines } from '../../../src-main/jobs/recorder.ts';
import { openStore, type Store } from '../../../src-main/store/store.ts';
import type { Job } from '../../../src-preload/contract/job.ts';
import { createTemporaryFolder } from '../store/temporary-folder.ts';
import type { TestSpec, TestStep } from './test-worker.ts';

interface Harness {
  readonly store: Store;
  readonly queue: JobQueue;
  readonly updates: unknown[];
  readonly outcomes: JobOutcome<unknown>[];
  readonly changes: Job[];
}

interface HarnessOptions {
  readonly dataDir?: string;
  readonly handler?: Partial<AnyJobHandler>;
  readonly timing?: Partial<JobTiming>;
}

const launcher = createForkLauncher(join(import.meta.dirname, 'test-worker.ts'));

function createHarness(options: HarnessOptions = {}): Harness {
  const store = openStore(options.dataDir ?? createTemporaryFolder(), { create: true });
  const updates: unknown[] = [];
  const outcomes: JobOutcome<unknown>[] = [];
  const changes: Job[] = [];
  const handler: AnyJobHandler = {
    prepare: (_job, request) => request,
    onUpdate: (_job, _request, update) => void updates.push(update),
    onEnd: (_job, _request, outcome) => void outcomes.push(outcome),
    resumesAfterRestart: false,
    maxAttempts: 2,
    ...options.handler,
  };
  const queue = createJobQueue({
    store,
    launcher,
    clock: systemClock,
    log: createSilentLog(),
    handlers: {
      import: handler,
      train: handler,
      evaluate: handler,
      export: handler,
      label: handler,
      score: handler,
      measure: handler,
      diversify: handler,
    },
    onChange: (job) => void changes.push(job),
    timing: { retryDelayMs: 10, ...options.timing },
  });
  onTestFinished(() => close({ store, queue }));
  return { store, queue, updates, outcomes, changes };
}

async function close({ store, queue }: Pick<Harness, 'store' | 'queue'>): Promise<void> {
  await queue.shutdown();
  store.close();
}

function enqueue(
  harness: Pick<Harness, 'queue'>,
  steps: readonly TestStep[],
  kind: Job['kind'] = 'train',
): Job {
  const request: TestSpec = { steps, result: { answer: 42 } };
  return harness.queue.enqueue({ kind, subject: 'subject', title: 'a test', request });
}

async function runToEnd(harness: Harness, steps: readonly TestStep[]): Promise<Job> {
  const { id } = enqueue(harness, steps);
  harness.queue.start();
  return harness.queue.wait(id);
}

function untilStatus(harness: Pick<Harness, 'store'>, job: Job, status: Job['status']): Promise<void> {
  return vi.waitFor(() => expect(harness.store.jobs.get(job.id).status).toBe(status), { timeout: 10_000 });
}

test('a job commits in order, ends with its result, and its row tells so', async () => {
  const harness = createHarness();
  const pixels = new Uint8Array([1, 2, 3]);
  const job = await runToEnd(harness, [
    { do: 'progress', fraction: 0.5 },
    { do: 'commit', update: { epoch: 1 } },
    { do: 'commit', update: { epoch: 2, pixels: [...pixels] } },
  ]);
  expect(harness.updates).toEqual([{ epoch: 1 }, { epoch: 2, pixels: [1, 2, 3] }]);
  expect(harness.outcomes).toEqual([{ status: 'succeeded', result: { answer: 42 } }]);
  expect(job).toMatchObject({ status: 'succeeded', attempt: 1, error: null, progress: { fraction: 1 } });
});

test('an AppError of the body keeps code, message and data; the job failed', async () => {
  const harness = createHarness();
  const job = await runToEnd(harness, [{ do: 'refuse' }]);
  const record = { code: 'DATASET_EMPTY', message: 'the dataset holds no picture', data: { name: 'leaf' } };
  expect(job).toMatchObject({ status: 'failed', error: record });
});

test('a bug of the body fails the job and is told apart from what a person can act on', async () => {
  const harness = createHarness();
  const job = await runToEnd(harness, [{ do: 'bug' }]);
  expect(job).toMatchObject({ status: 'failed', error: { code: 'BUG', message: 'no such thing' } });
});

test('an update that its handler refuses rejects the commit, so the body can not believe it durable', async () => {
  const onUpdate = () => {
    throw new Error('the disk is gone');
  };
  const harness = createHarness({ handler: { onUpdate } });
  const job = await runToEnd(harness, [{ do: 'commit', update: 1 }]);
  expect(job).toMatchObject({ status: 'failed', error: { message: 'the disk is gone' } });
});

test('a worker that dies crashes its job with the signal and its last words', async () => {
  const harness = createHarness();
  const job = await runToEnd(harness, [{ do: 'die', stderr: 'heap corruption at 0xdead' }]);
  expect(job.status).toBe('crashed');
  expect(job.error?.message).toMatch(/SIGSEGV.*heap corruption at 0xdead/);
  expect(harness.outcomes).toHaveLength(1);
});

test('a crashed job that can resume starts again from a fresh spec, and ends once', async () => {
  const specs: TestSpec[] = [
    {
      steps: [
        { do: 'commit', update: 'first' },
        { do: 'die', stderr: '' },
      ],
      result: 1,
    },
    { steps: [{ do: 'commit', update: 'second' }], result: 2 },
  ];
  const prepare = (job: Job) => specs[job.attempt - 1];
  const harness = createHarness({ handler: { prepare, resumesAfterRestart: true } });
  const job = await runToEnd(harness, []);
  expect(job).toMatchObject({ status: 'succeeded', attempt: 2 });
  expect(harness.updates).toEqual(['first', 'second']);
  expect(harness.outcomes).toEqual([{ status: 'succeeded', result: 2 }]);
});

test('a job that dies at the same place each time is given up after maxAttempts starts', async () => {
  const harness = createHarness({ handler: { resumesAfterRestart: true, maxAttempts: 3 } });
  const job = await runToEnd(harness, [{ do: 'die', stderr: '' }]);
  expect(job).toMatchObject({ status: 'crashed', attempt: 3 });
});

test('a job that gets further with each start is not given up', async () => {
  const dies = (fraction: number): TestSpec => ({
    steps: [
      { do: 'progress', fraction },
      { do: 'die', stderr: '' },
    ],
    result: 0,
  });
  const specs = [dies(0.2), dies(0.4), dies(0.6), { steps: [], result: 0 }];
  const prepare = (job: Job) => specs[job.attempt - 1];
  const harness = createHarness({ handler: { prepare, resumesAfterRestart: true, maxAttempts: 1 } });
  expect(await runToEnd(harness, [])).toMatchObject({ status: 'succeeded', attempt: 4 });
});

test('a cancelled job may still commit its checkpoint, and is cancelled, not failed', async () => {
  const harness = createHarness();
  const job = enqueue(harness, [
    { do: 'commit', update: 'begun' },
    { do: 'commitWhenCancelled', update: 'checkpoint' },
  ]);
  harness.queue.start();
  await vi.waitFor(() => expect(harness.updates).toEqual(['begun']), { timeout: 10_000 });
  harness.queue.cancel(job.id);
  expect(await harness.queue.wait(job.id)).toMatchObject({ status: 'cancelled', error: null });
  expect(harness.updates).toEqual(['begun', 'checkpoint']);
  expect(harness.outcomes).toEqual([{ status: 'cancelled' }]);
});

test('a body that does not heed its signal is killed after the grace', async () => {
  const harness = createHarness({ timing: { cancelGraceMs: 200 } });
  const job = enqueue(harness, [
    { do: 'commit', update: 'begun' },
    { do: 'block', ms: 60_000 },
  ]);
  harness.queue.start();
  await vi.waitFor(() => expect(harness.updates).toEqual(['begun']), { timeout: 10_000 });
  harness.queue.cancel(job.id);
  const cancelledAt = performance.now();
  expect((await harness.queue.wait(job.id)).status).toBe('cancelled');
  expect(performance.now() - cancelledAt).toBeLessThan(2_000);
});

test('a queued job is cancelled without a worker, an ended one is refused', async () => {
  const harness = createHarness();
  const job = enqueue(harness, []);
  expect(harness.queue.cancel(job.id).status).toBe('cancelled');
  expect(harness.outcomes).toEqual([{ status: 'cancelled' }]);
  expect(() => harness.queue.cancel(job.id)).toThrow(
    expect.objectContaining({ code: 'JOB_NOT_CANCELLABLE' }),
  );
});

test('a job enqueued in a transaction that is rolled back never runs and is never announced', async () => {
  const harness = createHarness();
  harness.queue.start();
  const rolledBack = () =>
    harness.store.db.transaction(() => {
      enqueue(harness, []);
      throw new Error('the caller failed');
    });
  expect(rolledBack).toThrow('the caller failed');
  await harness.queue.wait(enqueue(harness, []).id);
  expect(harness.outcomes).toHaveLength(1);
  expect(new Set(harness.changes.map(({ id }) => id)).size).toBe(1);
});

test('jobs of one kind run one after the other, kinds side by side', async () => {
  const harness = createHarness();
  const [first, second] = [enqueue(harness, [{ do: 'sleep' }]), enqueue(harness, [{ do: 'sleep' }])];
  const beside = enqueue(harness, [], 'import');
  harness.queue.start();
  expect((await harness.queue.wait(beside.id)).status).toBe('succeeded');
  expect(harness.store.jobs.get(second.id).status).toBe('queued');
  harness.queue.cancel(first.id);
  await untilStatus(harness, second, 'running');
});

test('a worker that computes without a word, as native code does, is left alone', async () => {
  const harness = createHarness({ timing: { silenceMs: 600, blockedMs: 60_000 } });
  expect((await runToEnd(harness, [{ do: 'compute', ms: 1_500 }])).status).toBe('succeeded');
});

test('a frozen worker is killed for its silence', async () => {
  const harness = createHarness({ timing: { silenceMs: 1_200, blockedMs: 60_000 } });
  const frozen = await runToEnd(harness, [{ do: 'freeze' }]);
  expect(frozen.status).toBe('crashed');
  expect(frozen.error?.message).toContain('no sign of life');
});

test('a flood of progress becomes a few rows a second, the last of them exact', async () => {
  const harness = createHarness();
  const startedAt = performance.now();
  const job = await runToEnd(harness, [
    { do: 'progress', fraction: 0.25, times: 300 },
    { do: 'progress', fraction: 0.75 },
    { do: 'refuse' },
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  expect(job.progress).toMatchObject({ fraction: 0.75, message: 'at 0.75' });
  expect(harness.changes.length).toBeLessThan(6 + 4 * seconds);
});

test('a flood of log lines keeps the newest and stays bounded', async () => {
  const harness = createHarness();
  const job = await runToEnd(harness, [{ do: 'log', lines: 5_000 }]);
  const lines = harness.store.jobs.listLog(job.id);
  expect(lines.length).toBeLessThanOrEqual(keptLogLines + 200);
  expect(lines.at(-1)?.message).toBe('line 4999');
});

test('after a shutdown a resumable job goes on in the next station, without a setback', async () => {
  const dataDir = createTemporaryFolder();
  const first = createHarness({ dataDir, handler: { resumesAfterRestart: true, maxAttempts: 1 } });
  const job = enqueue(first, [{ do: 'commit', update: 'begun' }, { do: 'sleep' }]);
  first.queue.start();
  await vi.waitFor(() => expect(first.updates).toEqual(['begun']), { timeout: 10_000 });
  await close(first);

  const prepare = (): TestSpec => ({ steps: [], result: 'resumed' });
  const second = createHarness({ dataDir, handler: { prepare, resumesAfterRestart: true, maxAttempts: 1 } });
  expect(second.store.jobs.get(job.id).status).toBe('queued');
  second.queue.start();
  expect(await second.queue.wait(job.id)).toMatchObject({ status: 'succeeded', attempt: 2 });
});

test('a job that can not be prepared fails with the reason', async () => {
  const prepare = () => {
    throw new Error('its dataset is gone');
  };
  const harness = createHarness({ handler: { prepare } });
  expect(await runToEnd(harness, [])).toMatchObject({
    status: 'failed',
    error: { message: 'its dataset is gone' },
  });
});

test('an outcome that its handler can not take fails the job and leaves no half of it', async () => {
  const onEnd = (_job: Job, _request: unknown, outcome: JobOutcome<unknown>) => {
    if (outcome.status === 'succeeded') throw new Error('no room for the model');
  };
  const harness = createHarness({ handler: { onEnd } });
  expect(await runToEnd(harness, [])).toMatchObject({
    status: 'failed',
    error: { message: 'no room for the model' },
  });
});

test('a result that a full disk refuses is told at once, and recorded as soon as there is room', async () => {
  let isFull = true;
  const onEnd = () => {
    if (isFull) throw new AppError('STORE_DISK_FULL', 'no space left');
  };
  const harness = createHarness({ handler: { onEnd } });
  const job = await runToEnd(harness, []);
  expect(job).toMatchObject({ status: 'failed', error: { code: 'STORE_DISK_FULL' } });
  isFull = false;
  await untilStatus(harness, job, 'succeeded');
});
