/** The smallest datasets of boxes: one picture, one class, nothing but background: a model, or clear words. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { drawYoloFolder } from './detector-folder.ts';
import { runCommand, runWell } from './served-station.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fieldstation-few-boxes-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const quick = ['--epochs', '1', '--imgsz', '64', '--threads', '1', '--device', 'cpu', '--seed', '3'];

async function importPictures(name: string, train: number, backgroundShare: number): Promise<string> {
  const pictures = await drawYoloFolder(
    join(scratch, `${name}-pictures`),
    { train, val: 0, test: 0 },
    backgroundShare,
  );
  const dataDir = join(scratch, name);
  await runWell(dataDir, 'init', '--task', 'detection');
  await runWell(dataDir, 'import', pictures, '--format', 'yolo');
  return dataDir;
}

test('one picture becomes a model, with what can be said of it', { timeout: 240_000 }, async () => {
  const dataDir = await importPictures('one', 1, 0);
  await runWell(dataDir, 'dataset', 'create', 'one', '--splits', '1,0,0');
  const told = await runWell(dataDir, 'train', '--dataset', 'one', ...quick);
  expect(told).toMatchObject({ status: 'completed', model: 'one', version: 1 });
  expect(told.reason).toContain('the latest as there are no pictures to validate with');
});

test('pictures of background alone are no dataset for a detector', { timeout: 120_000 }, async () => {
  const dataDir = await importPictures('empty', 4, 1);
  const { status, document } = await runCommand(dataDir, 'dataset', 'create', 'empty');
  expect(status).toBe(1);
  expect(document).toMatchObject({ error: { code: 'DATASET_NO_BOXES' } });
});
