/** kill -9 of the station while a person draws: every stroke that was answered is there, and undo goes back over the kills. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '../../src-main/base/random.ts';
import type { BoxId, ImageHash } from '../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import { drawPattern } from './draw-patterns.ts';
import { repeatUntilRefused, runWell, type ServedStation, serveForTest } from './served-station.ts';

const kills = 6;

/** What the person has been shown as kept: the place of each box. */
type Seen = Map<string, number>;

async function drawUntilKilled(
  { client, kill }: ServedStation,
  imageHash: ImageHash,
  seen: Seen,
  round: number,
): Promise<void> {
  const random = createRandom(round, 'strokes');
  const killed = delay(random.uniform(40, 400)).then(kill);
  let stroke = 0;
  await repeatUntilRefused(async () => {
    const id = `box${random.integer(0, 30)}`;
    const isRemoval = seen.has(id) && random.next() < 0.3;
    const x = random.integer(0, 200);
    const box = { id: id as BoxId, className: 'leaf', x, y: stroke++ % 100, width: 9, height: 9 };
    await client.annotation.editAnnotation({
      imageHash,
      ...(isRemoval ? { remove: [id as BoxId] } : { put: [box] }),
    });
    if (isRemoval) seen.delete(id);
    else seen.set(id, x);
  });
  await killed;
}

async function readPlaces({ client }: ServedStation, imageHash: ImageHash): Promise<Seen> {
  const { boxes } = await client.annotation.getAnnotation({ imageHash });
  return new Map(boxes.map(({ id, x }) => [id, x]));
}

test('every stroke that was answered is there after each kill, and undo takes all of them back', {
  timeout: 240_000,
}, async () => {
  const folder = createTemporaryFolder();
  const dataDir = join(folder, 'station');
  mkdirSync(join(folder, 'pictures'));
  await drawPattern('slant', 1, 240, 160).toFile(join(folder, 'pictures', 'leaf.png'));
  await runWell(dataDir, 'init', '--task', 'detection', '--classes', 'leaf');
  await runWell(dataDir, 'import', join(folder, 'pictures', 'leaf.png'));
  const seen: Seen = new Map();
  for (let round = 0; round < kills; round++) {
    const station = await serveForTest(dataDir);
    const { images } = await station.client.images.listImages({});
    const imageHash = images[0]?.hash as ImageHash;
    const there = await readPlaces(station, imageHash);
    // The stroke under way at the kill may have been kept before it was answered.
    const differing = [...new Set([...seen.keys(), ...there.keys()])].filter(
      (id) => seen.get(id) !== there.get(id),
    );
    expect(differing.length, `round ${round}`).toBeLessThanOrEqual(1);
    seen.clear();
    for (const [id, x] of there) seen.set(id, x);
    await drawUntilKilled(station, imageHash, seen, round);
  }
  const station = await serveForTest(dataDir);
  const { images } = await station.client.images.listImages({});
  const imageHash = images[0]?.hash as ImageHash;
  const { length } = await station.client.annotation.listRevisions({ imageHash });
  expect(length).toBeGreaterThan(kills);
  for (let step = 0; step < length; step++) await station.client.annotation.undo({ imageHash });
  expect(await station.client.annotation.getAnnotation({ imageHash })).toMatchObject({
    state: 'none',
    boxes: [],
  });
});
