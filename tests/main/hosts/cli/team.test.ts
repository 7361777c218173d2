/** `cli team` in processes of its own: what annotators have told, how far they agree, and what it comes to. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import { startTestStation } from '../served-station.ts';
import { runCli } from './cli-process.ts';

const dir = mkdtempSync(join(tmpdir(), 'fieldstation-team-'));
const common = ['--data-dir', join(dir, 'data'), '--json'];
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Ada and Ben agree on the green picture and quarrel about the rusty one. */
beforeAll(async () => {
  mkdirSync(join(dir, 'pictures'));
  for (const [name, background] of [
    ['green', '#20c040'],
    ['rust', '#c04020'],
  ] as const) {
    const drawn = sharp({ create: { width: 24, height: 24, channels: 3, background } });
    writeFileSync(join(dir, 'pictures', `${name}.png`), await drawn.png().toBuffer());
  }
  const first = startTestStation(dir);
  for (const name of ['green', 'rust']) await first.client.annotation.addClass({ name });
  await first.shutdown();
  await runCli('import', join(dir, 'pictures'), ...common);
  expect((await runCli('team', 'rule', '--share', '1', ...common)).document()).toMatchObject({
    ...{ overlapShare: 1, quorum: 0.6 },
  });
  const station = startTestStation(dir);
  const { images } = await station.client.images.listImages({});
  const answer = (annotator: string, fileName: string, className: string) => {
    const imageHash = images.find((image) => image.fileName === fileName)?.hash as ImageHash;
    return station.client.annotation.editAnnotation({ imageHash, annotator, className, state: 'labelled' });
  };
  for (const annotator of ['Ada', 'Ben']) await answer(annotator, 'green.png', 'green');
  await answer('Ada', 'rust.png', 'rust');
  await answer('Ben', 'rust.png', 'green');
  await station.shutdown();
});

test('agreement is told as one document, annotators as a table for people', async () => {
  const agreement = (await runCli('team', 'agreement', ...common)).document();
  expect(agreement).toMatchObject({
    pairs: [{ first: 'Ada', second: 'Ben', pictures: 2, agreed: 1, differing: 1, f1: 0.5 }],
    classes: [{ className: 'green' }, { className: 'rust', f1: 0 }],
  });
  const table = await runCli('team', 'annotators', '--data-dir', join(dir, 'data'));
  expect(table.stdout).toMatch(/^Ada +2 +– +0 +0 +50\.0 %/m);
});

test('a consensus is looked at without a change, and then taken; what is undecided stays', async () => {
  const preview = (await runCli('team', 'consensus', '--preview', ...common)).document();
  expect(preview.pictures).toMatchObject([{ annotators: ['Ada', 'Ben'] }, { annotators: ['Ada', 'Ben'] }]);
  expect(preview).not.toHaveProperty('changed');
  const both = await runCli('team', 'consensus', '--preview', '--apply', ...common);
  expect([both.status, both.document()]).toMatchObject([1, { error: { code: 'INPUT_INVALID' } }]);
  const applied = (await runCli('team', 'consensus', '--apply', ...common)).document();
  expect([applied.changed, applied.undecided]).toMatchObject([{ length: 1 }, { length: 1 }]);
  const undone = await runCli('team', 'consensus', '--undo', ...common);
  expect(undone.document()).toEqual({ imageHashes: applied.changed });
});

test('a share that is none is refused, with what was expected', async () => {
  const { status, stderr } = await runCli('team', 'rule', '--share', '2', ...common);
  expect([status, stderr]).toEqual([1, expect.stringContaining('overlapShare: expected')]);
});
