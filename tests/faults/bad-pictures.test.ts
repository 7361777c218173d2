/** Rare pictures are read right and bad ones refused in a sentence, by import, by REST and by command alike. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Import, ImportRejection } from '../../src-preload/contract/collector.ts';
import type { ErrorRecord } from '../../src-preload/contract/errors.ts';
import type { Image } from '../../src-preload/contract/image.ts';
import { type BadPicture, drawBadPictures, drawOddPictures, type OddPicture } from './draw-odd-pictures.ts';
import { drawPattern } from './draw-patterns.ts';
import { runCommand, type ServedStation, serve } from './served-station.ts';
import { createTrainedFolder, type TrainedFolder } from './trained-folder.ts';

let folder: TrainedFolder;
let station: ServedStation;
let odd: readonly OddPicture[];
let bad: readonly BadPicture[];

beforeAll(async () => {
  folder = await createTrainedFolder(1);
  [odd, bad] = await Promise.all([drawOddPictures(), drawBadPictures()]);
  station = await serve(folder.dataDir);
}, 240_000);

afterAll(() => station?.kill());

function writeFiles(name: string, files: readonly { file: string; bytes: Uint8Array }[]): string {
  const dir = join(folder.scratch, name);
  mkdirSync(dir, { recursive: true });
  for (const { file, bytes } of files) writeFileSync(join(dir, file), bytes);
  return dir;
}

async function predict(bytes: Buffer): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${station.address}/api/v1/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function expectStillAnswers(): Promise<void> {
  const good = await drawPattern('down', 920).png().toBuffer();
  expect(await predict(good)).toMatchObject({ status: 200, answer: { label: 'down', version: 1 } });
}

test('rare pictures are imported with the size that a person sees', { timeout: 120_000 }, async () => {
  const path = writeFiles('odd', odd);
  const { status, document } = await runCommand(folder.dataDir, 'import', path);
  expect(status).toBe(0);
  expect(document).toMatchObject({ added: odd.length, rejected: 0, rejections: [] });
  for (const { file, width, height } of odd) {
    const { images } = await station.client.images.listImages({ filter: { search: file } });
    expect(images).toMatchObject([{ fileName: file, width, height, className: null }]);
    await expectShown(images[0] as Image);
  }
});

/** Its page gets a picture that browsers can show, upright and of the right shape. */
async function expectShown({ hash, width, height }: Image): Promise<void> {
  const headers = { authorization: `Bearer ${station.token}` };
  const response = await fetch(`${station.address}/thumbnails/${hash}`, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^image\/(jpeg|png)$/);
  const shown = await sharp(Buffer.from(await response.arrayBuffer()))
    .autoOrient()
    .toBuffer({ resolveWithObject: true });
  expect(shown.info).toMatchObject({ width, height });
}

test('the model sees in rare pictures what a person sees', { timeout: 120_000 }, async () => {
  for (const { file, bytes, shows } of odd) {
    const { status, answer } = await predict(bytes);
    expect({ file, status, label: answer.label }).toEqual({ file, status: 200, label: shows });
  }
});

test('an import sets bad pictures aside, each with what was expected and what came', {
  timeout: 120_000,
}, async () => {
  const good = { file: 'good.png', bytes: await drawPattern('down', 921).png().toBuffer() };
  const path = writeFiles('bad', [...bad, good]);
  const { status, document } = await runCommand(folder.dataDir, 'import', path);
  expect(status).toBe(0);
  const { rejections, ...counts } = document as Import & { rejections: ImportRejection[] };
  expect(counts).toMatchObject({ added: 1, rejected: bad.length });
  for (const { file, code } of bad) {
    const rejection = rejections.find((one) => one.path === join(path, file));
    expect(rejection).toEqual({
      path: join(path, file),
      place: null,
      code,
      reason: expect.stringMatching(/expected.*got/),
    });
  }
  await expectStillAnswers();
});

test('an import of bad pictures alone fails, and says why', { timeout: 120_000 }, async () => {
  const path = writeFiles('bad alone', bad.slice(0, 3));
  const { status, document } = await runCommand(folder.dataDir, 'import', path);
  expect(status).toBe(1);
  expect(document).toMatchObject({ added: 0, rejected: 3 });
});

test('REST refuses bad pictures with 422 and a sentence', { timeout: 120_000 }, async () => {
  for (const { file, bytes, code } of bad) {
    const { status, answer } = await predict(bytes);
    const isEmpty = bytes.length === 0;
    expect({ file, status, answer }).toEqual({
      file,
      status: isEmpty ? 400 : 422,
      answer: expect.objectContaining({
        code: isEmpty ? 'INPUT_INVALID' : code,
        message: expect.stringMatching(/expected.*got/),
      }),
    });
  }
  await expectStillAnswers();
});

test('predict answers for the good files beside the bad ones, and fails', { timeout: 120_000 }, async () => {
  const good = { file: 'good.png', bytes: await drawPattern('down', 922).png().toBuffer() };
  const dir = writeFiles('asked', [...bad, good]);
  const files = [...bad, good].map(({ file }) => join(dir, file));
  const missing = join(dir, 'missing.png');
  const { status, stderr, document } = await runCommand(folder.dataDir, 'predict', ...files, missing);
  expect(status).toBe(1);
  const error: Partial<ErrorRecord> = { message: expect.stringMatching(/expected.*got/) };
  expect(document).toEqual([
    ...bad.map(({ file, code }) => ({
      image: join(dir, file),
      error: expect.objectContaining({ ...error, code }),
    })),
    expect.objectContaining({ image: join(dir, 'good.png'), label: 'down', model: 'patterns', version: 1 }),
    { image: missing, error: expect.objectContaining({ ...error, code: 'IMAGE_UNREADABLE' }) },
  ]);
  expect(stderr.trim().split('\n')).toHaveLength(bad.length + 1);
});
