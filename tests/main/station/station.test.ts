/** A whole station in a temporary folder: what it shows of pictures, how it ends, what it does without work. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Station } from '../../../src-main/station.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import { startTestStation } from '../hosts/served-station.ts';

const dir = mkdtempSync(join(tmpdir(), 'fieldstation-station-'));
const pictures = join(dir, 'pictures');
let station: Station;

const draw = () => sharp({ create: { width: 300, height: 200, channels: 3, background: '#306030' } });

async function importPictures(): Promise<void> {
  const { jobId } = await station.client.collector.importPaths({ paths: [pictures] });
  const assertDone = async () =>
    expect(await station.client.jobs.getJob({ id: jobId })).toMatchObject({ status: 'succeeded' });
  await vi.waitFor(assertDone, { timeout: 20_000 });
}

beforeAll(async () => {
  mkdirSync(pictures);
  await draw().png().toFile(join(pictures, 'plain.png'));
  await draw().tiff().toFile(join(pictures, 'scan.tif'));
  writeFileSync(
    join(pictures, 'script.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  );
  station = startTestStation(dir);
  await importPictures();
});
afterAll(async () => {
  await station.shutdown();
  rmSync(dir, { recursive: true, force: true });
});

async function findHash(fileName: string): Promise<ImageHash> {
  const { images } = await station.client.images.listImages({ filter: { search: fileName } });
  const hash = images[0]?.hash;
  if (!hash) throw new Error(`${fileName} was not imported`);
  return hash;
}

describe('pictures', () => {
  test('are given as they came where a browser shows them', async () => {
    const found = await station.pictures.find('original', await findHash('plain.png'));
    expect(found).toMatchObject({
      contentType: 'image/png',
      cacheControl: expect.stringContaining('immutable'),
    });
    expect(await readFile(found.file)).toEqual(await readFile(join(pictures, 'plain.png')));
  });

  test('are converted by a worker where it does not, once for many', async () => {
    const hash = await findHash('scan.tif');
    const [first, second] = await Promise.all([
      station.pictures.find('original', hash),
      station.pictures.find('original', hash),
    ]);
    expect(first).toEqual(second);
    expect(first.contentType).toBe('image/png');
    expect(await sharp(first.file).metadata()).toMatchObject({ format: 'png', width: 300, height: 200 });
  });

  test('have thumbnails that a browser shows', async () => {
    const found = await station.pictures.find('thumbnail', await findHash('scan.tif'));
    expect(found.contentType).toBe('image/jpeg');
    expect(await sharp(found.file).metadata()).toMatchObject({ format: 'jpeg', width: 256 });
  });

  test('are those of the table and no other blobs', async () => {
    const unknown = '0'.repeat(64) as ImageHash;
    await expect(station.pictures.find('original', unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('the overview gathers every stage', async () => {
  expect(await station.client.system.getOverview()).toMatchObject({
    images: { total: 2, labelled: 0, lastImportAt: expect.any(Number) },
    datasets: { versions: 0, newest: null },
    training: { running: null, runs: 0, lastStatus: null },
    evaluation: { evaluations: 0, lastAccuracy: null, lastModel: null },
    registry: { models: 0, versions: 0 },
    deployment: { model: null, version: null, requests: 0 },
  });
});

test('settings are kept and told to listeners', async () => {
  const events = station.events.watch();
  expect(await station.client.system.updateSettings({ operator: 'Ada' })).toMatchObject({
    operator: 'Ada',
    promotionMargin: 0.005,
  });
  expect((await events.next()).value).toMatchObject({ type: 'system.changed' });
  await events.return();
});

test('every provider is reported with a reason, and the CPU works', async () => {
  const reports = await station.client.system.probeProviders();
  expect(reports.map(({ name }) => name).sort()).toEqual(['coreml', 'cpu', 'cuda', 'directml', 'webgpu']);
  expect(reports.find(({ name }) => name === 'cpu')).toMatchObject({ isUsable: true });
  expect(reports.every(({ reason }) => reason.length > 5)).toBe(true);
  expect((await station.client.system.getHealth()).chosenProvider).not.toBeNull();
});

test('a second station on the folder is refused, naming the first', () => {
  expect(() => startTestStation(dir)).toThrow(
    expect.objectContaining({
      code: 'STATION_IN_USE',
      message: expect.stringContaining(String(process.pid)),
    }),
  );
});

test('all who ask for the end wait for the one end, after which the folder is free', async () => {
  const other = mkdtempSync(join(tmpdir(), 'fieldstation-end-'));
  const ending = startTestStation(other);
  const watching = ending.events.watch().next();
  await Promise.all([ending.shutdown(), ending.shutdown()]);
  expect((await watching).done).toBe(true);
  await startTestStation(other).shutdown();
  rmSync(other, { recursive: true, force: true });
});
