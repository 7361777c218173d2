/** kill -9 of the station while 500 pictures come in: what was told is there, and the import ends by itself. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '../../src-main/base/random.ts';
import type { Import } from '../../src-preload/contract/collector.ts';
import type { ImportId } from '../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import { drawPattern, patternNames } from './draw-patterns.ts';
import {
  poll,
  repeatUntilRefused,
  runWell,
  type ServedStation,
  serveForTest,
  waitForEnd,
} from './served-station.ts';

const expected = { added: 480, duplicates: 12, rejected: 8, labelled: 480 };
const kills = 10;

/** 480 pictures in three classes, 12 copies and 8 files that are no pictures: 500 in all. */
async function createPictures(folder: string): Promise<string> {
  for (const name of patternNames) {
    mkdirSync(join(folder, name), { recursive: true });
    const drawn = Array.from({ length: 160 }, (_, number) =>
      drawPattern(name, number, 320, 240)
        .jpeg()
        .toFile(join(folder, name, `leaf ${number}.jpg`)),
    );
    await Promise.all(drawn);
    for (let copy = 0; copy < 4; copy++)
      copyFileSync(
        join(folder, name, `leaf ${copy * 30}.jpg`),
        join(folder, name, `leaf ${copy * 30} again.jpg`),
      );
  }
  for (let index = 0; index < 8; index++)
    writeFileSync(join(folder, 'slant', `leaf ${index * 15} torn.jpg`), index % 2 ? '' : 'not a picture');
  return folder;
}

/** What answers said before a kill. */
interface Told {
  readonly hashes: Set<string>;
  dealtWith: number;
  /** How far the import was at each kill. */
  readonly moments: Set<number>;
}

function countFiles({ added, duplicates, rejected }: Import): number {
  return added + duplicates + rejected;
}

/** Every picture that an answer ever named is there; counts never go back. */
async function expectKept({ client }: ServedStation, id: ImportId, told: Told): Promise<void> {
  const { images } = await client.images.listImages({ limit: 1000 });
  const known = new Set<string>(images.map(({ hash }) => hash));
  expect([...told.hashes].filter((hash) => !known.has(hash))).toEqual([]);
  expect(countFiles(await client.collector.getImport({ id }))).toBeGreaterThanOrEqual(told.dealtWith);
}

/** Waits until the import has gone on, kills the station a moment later, and notes what it had said until then. */
async function killOnTheWay(
  station: ServedStation,
  id: ImportId,
  told: Told,
  afterMs: number,
): Promise<void> {
  const { client } = station;
  const readCount = async () => countFiles(await client.collector.getImport({ id }));
  const before = told.dealtWith;
  told.dealtWith = await poll(readCount, (count) => count > before, { intervalMs: 2 });
  const killed = delay(afterMs).then(() => station.kill());
  const note = async () => {
    const { images } = await client.images.listImages({ limit: 1000 });
    for (const { hash } of images) told.hashes.add(hash);
    told.dealtWith = await readCount();
  };
  await repeatUntilRefused(note);
  await killed;
  told.moments.add(told.dealtWith);
}

test(`an import of 500 pictures outlives ${kills} kills of its station`, { timeout: 300_000 }, async () => {
  const dataDir = join(createTemporaryFolder(), 'station');
  const pictures = await createPictures(join(createTemporaryFolder(), 'pictures'));
  await runWell(dataDir, 'init');
  const random = createRandom(2, 'kill');
  const told: Told = { hashes: new Set(), dealtWith: 0, moments: new Set() };
  let station = await serveForTest(dataDir);
  const { id, jobId } = await station.client.collector.importPaths({ paths: [pictures] });
  for (let kill = 0; kill < kills; kill++) {
    await killOnTheWay(station, id, told, random.uniform(0, 60));
    station = await serveForTest(dataDir);
    await expectKept(station, id, told);
  }
  const { client } = station;
  expect(told.moments.size).toBe(kills);
  expect(told.dealtWith).toBeLessThan(500);

  expect(await waitForEnd(client, jobId)).toMatchObject({ status: 'succeeded', error: null });
  await expectKept(station, id, told);
  expect(await client.collector.getImport({ id })).toMatchObject(expected);
  const { images, total } = await client.images.listImages({ limit: 1000 });
  expect(total).toBe(480);
  expect(new Set(images.map(({ hash }) => hash)).size).toBe(480);
  expect((await client.images.countImages()).byClass).toEqual(
    patternNames.map((className) => ({ className, count: 160 })),
  );
  expect(await client.collector.listRejections({ id })).toHaveLength(8);
  expect(await client.system.checkIntegrity()).toMatchObject({ integrity: 'ok', problems: [] });
});
