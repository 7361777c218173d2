import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../../../src-main/base/random.ts';
import { createClassifier, createTrainer } from '../../../../src-main/engine/index.ts';
import type { DeploymentOptions } from '../../../../src-main/loop/deployment/deployment.ts';
import { predictFiles } from '../../../../src-main/loop/deployment/predict-files.ts';
import { classificationPredictionSchema } from '../../../../src-preload/contract/deployment.ts';
import { drawPicture, shapeNames } from '../kit/draw-pictures.ts';
import { addShapes, type MiniStation, openMiniStation } from '../kit/mini-station.ts';

/** Untrained models: what they answer differs, how well does not matter here. */
let models: Uint8Array[];
let picture: Buffer;
let folder: string;

beforeAll(async () => {
  models = await Promise.all([1, 2, 3].map(createModel));
  picture = await drawPicture('disc', 24, createRandom(1));
  folder = mkdtempSync(join(tmpdir(), 'fieldstation-deployment-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function createModel(seed: number): Promise<Uint8Array> {
  const trainer = await createTrainer({
    model: createClassifier({ architecture: 'classifier-nano', classes: 3, imageSize: 16, seed }),
    batchSize: 1,
    optimizer: { kind: 'sgd', weightDecay: 0 },
    labelSmoothing: 0,
    provider: 'cpu',
    threads: 1,
  });
  const bytes = await trainer.exportOnnx({ classNames: shapeNames });
  await trainer.dispose();
  return bytes;
}

/** A station with that many versions of the model `shapes`, the first in service. */
async function openWithVersions(
  count: number,
  options: { deployment?: Partial<DeploymentOptions>; dataDir?: string } = {},
): Promise<MiniStation> {
  const station = openMiniStation({ ...options, worksJobs: true });
  await addShapes(station.store, { perClass: { train: 1, val: 0, test: 10 } });
  station.deployment.start();
  for (let index = 0; index < count; index++) await addVersion(station, models[index] ?? new Uint8Array());
  return station;
}

async function addVersion({ store, registry, deployment }: MiniStation, bytes: Uint8Array): Promise<void> {
  const blobHash = await store.blobs.write(bytes);
  store.db.transaction(() =>
    deployment.adopt(
      registry.registerVersion({
        name: 'shapes',
        runId: null,
        dataset: { name: 'shapes', version: 1 },
        architecture: 'classifier-nano',
        classNames: shapeNames,
        imageSize: 16,
        blobHash,
        sizeBytes: bytes.length,
        metrics: {},
      }),
    ),
  );
}

const force = { reason: 'a test', force: true } as const;

describe('serving', { timeout: 30_000 }, () => {
  it('answers with the champion from its first version on, and with any version on demand', async () => {
    const station = await openWithVersions(3);
    const { deployment } = station;
    const answer = classificationPredictionSchema.parse(await deployment.predict(picture));
    expect(answer).toMatchObject({ model: 'shapes', version: 1, label: answer.probabilities[0]?.label });
    expect(answer.probabilities.map(({ label }) => label).toSorted()).toEqual([...shapeNames].toSorted());
    expect(answer.probabilities.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1);
    expect((await deployment.predict(picture, 'shapes/2')).version).toBe(2);
    expect((await deployment.predict(picture, 'shapes@challenger')).version).toBe(3);
    expect(deployment.listServing()).toMatchObject([
      {
        model: 'shapes',
        version: 1,
        state: 'ready',
        provider: 'cpu',
        requests: 3,
        failures: 0,
        rollbackTo: null,
      },
    ]);
  });

  it('says what is missing: a model in service, a readable picture, a version', async () => {
    const empty = openMiniStation();
    await expect(empty.deployment.predict(picture)).rejects.toMatchObject({ code: 'DEPLOYMENT_EMPTY' });
    const station = await openWithVersions(1);
    const text = Buffer.from('not a picture');
    await expect(station.deployment.predict(text)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    await expect(station.deployment.predict(picture, 'shapes/9')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('predicts many files, each with its own failure', async () => {
    const station = await openWithVersions(1);
    const good = join(folder, 'a picture.png');
    const bad = join(folder, 'text.png');
    writeFileSync(good, picture);
    writeFileSync(bad, 'text');
    const answers = await predictFiles(station.deployment, [good, bad, join(folder, 'nowhere.png'), good]);
    expect(
      answers.map((answer) => ('error' in answer ? answer.error.code : answer.prediction.version)),
    ).toEqual([1, 'IMAGE_UNREADABLE', 'IMAGE_UNREADABLE', 1]);
  });

  it('asks a new worker when the worker is killed with pictures waiting', async () => {
    const station = await openWithVersions(1);
    await station.deployment.predict(picture);
    const waiting = Array.from({ length: 60 }, () => station.deployment.predict(picture));
    station.workers.at(-1)?.kill();
    const answers = await Promise.all(waiting);
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set([1]));
    expect(station.deployment.listServing()).toMatchObject([{ requests: 61, failures: 0, reason: null }]);
  });

  it('refuses what is beyond the queue at once', async () => {
    const station = await openWithVersions(1, { deployment: { limits: { waitingPictures: 4 } } });
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => station.deployment.predict(picture)),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(4);
    expect(refused[0]?.reason).toMatchObject({ code: 'SERVING_UNAVAILABLE' });
  });

  it('tells why when a model can not be loaded, and can go back to one that can', async () => {
    const station = await openWithVersions(1);
    await addVersion(station, Buffer.from('no model'));
    const promotion = station.deployment.promote({ model: 'shapes/2', ...force }, 'tester');
    await expect(promotion).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' });
    expect(station.registry.getVersion('shapes').version).toBe(1);
    expect((await station.deployment.predict(picture)).version).toBe(1);
  });

  it('gives up on a worker that dies at every start, with the reason', async () => {
    const station = openMiniStation({
      deployment: {
        limits: { firstPauseMs: 1, longestPauseMs: 5 },
        launcher: {
          launch: () => ({
            pid: undefined,
            send: () => undefined,
            onMessage: () => undefined,
            onExit: (listener) =>
              void setImmediate(listener, { code: 134, signal: null, stderrTail: 'Aborted' }),
            kill: () => undefined,
          }),
        },
      },
    });
    await addShapes(station.store, { perClass: { train: 1, val: 0, test: 1 } });
    await addVersion(station, models[0] ?? new Uint8Array());
    const answer = station.deployment.predict(picture);
    await expect(answer).rejects.toMatchObject({
      code: 'SERVING_UNAVAILABLE',
      message: expect.stringMatching(/exited with code 134; it last wrote: Aborted/),
    });
  });
});

describe('promotion and rollback', { timeout: 60_000 }, () => {
  it('keeps history, aliases and pointer together, and walks back further each time', async () => {
    const station = await openWithVersions(3);
    const { deployment, registry } = station;
    for (const version of [1, 2, 3]) await deployment.predict(picture, `shapes/${version}`);
    await deployment.promote({ model: 'shapes/2', ...force }, 'ada');
    await deployment.promote({ model: 'shapes', ...force }, 'ada');
    expect(registry.getVersion('shapes')).toMatchObject({ version: 3, aliases: ['champion'] });
    const back = async (version?: number) =>
      (await deployment.rollback({ model: 'shapes', version, reason: 'worse' }, 'bob')).toVersion;
    expect([await back(), await back()]).toEqual([2, 1]);
    await expect(back()).rejects.toMatchObject({ code: 'ROLLBACK_UNAVAILABLE' });
    expect(await back(3)).toBe(3);
    expect((await deployment.predict(picture)).version).toBe(3);
    expect(
      deployment
        .listHistory('shapes')
        .map(({ kind, fromVersion, toVersion, actor }) => [kind, fromVersion, toVersion, actor]),
    ).toEqual([
      ['rollback', 1, 3, 'bob'],
      ['rollback', 2, 1, 'bob'],
      ['rollback', 3, 2, 'bob'],
      ['promote', 2, 3, 'ada'],
      ['promote', 1, 2, 'ada'],
      ['promote', null, 1, 'station'],
    ]);
    for (const { switchMs, fromVersion } of deployment.listHistory('shapes'))
      if (fromVersion !== null) expect(switchMs).toBeLessThan(1_000);
  });

  it('refuses a challenger that is not better by the margin, with the comparison, unless forced', async () => {
    const station = await openWithVersions(2);
    const { deployment, store } = station;
    store.settings.update({ promotionMargin: 1 });
    const request = { model: 'shapes@challenger', reason: '' };
    const refusal = deployment.promote({ ...request, force: false }, 'ada');
    await expect(refusal).rejects.toMatchObject({
      code: 'PROMOTION_REFUSED',
      message: expect.stringMatching(/below the margin of 100.00; --force/),
      data: { margin: 1, comparison: { a: 'shapes/1', b: 'shapes/2', count: 30 } },
    });
    expect((await deployment.predict(picture)).version).toBe(1);
    expect(await deployment.promote({ ...request, force: true }, 'ada')).toMatchObject({ toVersion: 2 });
  });

  it('promotes what is better by the margin, and keeps the comparison', async () => {
    const station = await openWithVersions(2);
    const { deployment, store, evaluations } = station;
    const comparison = await evaluations.compareModels({ a: 'shapes/1', b: 'shapes/2', dataset: 'shapes' });
    const [better, worse] = comparison.difference >= 0 ? [2, 1] : [1, 2];
    store.settings.update({ promotionMargin: Math.abs(comparison.difference) });
    if (worse === 2) await deployment.promote({ model: 'shapes/2', ...force }, 'ada');
    const event = await deployment.promote({ model: `shapes/${better}`, reason: '', force: false }, 'ada');
    expect(event).toMatchObject({ toVersion: better, fromVersion: worse });
    expect(event.comparison?.difference).toBeCloseTo(Math.abs(comparison.difference), 12);
  });

  it('drops no request of 8 clients during 50 promotions and rollbacks', async () => {
    const station = await openWithVersions(3);
    const { deployment } = station;
    await deployment.predict(picture);
    let isOver = false;
    const seen = new Map<number, number>();
    const client = async () => {
      while (!isOver) {
        const { version } = await deployment.predict(picture, 'shapes');
        seen.set(version, (seen.get(version) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    let slowestMs = 0;
    for (let turn = 0; turn < 25; turn++) {
      const forward = await deployment.promote({ model: `shapes/${2 + (turn % 2)}`, ...force }, 'ada');
      expect((await deployment.predict(picture)).version).toBe(forward.toVersion);
      const back = await deployment.rollback({ model: 'shapes', reason: '' }, 'ada');
      slowestMs = Math.max(slowestMs, forward.switchMs ?? 0, back.switchMs ?? 0);
    }
    isOver = true;
    await Promise.all(clients);
    expect([...seen.keys()].toSorted()).toEqual([1, 2, 3]);
    expect(slowestMs).toBeLessThan(1_000);
    expect(deployment.listServing()).toMatchObject([{ failures: 0, version: 1 }]);
  });

  it('serves at the next start what the alias says', async () => {
    const station = await openWithVersions(2);
    await station.deployment.promote({ model: 'shapes/2', ...force }, 'ada');
    await station.close();
    const again = openMiniStation({ dataDir: station.dataDir });
    again.deployment.start();
    await vi.waitFor(
      () => expect(again.deployment.listServing()).toMatchObject([{ state: 'ready', version: 2 }]),
      {
        timeout: 10_000,
      },
    );
    expect((await again.deployment.predict(picture)).version).toBe(2);
  });
});
