/** The command line as scripts use it: one document a command, the promised fields, the right exit status. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createRandom } from '../../src-main/base/random.ts';
import { importSchema } from '../../src-preload/contract/collector.ts';
import {
  datasetDifferenceSchema,
  datasetStatisticsSchema,
  datasetVersionSchema,
} from '../../src-preload/contract/dataset.ts';
import {
  classificationPredictionSchema,
  deploymentEventSchema,
} from '../../src-preload/contract/deployment.ts';
import { classificationReportSchema } from '../../src-preload/contract/evaluation.ts';
import { modelVersionSchema } from '../../src-preload/contract/registry.ts';
import { runSchema } from '../../src-preload/contract/training.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import { drawFolder } from './draw-patterns.ts';
import {
  copyFolder,
  poll,
  runCommand,
  runWell,
  type ServedStation,
  serve,
  startCommand,
} from './served-station.ts';
import { createTrainedFolder, type TrainedFolder } from './trained-folder.ts';

const timeout = 120_000;
const quick = ['--epochs', '2', '--image-size', '16', '--batch', '16', '--threads', '1', '--device', 'cpu'];

const trainedSchema = z.object({
  run: z.string(),
  status: z.enum(['completed', 'stopped']),
  model: z.literal('patterns'),
  version: z.number().int(),
  metrics: z.record(z.string(), z.number()),
});
const predictedSchema = z.array(classificationPredictionSchema.extend({ image: z.string() }));
const doctorSchema = z.object({ node: z.string(), database: z.object({ integrity: z.literal('ok') }) });

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await createTrainedFolder(2);
}, 240_000);

/** What is asked of a folder with the versions 1 and 2: the command, and the form of its answer. */
function listCommands(extra: string): readonly (readonly [args: readonly string[], schema: z.ZodType])[] {
  const pictures = ['across/0.png', 'down/0.png', 'slant/0.png'].map((path) => join(folder.pictures, path));
  return [
    [
      ['init'],
      z.object({ dataDir: z.string(), task: z.literal('classification'), classes: z.array(z.string()) }),
    ],
    [
      ['import', extra, '--format', 'folder'],
      importSchema.pick({ added: true, duplicates: true, rejected: true }),
    ],
    [['dataset', 'create', 'patterns', '--seed', '1'], datasetVersionSchema],
    [['dataset', 'list'], z.array(datasetVersionSchema).length(2)],
    [['dataset', 'show', 'patterns@1'], datasetVersionSchema],
    [['dataset', 'diff', 'patterns'], datasetDifferenceSchema],
    [['dataset', 'stats', 'patterns'], datasetStatisticsSchema],
    [
      [
        'train',
        '--dataset',
        'patterns',
        '--arch',
        'classifier-nano',
        '--lr',
        '0.002',
        '--optimizer',
        'sgd',
        ...quick,
      ],
      trainedSchema,
    ],
    [['runs', 'list'], z.array(runSchema).length(3)],
    [['evaluate', '--model', 'patterns@champion', '--dataset', 'patterns/test'], classificationReportSchema],
    [['evaluate', '--model', 'patterns/2', '--dataset', 'patterns@1/val'], classificationReportSchema],
    [['models', 'list'], z.array(modelVersionSchema).length(3)],
    [['models', 'promote', 'patterns/3', '--force', '--reason', 'a test'], deploymentEventSchema],
    [['models', 'rollback', 'patterns', '--reason', 'another'], deploymentEventSchema],
    [['models', 'history', 'patterns'], z.array(deploymentEventSchema).length(3)],
    [['predict', '--model', 'patterns@champion', ...pictures], predictedSchema.length(3)],
    [['predict', '--model', 'patterns/2', ...pictures], predictedSchema.length(3)],
    [['doctor'], doctorSchema],
  ];
}

async function expectAllAnswer(dataDir: string): Promise<void> {
  const extra = await drawFolder(createTemporaryFolder(), { perClass: 2, first: 500 });
  for (const [args, schema] of listCommands(extra)) {
    const { status, stderr, document } = await runCommand(dataDir, ...args);
    expect({ args, status, stderr }).toMatchObject({ args, status: 0 });
    expect({ args, issues: schema.safeParse(document).error?.issues ?? [] }).toEqual({ args, issues: [] });
  }
}

describe('every command answers with one document', () => {
  test('on a folder that nobody serves', { timeout }, async () => {
    await expectAllAnswer(copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station')));
  });

  test('on a folder that a station serves', { timeout }, async () => {
    const station = await serve(copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station')));
    await expectAllAnswer(station.dataDir).finally(() => station.kill());
  });
});

describe('a folder that a station serves', () => {
  let station: ServedStation;
  beforeAll(async () => {
    station = await serve(copyFolder(folder.dataDir, join(folder.scratch, 'served')));
  }, 60_000);
  afterAll(() => station?.kill());

  test('is refused to a second one, which names the first', { timeout }, async () => {
    const { status, document } = await runCommand(station.dataDir, 'serve', '--port', '0');
    expect(status).toBe(1);
    expect(document).toMatchObject({
      error: { code: 'STATION_IN_USE', message: expect.stringContaining(station.address) },
    });
    expect(await station.client.system.getSettings()).toMatchObject({ stationName: 'Station' });
  });

  test('is refused on a port that is taken, and the first goes on', { timeout }, async () => {
    const other = copyFolder(folder.dataDir, join(createTemporaryFolder(), 'other'));
    const { port } = new URL(station.address);
    expect(await runCommand(other, 'serve', '--port', port)).toMatchObject({
      status: 1,
      document: { error: { code: 'ADDRESS_UNAVAILABLE' } },
    });
    expect(await runWell(other, 'models', 'list')).toHaveLength(2);
  });
});

test('a train, val, test tree keeps its splits where none are given, and is shared anew where they are', {
  timeout,
}, async () => {
  const dataDir = join(createTemporaryFolder(), 'station');
  const root = createTemporaryFolder();
  for (const [split, perClass, first] of [
    ['train', 6, 0],
    ['val', 3, 100],
    ['test', 4, 200],
  ] as const)
    await drawFolder(join(root, split), { perClass, first });
  await runWell(dataDir, 'init');
  expect(await runWell(dataDir, 'import', root)).toMatchObject({ added: 39, labelled: 39 });
  expect(await runWell(dataDir, 'dataset', 'create', 'kept')).toMatchObject({
    counts: { train: 18, val: 9, test: 12 },
  });
  expect(await runWell(dataDir, 'dataset', 'create', 'anew', '--splits', '0.6,0.2,0.2')).toMatchObject({
    counts: { train: expect.toSatisfy((count: number) => count >= 21 && count <= 25) },
  });
});

/** Pictures of 8 × 8 grey pixels, and their labels 0 and 1 in turn. */
function writeIdx(folder: string, name: string, count: number): void {
  const random = createRandom(6, name);
  const images = Buffer.alloc(16 + count * 64);
  images.set([0, 0, 8, 3], 0);
  for (const [index, size] of [count, 8, 8].entries()) images.writeUInt32BE(size, 4 + 4 * index);
  for (let index = 16; index < images.length; index++) images[index] = random.integer(0, 255);
  const labels = Buffer.alloc(8 + count);
  labels.set([0, 0, 8, 1], 0);
  labels.writeUInt32BE(count, 4);
  for (let index = 0; index < count; index++) labels[8 + index] = index % 2;
  writeFileSync(join(folder, `${name}-images-idx3-ubyte`), images);
  writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), labels);
}

test('idx files come in with their own test set, or one by one with --labels', { timeout }, async () => {
  const root = createTemporaryFolder();
  mkdirSync(join(root, 'digits'));
  writeIdx(join(root, 'digits'), 'train', 40);
  writeIdx(join(root, 'digits'), 't10k', 10);
  const dataDir = join(root, 'station');
  await runWell(dataDir, 'init');
  expect(await runWell(dataDir, 'import', join(root, 'digits'))).toMatchObject({ added: 50, labelled: 50 });
  expect(await runWell(dataDir, 'dataset', 'create', 'digits')).toMatchObject({
    classNames: ['0', '1'],
    counts: { train: 36, val: 4, test: 10 },
  });
  writeIdx(root, 'more', 6);
  const files = [join(root, 'more-images-idx3-ubyte'), '--labels', join(root, 'more-labels-idx1-ubyte')];
  expect(await runWell(dataDir, 'import', ...files, '--format', 'idx')).toMatchObject({
    added: 6,
    labelled: 6,
  });
  const torn = await runCommand(
    dataDir,
    'import',
    ...files.slice(0, 2),
    join(root, 'digits/t10k-labels-idx1-ubyte'),
    '--format',
    'idx',
  );
  expect(torn).toMatchObject({ status: 1, document: { error: { code: 'IMPORT_FORMAT_INVALID' } } });
});

test('a run that Ctrl-C cancelled tells so, and goes on from its checkpoint with --resume', {
  timeout,
}, async () => {
  const dataDir = copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station'));
  const station = await serve(dataDir);
  const { client } = station;
  const args = ['--dataset', 'patterns', ...quick.slice(2), '--epochs', '40', '--patience', '0'];
  const training = startCommand({}, dataDir, 'train', ...args);
  const [run] = await poll(
    () => client.training.listRuns({}),
    ([newest]) => (newest?.checkpointEpoch ?? 0) >= 2 && newest?.status === 'running',
  );
  training.interrupt();
  const cancelled = await training.answer;
  expect(cancelled).toMatchObject({
    status: 130,
    document: { run: run?.id, status: 'cancelled', isResumable: true },
  });
  await station.stop();
  const ended = await runWell(dataDir, 'train', '--resume', run?.id ?? '');
  expect(ended).toMatchObject({ run: run?.id, status: 'completed', version: 3, checkpointEpoch: 40 });
  expect((await runCommand(dataDir, 'train', '--resume', run?.id ?? '')).document).toMatchObject({
    error: { code: 'RUN_NOT_RESUMABLE' },
  });
});

test('a time budget ends a run that would go on', { timeout }, async () => {
  const dataDir = copyFolder(folder.dataDir, join(createTemporaryFolder(), 'station'));
  const args = ['--dataset', 'patterns', ...quick.slice(2), '--epochs', '5000', '--time-budget', '1s'];
  const ended = await runWell(dataDir, 'train', ...args, '--patience', '0');
  expect(ended).toMatchObject({ status: 'completed', version: 3, reason: expect.stringContaining('budget') });
});
