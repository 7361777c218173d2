/** kill -9 in the middle of a detector's training, of the station and of its worker: the run ends as if nothing had been. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { RunId } from '../../src-preload/contract/ids.ts';
import type { Run } from '../../src-preload/contract/training.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import { createDetectorFolder } from './detector-folder.ts';
import {
  copyFolder,
  listWorkerPids,
  poll,
  type ServedStation,
  serve,
  serveForTest,
  waitForEnd,
} from './served-station.ts';

const epochs = 6;
const stepsPerEpoch = 3;
const parameters = {
  architecture: 'detector-nano',
  epochs,
  imageSize: 64,
  batchSize: 4,
  threads: 1,
  seed: 5,
  checkpointEveryS: 0,
  device: 'cpu',
  detection: { closeMosaic: 2, mixup: 0.3 },
} as const;

let folder: Awaited<ReturnType<typeof createDetectorFolder>>;
/** What a run without any trouble comes to. */
let undisturbed: Awaited<ReturnType<typeof readOutcome>>;

function startRun({ client }: ServedStation): Promise<Run> {
  return client.training.startRun({ dataset: 'shapes', model: 'tested', parameters });
}

/** Timings differ from run to run; everything else is the same to the last bit. */
async function readOutcome({ client }: ServedStation, id: RunId) {
  const { blobHash } = await client.registry.getVersion({ reference: 'tested/1' });
  const points = await client.training.listMetrics({ id });
  const lasting = points.filter(({ key }) => !/second|latency|memory|data_/i.test(key));
  return { blobHash, figures: lasting.map(({ key, step, value }) => [key, step, value]) };
}

function never(): never {
  throw new Error('a started run has a job');
}

beforeAll(async () => {
  folder = await createDetectorFolder({ train: 12, val: 4, test: 4 });
  const station = await serve(copyFolder(folder.dataDir, join(folder.scratch, 'undisturbed')));
  const run = await startRun(station);
  await waitForEnd(station.client, run.job?.id ?? never());
  undisturbed = await readOutcome(station, run.id);
  await station.stop();
}, 240_000);

test('a detector outlives kills of its station and of its worker, and is the same to the last byte', {
  timeout: 300_000,
}, async () => {
  const dataDir = copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station'));
  let station = await serveForTest(dataDir);
  const { id } = await startRun(station);
  const countSteps = async () => {
    const points = await station.client.training.listMetrics({ id });
    return points.filter(({ key }) => key === 'batch/loss').length;
  };
  const waitForStep = (step: number) => poll(countSteps, (reached) => reached >= step, { intervalMs: 5 });
  for (const step of [stepsPerEpoch + 2, 2 * stepsPerEpoch + 2]) {
    await waitForStep(step);
    await station.kill();
    station = await serveForTest(dataDir);
  }
  await waitForStep(4 * stepsPerEpoch + 2);
  const workers = listWorkerPids(station);
  for (const pid of workers) process.kill(pid, 'SIGKILL');

  const { job } = await station.client.training.getRun({ id });
  expect(await waitForEnd(station.client, job?.id ?? never())).toMatchObject({ status: 'succeeded' });
  expect(await station.client.training.getRun({ id })).toMatchObject({
    status: 'completed',
    checkpointEpoch: epochs,
  });
  const lines = await station.client.jobs.listLog({ id: job?.id ?? never() });
  expect(lines).toContainEqual(
    expect.objectContaining({ message: expect.stringMatching(/^goes on from .* and \d steps of the next$/) }),
  );
  expect(await readOutcome(station, id)).toEqual(undisturbed);
});
