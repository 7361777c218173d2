/** Files that come over the network must neither leave their folder nor stay in it for ever. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { toSegments } from '../../../../src-main/loop/collector/staging.ts';
import type { UploadId } from '../../../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';
import { drawSolid } from '../../vision/test-pictures.ts';
import { createImportHarness } from './import-harness.ts';

const picture = (seed: number) =>
  drawSolid({ seed })
    .png()
    .toBuffer()
    .then((bytes) => new Blob([new Uint8Array(bytes)]));
const listStaging = (dataDir: string) => readdirSync(join(dataDir, 'staging'));

test('imports what was uploaded, told by its relative path, and clears up after it', async () => {
  const { collector, work, readPictures, dataDir } = createImportHarness();
  const { uploadId } = collector.openUpload();
  const first = await picture(1);
  expect(await collector.uploadFile(uploadId, 'healthy/leaf 1.jpg', { file: first })).toEqual({
    sizeBytes: first.size,
  });
  await collector.uploadFile(uploadId, 'healthy/leaf 1.jpg', { file: await picture(2) });
  await collector.uploadFile(uploadId, 'sick/bad.jpg', { file: new Blob(['text']) });
  const started = await collector.importUpload({ uploadId, format: 'auto' });
  await expect(collector.uploadFile(uploadId, 'late.jpg', { file: first })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(collector.importUpload({ uploadId, format: 'auto' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await work(started);
  expect(readPictures()).toEqual({ 'leaf 1.jpg': 'healthy', 'leaf 1 (2).jpg': 'healthy' });
  expect(collector.listRejections(started.id)).toMatchObject([{ path: 'sick/bad.jpg' }]);
  await vi.waitFor(() => expect(listStaging(dataDir)).toEqual([]));
});

test.each([
  '../out.jpg',
  'a/../../out.jpg',
  '/etc/passwd',
  'C:/out.jpg',
  'c:out.jpg',
  'a\\..\\out.jpg',
  'nul\0.jpg',
  '',
  '/',
  '.',
  'a/'.repeat(3) + 'x'.repeat(300),
])('refuses the path %j', async (path) => {
  const { collector, dataDir } = createImportHarness();
  const { uploadId } = collector.openUpload();
  await expect(collector.uploadFile(uploadId, path, { file: new Blob(['x']) })).rejects.toMatchObject({
    code: 'PATH_FORBIDDEN',
  });
  expect(readdirSync(join(dataDir, 'staging', uploadId))).toEqual([]);
});

test('takes names of other alphabets apart as they are', () => {
  expect(toSegments('बीमार/./पत्ता "1".jpg')).toEqual(['बीमार', 'पत्ता "1".jpg']);
});

test('refuses an upload that was never opened', async () => {
  const { collector } = createImportHarness();
  const unknown = collector.uploadFile('0123456789' as UploadId, 'a.jpg', { file: new Blob(['x']) });
  await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('clears up at the next start what no import will take, and keeps what one has not finished', async () => {
  const dataDir = createTemporaryFolder();
  const before = createImportHarness(dataDir);
  const abandoned = before.collector.openUpload();
  const { uploadId } = before.collector.openUpload();
  await before.collector.uploadFile(uploadId, 'a/1.png', { file: await picture(3) });
  const started = await before.collector.importUpload({ uploadId, format: 'auto' });
  mkdirSync(join(dataDir, 'staging', 'strange'));
  writeFileSync(join(dataDir, 'staging', 'strange', 'file'), 'x');
  before.store.close();
  const after = createImportHarness(dataDir);
  await vi.waitFor(() => expect(listStaging(dataDir)).toEqual([`${uploadId}-importing`]));
  expect(existsSync(join(dataDir, 'staging', abandoned.uploadId))).toBe(false);
  await after.work(started);
  expect(after.readPictures()).toEqual({ '1.png': 'a' });
});

test('an uploaded picture was taken when its file was written, not when it came over the network', async () => {
  const { collector, work, store } = createImportHarness();
  const { uploadId } = collector.openUpload();
  const modifiedAt = new Date(2025, 6, 1, 12).getTime();
  await collector.uploadFile(uploadId, 'a.png', { file: await picture(4), modifiedAt });
  await work(await collector.importUpload({ uploadId, format: 'auto' }));
  const { images } = store.imageQueries.list({ filter: {}, offset: 0, limit: 1 });
  expect(images).toMatchObject([{ takenAt: modifiedAt, takenBy: 'file', camera: null }]);
});
