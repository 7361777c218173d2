/** kill -9 in the middle of a training run, of the station and of its worker: the run ends as if nothing had been. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../src-main/base/random.ts';
import type { JobId, RunId } from '../../src-preload/contract/ids.ts';
import type { MetricPoint, Run } from '../../src-preload/contract/training.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import {
  copyFolder,
  listWorkerPids,
  poll,
  repeatUntilRefused,
  type ServedStation,
  serve,
  serveForTest,
  waitForEnd,
} from './served-station.ts';
import { createTrainedFolder, quickTraining, type TrainedFolder } from './trained-folder.ts';

const kills = 10;
/** Checkpoints so often that most kills find one in the middle of an epoch. */
const parameters = {
  ...quickTraining,
  ...{ epochs: 8, batchSize: 4, augmentation: 1, seed: 5, checkpointEveryS: 0.05 },
};

let folder: TrainedFolder;
/** What a run without any trouble comes to. */
let undisturbed: { readonly blobHash: string; readonly points: readonly MetricPoint[] };

async function startRun({ client }: ServedStation): Promise<Run> {
  return client.training.startRun({ dataset: 'patterns', model: 'tested', parameters });
}

async function readOutcome({ client }: ServedStation, id: RunId) {
  const { blobHash } = await client.registry.getVersion({ reference: 'tested/1' });
  return { blobHash, points: await client.training.listMetrics({ id }) };
}

beforeAll(async () => {
  folder = await createTrainedFolder(0);
  const station = await serve(copyFolder(folder.dataDir, join(folder.scratch, 'undisturbed')));
  const run = await startRun(station);
  await waitForEnd(station.client, run.job?.id ?? never());
  undisturbed = await readOutcome(station, run.id);
  await station.stop();
}, 240_000);

/** Those done of their epochs where the run went on in the middle of one. */
async function listSteps({ client }: ServedStation, id: JobId): Promise<number[]> {
  const lines = await client.jobs.listLog({ id });
  const matches = lines.map(({ message }) => /^goes on from .* and (\d+) steps of the next$/.exec(message));
  return matches.flatMap((match) => (match ? [Number(match[1])] : []));
}

function never(): never {
  throw new Error('a started run has a job');
}

/** Timings differ from run to run; everything else is the same to the last bit. */
function withoutTimings(points: readonly MetricPoint[]): Map<string, number> {
  const lasting = points.filter(({ key }) => !/second|latency|memory/i.test(key));
  const values = new Map(lasting.map(({ key, step, value }) => [`${key} at ${step}`, value]));
  expect(values.size).toBe(lasting.length);
  return values;
}

function expectContains(points: readonly MetricPoint[], told: ReadonlyMap<string, number>): void {
  const values = withoutTimings(points);
  expect([...told].filter(([key, value]) => values.get(key) !== value)).toEqual([]);
}

/** Lets the run go on by some steps, kills the station a moment later, and notes what it had told. */
async function killOnTheWay(
  station: ServedStation,
  id: RunId,
  told: Map<string, number>,
  afterMs: number,
): Promise<void> {
  const { training } = station.client;
  const countPoints = async () => (await training.listMetrics({ id })).length;
  const before = told.size;
  await poll(countPoints, (points) => points > before, { intervalMs: 2 });
  const killed = delay(afterMs).then(() => station.kill());
  await repeatUntilRefused(async () => {
    for (const [key, value] of withoutTimings(await training.listMetrics({ id }))) told.set(key, value);
  });
  await killed;
}

test(`a run outlives ${kills} kills of its station and ends in the same model`, {
  timeout: 300_000,
}, async () => {
  const dataDir = copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station'));
  const random = createRandom(3, 'kill');
  const told = new Map<string, number>();
  let station = await serveForTest(dataDir);
  const { id } = await startRun(station);
  for (let kill = 0; kill < kills; kill++) {
    await killOnTheWay(station, id, told, random.uniform(0, 150));
    station = await serveForTest(dataDir);
    const { client } = station;
    expectContains(await client.training.listMetrics({ id }), told);
  }
  const { client } = station;
  const { job, status } = await client.training.getRun({ id });
  expect(['queued', 'running']).toContain(status);
  expect(await waitForEnd(client, job?.id ?? never())).toMatchObject({ status: 'succeeded' });
  expect(await listSteps(station, job?.id ?? never())).not.toEqual([]);
  const outcome = await readOutcome(station, id);
  expect(outcome.blobHash).toBe(undisturbed.blobHash);
  expectContains(outcome.points, told);
  expect(withoutTimings(outcome.points)).toEqual(withoutTimings(undisturbed.points));
  expect(await client.training.getRun({ id })).toMatchObject({ status: 'completed', modelVersion: 1 });
  expect(await client.registry.listVersions({ name: 'tested' })).toHaveLength(1);
  expect(await client.system.checkIntegrity()).toMatchObject({ integrity: 'ok', problems: [] });
});

/** As large as it takes for forms of gradients to be timed. */
const timedParameters = { ...quickTraining, epochs: 4, imageSize: 32, batchSize: 32, seed: 5 };

test('a run goes on in the forms that were timed before its first step, whatever the machine’s are by then', {
  timeout: 240_000,
}, async () => {
  const dataDir = copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station'));
  const kept = join(dataDir, 'convolution-forms.json');
  const start = ({ client }: ServedStation, model: string) =>
    client.training.startRun({ dataset: 'patterns', model, parameters: timedParameters });
  const first = await serveForTest(dataDir);
  const { id } = await start(first, 'killed');
  await poll(
    () => first.client.training.getRun({ id }),
    ({ checkpointEpoch }) => checkpointEpoch !== null && checkpointEpoch >= 1,
  );
  await first.kill();
  const timed = readFileSync(kept, 'utf8');
  expect(timed).toContain('"timesMs":');
  writeFileSync(kept, timed.replaceAll(/"form": "\w+"/g, '"form": "unfolded"'));
  const second = await serveForTest(dataDir);
  const { job } = await second.client.training.getRun({ id });
  expect(await waitForEnd(second.client, job?.id ?? never())).toMatchObject({ status: 'succeeded' });
  writeFileSync(kept, timed);
  const again = await start(second, 'undisturbed');
  await waitForEnd(second.client, again.job?.id ?? never());
  const { getVersion } = second.client.registry;
  const { blobHash } = await getVersion({ reference: 'undisturbed/1' });
  expect((await getVersion({ reference: 'killed/1' })).blobHash).toBe(blobHash);
  expect(readFileSync(kept, 'utf8')).toBe(timed);
});

test('a run whose worker is killed notes the crash, goes on, and ends in the same model', {
  timeout: 240_000,
}, async () => {
  const dataDir = copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station'));
  const station = await serveForTest(dataDir);
  const { client } = station;
  const before = new Set(listWorkerPids(station));
  const { id, job } = await startRun(station);
  const jobId = job?.id ?? never();
  await poll(
    () => client.training.getRun({ id }),
    ({ checkpointEpoch }) => checkpointEpoch !== null && checkpointEpoch >= 3,
  );
  const [worker] = listWorkerPids(station).filter((pid) => !before.has(pid));
  process.kill(worker ?? never(), 'SIGKILL');
  expect(await waitForEnd(client, jobId)).toMatchObject({ status: 'succeeded', attempt: 2 });
  const lines = await client.jobs.listLog({ id: jobId });
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: expect.stringContaining('SIGKILL') }),
  );
  expect(lines.some(({ message }) => message.startsWith('goes on from the checkpoint'))).toBe(true);
  expect((await readOutcome(station, id)).blobHash).toBe(undisturbed.blobHash);
});
