/** kill -9 of the station while people draw: every stroke that was answered is there, and undo goes back over the kills. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom, type Random } from '../../src-main/base/random.ts';
import type { BoxId, ImageHash } from '../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import { drawPattern } from './draw-patterns.ts';
import { repeatUntilRefused, runWell, type ServedStation, serveForTest } from './served-station.ts';

/** Who draws: what they have been shown as kept, the place of each box. */
interface Person {
  /** Absent: the operator, on the accepted labels. */
  readonly annotator?: string;
  readonly seen: Map<string, number>;
}

async function createLeafStation(): Promise<string> {
  const folder = createTemporaryFolder();
  const dataDir = join(folder, 'station');
  mkdirSync(join(folder, 'pictures'));
  await drawPattern('slant', 1, 240, 160).toFile(join(folder, 'pictures', 'leaf.png'));
  await runWell(dataDir, 'init', '--task', 'detection', '--classes', 'leaf');
  await runWell(dataDir, 'import', join(folder, 'pictures', 'leaf.png'));
  return dataDir;
}

async function findPicture({ client }: ServedStation): Promise<ImageHash> {
  const { images } = await client.images.listImages({});
  return images[0]?.hash as ImageHash;
}

async function drawStroke(
  { client }: ServedStation,
  imageHash: ImageHash,
  { seen, ...whose }: Person,
  random: Random,
): Promise<void> {
  const id = `box${random.integer(0, 30)}` as BoxId;
  const isRemoval = seen.has(id) && random.next() < 0.3;
  const [x, y] = [random.integer(0, 200), random.integer(0, 100)];
  const box = { id, className: 'leaf', x, y, width: 9, height: 9 };
  await client.annotation.editAnnotation({
    ...{ imageHash, ...whose },
    ...(isRemoval ? { remove: [id] } : { put: [box] }),
  });
  if (isRemoval) seen.delete(id);
  else seen.set(id, x);
}

/** All draw at the same time, each one stroke after the other. */
async function drawUntilKilled(
  station: ServedStation,
  imageHash: ImageHash,
  people: readonly Person[],
  round: number,
): Promise<void> {
  const random = createRandom(round, 'strokes');
  const killed = delay(random.uniform(40, 400)).then(station.kill);
  await Promise.all(
    people.map((person) => repeatUntilRefused(() => drawStroke(station, imageHash, person, random))),
  );
  await killed;
}

/** The stroke under way at the kill may have been kept before it was answered; from then on the person sees it. */
async function expectKept(
  { client }: ServedStation,
  imageHash: ImageHash,
  { seen, ...whose }: Person,
  round: number,
): Promise<void> {
  const { boxes } = await client.annotation.getAnnotation({ imageHash, ...whose });
  const there = new Map(boxes.map(({ id, x }): [string, number] => [id, x]));
  const differing = [...new Set([...seen.keys(), ...there.keys()])].filter(
    (id) => seen.get(id) !== there.get(id),
  );
  expect(differing.length, `round ${round}, ${whose.annotator}`).toBeLessThanOrEqual(1);
  seen.clear();
  for (const [id, x] of there) seen.set(id, x);
}

async function drawOverKills(dataDir: string, people: readonly Person[], kills: number): Promise<void> {
  for (let round = 0; round < kills; round++) {
    const station = await serveForTest(dataDir);
    const imageHash = await findPicture(station);
    for (const person of people) await expectKept(station, imageHash, person, round);
    await drawUntilKilled(station, imageHash, people, round);
  }
}

test('every stroke that was answered is there after each kill, and undo takes all of them back', {
  timeout: 240_000,
}, async () => {
  const dataDir = await createLeafStation();
  const kills = 6;
  await drawOverKills(dataDir, [{ seen: new Map() }], kills);
  const { client, ...station } = await serveForTest(dataDir);
  const imageHash = await findPicture({ client, ...station });
  const { length } = await client.annotation.listRevisions({ imageHash });
  expect(length).toBeGreaterThan(kills);
  for (let step = 0; step < length; step++) await client.annotation.undo({ imageHash });
  expect(await client.annotation.getAnnotation({ imageHash })).toMatchObject({ state: 'none', boxes: [] });
});

test('two annotators who answer one picture lose no stroke of their own, and get none of the other’s', {
  timeout: 240_000,
}, async () => {
  const dataDir = await createLeafStation();
  const people = ['Ada', 'Ben'].map((annotator): Person => ({ annotator, seen: new Map() }));
  const first = await serveForTest(dataDir);
  await first.client.system.updateSettings({ team: { overlapShare: 1, quorum: 0.6, iou: 0.5 } });
  await first.kill();
  await drawOverKills(dataDir, people, 4);
  const station = await serveForTest(dataDir);
  const imageHash = await findPicture(station);
  for (const person of people) await expectKept(station, imageHash, person, 4);
  const { annotation } = station.client;
  expect(await annotation.getAnnotation({ imageHash })).toMatchObject({ state: 'none', boxes: [] });
  const ada = { imageHash, annotator: 'Ada' };
  let undone = 0;
  while ((await annotation.undo(ada)).imageHashes.length > 0) undone++;
  expect(undone).toBeGreaterThan(4);
  expect(await annotation.getAnnotation(ada)).toMatchObject({ state: 'none', boxes: [] });
  await expectKept(station, imageHash, people[1] as Person, 5);
});
