/** Too little to learn from: refused before an hour is lost, or learnt from as far as it goes. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { datasetStatisticsSchema } from '../../src-preload/contract/dataset.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import { drawFolder, drawPattern, type PatternFolder } from './draw-patterns.ts';
import { runCommand, runWell } from './served-station.ts';

const timeout = 120_000;
const quick = ['--epochs', '2', '--image-size', '16', '--batch', '8', '--threads', '1', '--device', 'cpu'];

async function createStation(...folders: readonly PatternFolder[]): Promise<string> {
  const dataDir = join(createTemporaryFolder(), 'station');
  await runWell(dataDir, 'init');
  for (const folder of folders)
    await runWell(dataDir, 'import', await drawFolder(createTemporaryFolder(), folder));
  return dataDir;
}

async function expectRefused(dataDir: string, args: readonly string[], code: string): Promise<void> {
  const { status, stderr, document } = await runCommand(dataDir, ...args);
  expect({ args, status, document }).toEqual({
    args,
    status: 1,
    document: { error: expect.objectContaining({ code, message: expect.stringMatching(/.{30}/) }) },
  });
  expect(stderr).toMatch(/^fieldstation: .+\n$/);
}

test('a station without pictures makes no dataset', { timeout }, async () => {
  const dataDir = await createStation();
  await expectRefused(dataDir, ['dataset', 'create', 'none'], 'DATASET_EMPTY');
  await expectRefused(dataDir, ['train', '--dataset', 'none'], 'NOT_FOUND');
});

test('one class alone makes no dataset; with a second one it does', { timeout }, async () => {
  const dataDir = await createStation({ perClass: 10, names: ['down'] });
  await expectRefused(dataDir, ['dataset', 'create', 'one'], 'DATASET_SINGLE_CLASS');
  await runWell(
    dataDir,
    'import',
    await drawFolder(createTemporaryFolder(), { perClass: 10, names: ['across'] }),
  );
  expect(await runWell(dataDir, 'dataset', 'create', 'two')).toMatchObject({
    classNames: ['across', 'down'],
  });
});

test('a class with one picture is warned of, and the others are learnt', { timeout }, async () => {
  const dataDir = await createStation(
    { perClass: 12, names: ['across', 'down'] },
    { perClass: 1, names: ['slant'] },
  );
  expect(await runWell(dataDir, 'dataset', 'create', 'rare', '--splits', '0.6,0.2,0.2')).toMatchObject({
    classNames: ['across', 'down', 'slant'],
  });
  const statistics = datasetStatisticsSchema.parse(await runWell(dataDir, 'dataset', 'stats', 'rare'));
  expect(statistics.warnings.join()).toContain('slant');
  expect(await runWell(dataDir, 'train', '--dataset', 'rare', ...quick)).toMatchObject({ version: 1 });
  const evaluated = await runWell(dataDir, 'evaluate', '--model', 'rare@champion', '--dataset', 'rare/test');
  expect(evaluated).toMatchObject({
    accuracy: expect.any(Number),
    f1: expect.any(Number),
    perClass: [
      { className: 'across' },
      { className: 'down' },
      { className: 'slant', support: 0, recall: null },
    ],
  });
});

test('an empty split is refused where it is needed, and trained without where it is not', {
  timeout,
}, async () => {
  const dataDir = await createStation({ perClass: 10 });
  await expectRefused(
    dataDir,
    ['dataset', 'create', 'small', '--splits', '0.98,0.01,0.01'],
    'DATASET_SPLIT_EMPTY',
  );
  await runWell(dataDir, 'dataset', 'create', 'blind', '--splits', '0,0.5,0.5');
  await expectRefused(dataDir, ['train', '--dataset', 'blind', ...quick], 'DATASET_SPLIT_EMPTY');
  await runWell(dataDir, 'dataset', 'create', 'whole', '--splits', '1,0,0');
  for (const seed of ['1', '2'])
    expect(await runWell(dataDir, 'train', '--dataset', 'whole', '--seed', seed, ...quick)).toMatchObject({
      status: 'completed',
      version: Number(seed),
    });
  const evaluate = ['evaluate', '--model', 'whole@champion', '--dataset'];
  for (const split of ['test', 'val'])
    await expectRefused(dataDir, [...evaluate, `whole/${split}`], 'DATASET_SPLIT_EMPTY');
  await expectRefused(dataDir, ['models', 'promote', 'whole/2'], 'PROMOTION_REFUSED');
  expect(await runWell(dataDir, 'models', 'promote', 'whole/2', '--force')).toMatchObject({ toVersion: 2 });
  expect(await runWell(dataDir, ...evaluate, 'whole/train')).toMatchObject({ count: 30 });
});

test('the same picture under two classes keeps the first, and the second is told', { timeout }, async () => {
  const dataDir = await createStation({ perClass: 4 });
  const folder = await drawFolder(createTemporaryFolder(), { perClass: 2, names: ['across'], first: 50 });
  await drawPattern('down', 0)
    .png()
    .toFile(join(folder, 'across', 'a down.png'));
  expect(await runWell(dataDir, 'import', folder)).toMatchObject({
    added: 2,
    duplicates: 1,
    rejections: [{ code: 'LABEL_CONFLICT', path: join(folder, 'across', 'a down.png') }],
  });
  expect(await runWell(dataDir, 'dataset', 'create', 'kept')).toMatchObject({ version: 1 });
  const { classes } = datasetStatisticsSchema.parse(await runWell(dataDir, 'dataset', 'stats', 'kept'));
  const counts = classes.map(({ counts }) => counts.train + counts.val + counts.test);
  expect(counts).toEqual([6, 4, 4]);
});
