import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { createShownPictures } from '../../../src-main/api/shown-pictures.ts';
import { createForkLauncher } from '../../../src-main/jobs/fork-launcher.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from '../store/temporary-folder.ts';

const launcher = createForkLauncher(join(import.meta.dirname, '../../../src-main/worker.ts'));
const hashOf = (digit: string) => digit.repeat(64) as ImageHash;

it('keeps what was made over a restart, clears what a kill left, and makes room for the newest', async () => {
  const folder = createTemporaryFolder();
  const dir = join(folder, 'cache');
  const original = join(folder, 'scan.tif');
  await sharp({ create: { width: 60, height: 40, channels: 3, background: '#846' } })
    .tiff()
    .toFile(original);
  mkdirSync(dir);
  writeFileSync(join(dir, `${hashOf('9')}.png.tmp`), 'half');
  const first = await createShownPictures(dir, launcher).find(hashOf('1'), original);
  expect(readdirSync(dir)).toEqual([`${hashOf('1')}.png`]);
  expect((await sharp(first).metadata()).format).toBe('png');
  const { ino, size } = statSync(first);

  const later = createShownPictures(dir, launcher, size * 2);
  await later.find(hashOf('2'), original);
  await later.find(hashOf('1'), join(folder, 'gone.tif'));
  expect(statSync(first).ino).toBe(ino);
  await later.find(hashOf('3'), original);
  expect(readdirSync(dir).sort()).toEqual([`${hashOf('1')}.png`, `${hashOf('3')}.png`]);
}, 60_000);
