/** kill -9 of the station under a running job: the worker goes with it, and the next station resumes the job. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src-main/base/clock.ts';
import { createSilentLog } from '../../src-main/base/log.ts';
import { createForkLauncher } from '../../src-main/jobs/fork-launcher.ts';
import { type AnyJobHandler, createJobQueue, type JobQueue } from '../../src-main/jobs/queue.ts';
import { openStore, type Store } from '../../src-main/store/store.ts';
import type { JobId } from '../../src-preload/contract/ids.ts';
import type { TestSpec } from '../main/jobs/test-worker.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';

/** Starts a station, waits until its job has committed, and kills it. */
async function killStationInJob(dataDir: string): Promise<{ jobId: JobId; workerPid: number }> {
  const station = spawn(process.execPath, [join(import.meta.dirname, 'store-station.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  station.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await vi.waitFor(() => expect(said).toContain('committed'), {
    timeout: 15_000,
    interval: 2,
  });
  station.kill('SIGKILL');
  return {
    jobId: (/committed (\w+)/.exec(said)?.[1] ?? '') as JobId,
    workerPid: Number(/worker (\d+)/.exec(said)?.[1]),
  };
}

function createNextStation(
  dataDir: string,
  handler: Partial<AnyJobHandler>,
): { store: Store; queue: JobQueue } {
  const store = openStore(dataDir, { create: false });
  const whole: AnyJobHandler = {
    prepare: (): TestSpec => ({ steps: [], result: 'resumed' }),
    onUpdate: () => undefined,
    onEnd: () => undefined,
    resumesAfterRestart: true,
    maxAttempts: 2,
    ...handler,
  };
  const queue = createJobQueue({
    store,
    launcher: createForkLauncher(join(import.meta.dirname, '../main/jobs/test-worker.ts')),
    clock: systemClock,
    log: createSilentLog(),
    handlers: {
      ...{ import: whole, train: whole, evaluate: whole, export: whole },
      ...{ label: whole, score: whole, measure: whole, diversify: whole },
    },
    onChange: () => undefined,
  });
  onTestFinished(async () => {
    await queue.shutdown();
    store.close();
  });
  return { store, queue };
}

/** A dead process stays in the table until its new parent has asked for it, which may take seconds. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a worker whose thread is held in native code does not outlive its killed station', async () => {
  const { workerPid } = await killStationInJob(createTemporaryFolder());
  await vi.waitFor(() => expect(isAlive(workerPid)).toBe(false), { timeout: 3_000 });
});

test('the next station resumes the job behind what it had committed', async () => {
  const dataDir = createTemporaryFolder();
  const { jobId } = await killStationInJob(dataDir);
  const { store, queue } = createNextStation(dataDir, {});
  expect(store.jobs.get(jobId).status).toBe('running');
  queue.start();
  expect(await queue.wait(jobId)).toMatchObject({ status: 'succeeded', attempt: 2 });
  expect(store.jobs.listLog(jobId)).toMatchObject([{ message: 'epoch 1' }]);
});

test('a death of the station is no setback of the job', async () => {
  const dataDir = createTemporaryFolder();
  const { jobId } = await killStationInJob(dataDir);
  const { queue } = createNextStation(dataDir, { maxAttempts: 1 });
  queue.start();
  expect(await queue.wait(jobId)).toMatchObject({ status: 'succeeded', attempt: 2 });
});

test('a job whose station dies at every start without headway is given up in the end', async () => {
  const dataDir = createTemporaryFolder();
  const { jobId } = await killStationInJob(dataDir);
  const { store, queue } = createNextStation(dataDir, {});
  // The first had got somewhere.
  for (let death = 0; death < 20; death++) {
    store.jobs.requeue(jobId, 'killed again', 'interruption');
    store.jobs.start(jobId, 0);
  }
  queue.start();
  expect(store.jobs.get(jobId)).toMatchObject({ status: 'crashed', attempt: 21 });
});

test('a job that can not resume is crashed, with the station as the reason', async () => {
  const dataDir = createTemporaryFolder();
  const { jobId } = await killStationInJob(dataDir);
  const onEnd = vi.fn();
  const { store, queue } = createNextStation(dataDir, { resumesAfterRestart: false, onEnd });
  queue.start();
  expect(store.jobs.get(jobId)).toMatchObject({
    status: 'crashed',
    error: { message: expect.stringContaining('station') },
  });
  expect(onEnd).toHaveBeenCalledOnce();
});

test('a cancellation that was asked for holds through the kill', async () => {
  const dataDir = createTemporaryFolder();
  const { jobId } = await killStationInJob(dataDir);
  const { store, queue } = createNextStation(dataDir, {});
  store.jobs.requestCancel(jobId);
  queue.start();
  expect(store.jobs.get(jobId)).toMatchObject({ status: 'cancelled', error: null });
});
