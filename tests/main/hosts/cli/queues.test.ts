/** Queues on the command line: a model looks, labels stay, and what waits is told in numbers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { writeColourModel } from '../../../e2e/colour-model.ts';
import { runCli } from './cli-process.ts';

const dir = mkdtempSync(join(tmpdir(), 'fieldstation-queues-'));
const common = ['--data-dir', join(dir, 'data'), '--json'];
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function draw(name: string, r: number, g: number): Promise<void> {
  const file = join(dir, 'pictures', name);
  mkdirSync(join(file, '..'), { recursive: true });
  const create = { width: 24, height: 24, channels: 3, background: { r, g, b: 0 } } as const;
  await sharp({ create }).png().toFile(file);
}

test('a file of somebody else’s looks at all pictures: a planted label is suspect, and no label has changed', async () => {
  const classes = ['class 0', 'class 1'];
  await runCli('init', '--task', 'classification', '--classes', classes.join(','), ...common);
  await draw('class 0/red.png', 255, 0);
  await draw('class 0/planted.png', 0, 255);
  await draw('class 1/green.png', 10, 250);
  await draw('class 1/lime.png', 120, 230);
  await runCli('import', join(dir, 'pictures'), '--format', 'folder', ...common);
  const before = await runCli('queues', ...common);
  expect(before.document()).toMatchObject({
    queues: { labelled: 4, suspect: 0 },
    needs: { suspect: 'model', uncertain: 'model' },
    picturesPerHour: null,
    undescribed: 0,
  });
  const file = join(dir, 'colours.onnx');
  writeFileSync(file, writeColourModel());
  const scored = await runCli('score', '--model', file, ...common);
  expect(scored.document()).toMatchObject({
    queues: { labelled: 4, suspect: 1, disagreement: 1, uncertain: 0 },
    needs: {},
  });
  const again = await runCli('score', '--model', file, ...common);
  expect(again.status).toBe(1);
  expect(again.document()).toMatchObject({ error: { code: 'IMAGES_EMPTY' } });
}, 120_000);
