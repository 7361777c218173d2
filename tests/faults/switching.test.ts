/** Promotions and rollbacks under kill -9 and under load: the alias is true, the history whole, no request lost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { createRandom, type Random } from '../../src-main/base/random.ts';
import type { DeploymentEvent, Prediction } from '../../src-preload/contract/deployment.ts';
import type { StationClient } from '../../src-preload/contract/index.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import { copyFolder, listWorkerPids, poll, type ServedStation, serveForTest } from './served-station.ts';
import { createTrainedFolder, type TrainedFolder } from './trained-folder.ts';

const model = 'patterns';
const versions = [1, 2, 3] as const;
const kills = 10;
const clients = 8;
const switches = 50;

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await createTrainedFolder(versions.length);
}, 240_000);

function readPicture(): Buffer<ArrayBuffer> {
  return readFileSync(join(folder.pictures, 'down/0.png'));
}

function copyStation(): string {
  return copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station'));
}

async function readChampion(client: StationClient): Promise<number | null> {
  const [registered] = await client.registry.listModels();
  return registered?.champion ?? null;
}

/** To another version than the champion: a forced promotion, or a rollback where there is a way back. */
async function switchOnce(client: StationClient, random: Random, champion: number): Promise<DeploymentEvent> {
  const others = versions.filter((version) => version !== champion);
  const version = others[random.integer(0, others.length - 1)] ?? 1;
  const [status] = await client.deployment.listServing();
  const isRollback = random.next() < 0.4 && status !== undefined && status.rollbackTo !== null;
  return isRollback
    ? client.deployment.rollback({ model, reason: 'test' })
    : client.deployment.promote({ model: `${model}/${version}`, reason: 'test', force: true });
}

/** Switches without pause until the station dies under it. @returns the switches that were acknowledged */
async function switchUntilKilled(
  station: ServedStation,
  random: Random,
  afterMs: number,
): Promise<DeploymentEvent[]> {
  const told: DeploymentEvent[] = [];
  const killed = delay(afterMs).then(() => station.kill());
  try {
    for (let champion = (await readChampion(station.client)) ?? 0; ; ) {
      const event = await switchOnce(station.client, random, champion);
      told.push(event);
      champion = event.toVersion;
    }
  } catch {
    await killed;
  }
  return told;
}

/** Everything told is in the history, in its order; at most the switch under way at each kill is there besides. */
async function expectTrueHistory(
  client: StationClient,
  told: readonly DeploymentEvent[],
  deaths: number,
): Promise<void> {
  const history = (await client.deployment.listHistory({ model })).toReversed();
  const ids = new Set(told.map(({ id }) => id));
  expect(history.filter(({ id }) => ids.has(id))).toEqual(told);
  // The first is that of the first version, which went into service by itself.
  expect(history.length - 1 - told.length).toBeLessThanOrEqual(deaths);
  history.reduce((before, event) => {
    expect(event.fromVersion).toBe(before.toVersion);
    return event;
  });
  expect(await readChampion(client)).toBe(history.at(-1)?.toVersion);
}

async function expectServesTheAlias(client: StationClient): Promise<void> {
  const champion = await client.registry.getVersion({ reference: `${model}@champion` });
  expect(versions).toContain(champion.version);
  const image = new File([readPicture()], 'leaf.png');
  expect(await client.deployment.predict({ image })).toMatchObject({ model, version: champion.version });
}

test(`${kills} kills in the middle of promotions and rollbacks leave a true alias and history`, {
  timeout: 240_000,
}, async () => {
  const dataDir = copyStation();
  const random = createRandom(4, 'switch');
  const told: DeploymentEvent[] = [];
  let station = await serveForTest(dataDir);
  for (let death = 1; death <= kills; death++) {
    told.push(...(await switchUntilKilled(station, random, random.uniform(20, 400))));
    station = await serveForTest(dataDir);
    await expectTrueHistory(station.client, told, death);
    await expectServesTheAlias(station.client);
  }
  expect(told.length).toBeGreaterThan(kills);
  expect(await station.client.system.checkIntegrity()).toMatchObject({ integrity: 'ok', problems: [] });
});

/** One answer, and the moments in which it was asked for and came. */
interface Asked {
  readonly status: number;
  readonly version: number;
  readonly from: number;
  readonly to: number;
}

async function ask({ address }: ServedStation, body: Buffer<ArrayBuffer>): Promise<Asked> {
  const from = performance.now();
  const response = await fetch(`${address}/api/v1/predict`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body,
  });
  const { version } = (await response.json()) as Prediction;
  return { status: response.status, version, from, to: performance.now() };
}

/** A version that was champion, at the longest, from the request for it to the end of the next switch. */
interface Reign {
  readonly version: number;
  readonly from: number;
  to: number;
}

async function switchManyTimes({
  client,
}: ServedStation): Promise<{ reigns: Reign[]; events: DeploymentEvent[] }> {
  const random = createRandom(5, 'switch');
  const reigns: Reign[] = [{ version: 1, from: 0, to: Number.POSITIVE_INFINITY }];
  const events: DeploymentEvent[] = [];
  for (let count = 0; count < switches; count++) {
    const last = reigns.at(-1) as Reign;
    const from = performance.now();
    const event = await switchOnce(client, random, last.version);
    last.to = performance.now();
    reigns.push({ version: event.toVersion, from, to: Number.POSITIVE_INFINITY });
    events.push(event);
  }
  return { reigns, events };
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
}

test(`${clients} clients lose no request while ${switches} switches happen, each under a second`, {
  timeout: 240_000,
}, async () => {
  const station = await serveForTest(copyStation());
  const body = readPicture();
  const answers: Asked[] = [];
  let isOver = false;
  const loads = Array.from({ length: clients }, async () => {
    while (!isOver) answers.push(await ask(station, body));
  });
  const { reigns, events } = await switchManyTimes(station).finally(() => {
    isOver = true;
  });
  await Promise.all(loads);

  expect(events).toHaveLength(switches);
  expect(answers.length).toBeGreaterThan(switches);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  const isTrue = ({ version, from, to }: Asked) =>
    reigns.some((reign) => reign.version === version && reign.from <= to && reign.to >= from);
  expect(answers.filter((answer) => !isTrue(answer))).toEqual([]);
  expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(versions));
  const times = events.map(({ switchMs }) => switchMs ?? Number.NaN);
  const [status] = await station.client.deployment.listServing();
  expect(status).toMatchObject({ state: 'ready', requests: answers.length, failures: 0 });
  console.info(
    `${answers.length} predictions, ${switches} switches: median ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms, longest ${Math.max(...times).toFixed(1)} ms`,
  );
  expect(quantile(times, 0.5)).toBeLessThan(1_000);
  await expectServesTheAlias(station.client);
});

/** The station's child that serves, while it has one; Linux only. */
function findServingPid(station: ServedStation): number | undefined {
  return listWorkerPids(station).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('serving');
    } catch {
      return false;
    }
  });
}

test.runIf(process.platform === 'linux')(
  'a serving process that is killed under load takes no request with it',
  { timeout: 240_000 },
  async () => {
    const station = await serveForTest(copyStation());
    const body = readPicture();
    const answers: Asked[] = [];
    let isOver = false;
    const loads = Array.from({ length: 4 }, async () => {
      while (!isOver) answers.push(await ask(station, body));
    });
    const killed = new Set<number>();
    while (killed.size < 3) {
      const enough = answers.length + 10;
      await poll(
        async () => answers.length,
        (count) => count >= enough,
      );
      const pid = findServingPid(station);
      if (pid === undefined || killed.has(pid)) continue;
      process.kill(pid, 'SIGKILL');
      killed.add(pid);
    }
    const enough = answers.length + 10;
    await poll(
      async () => answers.length,
      (count) => count >= enough,
    );
    isOver = true;
    await Promise.all(loads);
    expect(answers.filter(({ status, version }) => status !== 200 || version !== 1)).toEqual([]);
    await expectServesTheAlias(station.client);
  },
);
