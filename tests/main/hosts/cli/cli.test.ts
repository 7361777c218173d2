/** The command line in processes of its own: documents, sentences, exit statuses. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliAnswer, runCli, startCli } from './cli-process.ts';

const dir = mkdtempSync(join(tmpdir(), 'fieldstation-cli-'));
const data = join(dir, 'data');
const common = ['--data-dir', data, '--json'];
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function drawPicture(path: string, red: number, green: number): Promise<void> {
  mkdirSync(join(path, '..'), { recursive: true });
  const background = { r: red, g: green, b: 40 };
  await sharp({ create: { width: 24, height: 24, channels: 3, background } })
    .png()
    .toFile(path);
}

beforeAll(async () => {
  for (let index = 0; index < 12; index++) {
    await drawPicture(join(dir, 'pictures/green', `leaf ${index}.png`), index, 200 + index);
    await drawPicture(join(dir, 'pictures/rust', `leaf '${index}'.png`), 200 + index, index);
  }
  writeFileSync(join(dir, 'pictures/rust/notes.jpg'), 'no picture at all');
  const made = await runCli('init', '--task', 'classification', '--classes', 'green,rust', ...common);
  expect(made.document()).toEqual({ dataDir: data, task: 'classification', classes: ['green', 'rust'] });
});

/** One sentence on stderr, one document on stdout. */
function expectError(answer: CliAnswer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.stderr.trim().split('\n')).toHaveLength(1);
  expect(answer.stderr).toMatch(/^fieldstation: /);
  const error = { code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) };
  expect(answer.document()).toEqual({ error: expect.objectContaining(error) });
  expect(answer.document()).not.toMatchObject({ error: { code: 'BUG' } });
}

describe('errors', () => {
  const usage = [
    ['an unknown command', ['flatten', ...common]],
    ['an unknown option', ['runs', 'list', '--colour', ...common]],
    ['a value of the wrong kind', ['train', '--dataset', 'a', '--epochs', 'many', ...common]],
    ['shares that are no three', ['dataset', 'create', 'a', '--splits', '0.5,0.5', ...common]],
  ] as const;
  test.concurrent.each(usage)('%s is a usage error', async (_what, args) => {
    expectError(await runCli(...args), 2);
  });

  const refusals = [
    ['a value out of range', ['train', '--dataset', 'a', '--epochs', '0', ...common]],
    ['a folder without a station', ['runs', 'list', '--data-dir', join(dir, 'nothing'), '--json']],
    ['a model that is not there', ['evaluate', '--model', 'nope', '--dataset', 'nope', ...common]],
    ['a dataset that is not there', ['dataset', 'show', 'nope', ...common]],
    ['a path that is not there', ['import', join(dir, 'nothing'), ...common]],
    ['other classes for the same folder', ['init', '--classes', 'a,b', ...common]],
    ['an unknown task', ['init', '--task', 'poetry', ...common]],
  ] as const;
  test.concurrent.each(refusals)('%s is refused', async (_what, args) => {
    expectError(await runCli(...args), 1);
  });

  test('a folder that does not exist is not made by looking at it', async () => {
    const answer = await runCli('models', 'list', '--data-dir', join(dir, 'nothing'), '--json');
    expect(answer.document()).toMatchObject({ error: { code: 'STATION_NOT_INITIALIZED' } });
    expect(() => readFileSync(join(dir, 'nothing'))).toThrow(/ENOENT/);
  });

  test('help is no error', async () => {
    expect(await runCli('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(await runCli('train', '--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('--time-budget'),
    });
  });
});

test('init with the same words is no mistake', async () => {
  expect((await runCli('init', '--classes', 'rust,green', ...common)).status).toBe(0);
  expect((await runCli('init', ...common)).status).toBe(0);
});

test('import, dataset create, list, show, diff and stats answer with one document each', async () => {
  const imported = await runCli('import', join(dir, 'pictures'), '--source', 'bench', ...common);
  expect(imported.status).toBe(0);
  expect(imported.document()).toMatchObject({
    added: 24,
    duplicates: 0,
    rejected: 1,
    labelled: 24,
    source: 'bench',
    rejections: [{ path: expect.stringContaining('notes.jpg'), code: 'IMAGE_UNREADABLE' }],
  });
  const again = await runCli('import', join(dir, 'pictures'), ...common);
  expect(again.document()).toMatchObject({ added: 0, duplicates: 24, rejected: 1 });
  const created = await runCli(
    'dataset',
    'create',
    'leaf',
    '--splits',
    '0.5,0.25,0.25',
    '--seed',
    '7',
    ...common,
  );
  expect(created.document()).toMatchObject({
    name: 'leaf',
    version: 1,
    seed: 7,
    classNames: ['green', 'rust'],
    counts: { train: 12, val: 6, test: 6 },
  });
  const listed = await runCli('dataset', 'list', ...common);
  expect(listed.document()).toEqual([expect.objectContaining({ name: 'leaf', version: 1 })]);
  expect((await runCli('dataset', 'show', 'leaf@1', ...common)).document()).toEqual(created.document());
  const difference = await runCli('dataset', 'diff', 'leaf', ...common);
  expect(difference.document()).toMatchObject({ added: 24, removed: 0, unchanged: 0 });
  const statistics = await runCli('dataset', 'stats', 'leaf', ...common);
  expect(statistics.document()).toMatchObject({ total: 24, width: { min: 24, max: 24 } });
});

test('without --json people get lines', async () => {
  const answer = await runCli('dataset', 'list', '--data-dir', data);
  expect(answer.stdout).toMatch(/^dataset +train +val +test/);
  expect(answer.stdout).toContain('leaf@1');
});

test('doctor looks at everything', async () => {
  const well = await runCli('doctor', ...common);
  expect(well.status).toBe(0);
  expect(well.document()).toMatchObject({
    node: process.versions.node,
    database: { integrity: 'ok', problems: [] },
    providers: expect.arrayContaining([expect.objectContaining({ name: 'cpu', isUsable: true })]),
    disk: { blobs: expect.any(Number) },
  });
});

describe('a station that serves the folder', () => {
  test('is used by commands, refuses a second one, and ends at Ctrl-C', async () => {
    const serving = startCli('serve', '--port', '0', '--data-dir', data);
    await serving.said(/open (http:\S+)/);
    const listed = await runCli('dataset', 'list', ...common);
    expect(listed.document()).toEqual([expect.objectContaining({ name: 'leaf' })]);
    const second = await runCli('serve', '--port', '0', ...common);
    expect(second).toMatchObject({ status: 1 });
    expect(second.document()).toMatchObject({
      error: { code: 'STATION_IN_USE', message: expect.stringContaining('http://127.0.0.1:') },
    });
    serving.child.kill('SIGINT');
    expect(await serving.ended).toMatchObject({ status: 0 });
    expect((await runCli('dataset', 'list', ...common)).status).toBe(0);
  });
});

test('doctor finds a damaged database, and puts a snapshot in its place', async () => {
  const [snapshot] = (await runCli('doctor', ...common)).document().snapshots as { file: string }[];
  const file = join(data, 'station.db');
  const bytes = readFileSync(file);
  bytes.fill(0x55, 0, 8_192);
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
  writeFileSync(file, bytes);
  const damaged = await runCli('doctor', ...common);
  expect(damaged.status).toBe(1);
  expect(damaged.document()).toMatchObject({
    error: { code: 'STORE_CORRUPT' },
    database: { integrity: 'damaged' },
    snapshots: [{ file: snapshot?.file }],
  });
  const restored = await runCli('doctor', '--restore', snapshot?.file ?? '', ...common);
  expect(restored.document()).toMatchObject({ restored: snapshot?.file, aside: expect.any(String) });
  expect((await runCli('doctor', ...common)).document()).toMatchObject({ database: { integrity: 'ok' } });
  expect((await runCli('dataset', 'list', ...common)).document()).toHaveLength(1);
});
