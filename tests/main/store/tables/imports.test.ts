/** Imports and pictures as rows: counts that a person reads, and no picture twice. */
import { expect, test } from 'vitest';
import type { NewImage } from '../../../../src-main/store/tables/images.ts';
import type { ImportFile } from '../../../../src-main/store/tables/imports.ts';
import type { ImageHash, ImportId, JobId, UploadId } from '../../../../src-preload/contract/ids.ts';
import { openTestStore, testHash } from './open-test-store.ts';

const importId = 'import-1' as ImportId;
const jobId = 'job-1' as JobId;

function openStoreWithImport(uploadId: UploadId | null = null) {
  const store = openTestStore();
  const job = {
    id: jobId,
    kind: 'import',
    subject: importId,
    title: 'Import',
    request: {},
    createdAt: 1,
  } as const;
  store.jobs.insert(job);
  const request = { format: 'auto', uploadId } as const;
  store.imports.insert({ id: importId, jobId, request, source: 'camera', startedAt: 5 });
  return store;
}

const file = (path: string, outcome: ImportFile['outcome'], rest: Partial<ImportFile> = {}): ImportFile => ({
  path,
  outcome,
  imageHash: null,
  given: null,
  problem: null,
  ...rest,
});

const image = (digit: string): NewImage => ({
  hash: testHash<ImageHash>(digit),
  thumbnailHash: testHash<ImageHash>('f'),
  fileName: `${digit}.png`,
  width: 4,
  height: 3,
  sizeBytes: 100,
  format: 'png',
  source: 'camera',
  importId,
  importedAt: 6,
  originSplit: null,
  camera: null,
  capturedAt: null,
  fileTime: null,
  placeholder: 'hash',
});

test('counts the files of an import by what became of them', () => {
  const { imports } = openStoreWithImport();
  const problem = { code: 'IMAGE_UNREADABLE', reason: 'empty' } as const;
  imports.insertFiles(importId, [
    file('b.png', 'rejected', { problem }),
    file('a.png', 'added', {
      given: { state: 'labelled', className: 'b', boxClasses: ['leaf', 'b', 'leaf'], clipped: 1 },
    }),
    file('bare.png', 'duplicate', {
      given: { state: 'labelled', className: null, boxClasses: [], clipped: 0 },
    }),
    file('e.png', 'duplicate', {
      given: { state: 'predicted', className: null, boxClasses: ['leaf'], clipped: 0 },
    }),
    file('c.png', 'duplicate'),
    file('d.png', 'duplicate', { problem: { code: 'LABEL_CONFLICT', reason: 'other class' } }),
  ]);
  const fault = { path: 'a.xml', place: 'line 3', code: 'BOX_INVALID', reason: 'no area' } as const;
  imports.insertFaults(importId, [fault, { ...fault, place: null }]);
  imports.insertFaults(importId, [fault]);
  imports.addClasses(importId, ['it\'s "a"', 'b']);
  imports.setFormat(importId, 'folder');
  imports.end(importId, 9);
  imports.end(importId, 10);
  expect(imports.get(importId)).toEqual({
    id: importId,
    jobId,
    source: 'camera',
    format: 'folder',
    startedAt: 5,
    endedAt: 9,
    added: 1,
    duplicates: 4,
    rejected: 1,
    labelled: 2,
    predicted: 1,
    background: 1,
    boxes: 4,
    clipped: 1,
    faults: 3,
    classes: [
      { className: 'b', pictures: 1, boxes: 1 },
      { className: 'leaf', pictures: 2, boxes: 3 },
    ],
    classesAdded: ['it\'s "a"', 'b'],
  });
  expect(imports.list(10)).toEqual([imports.get(importId)]);
  expect(imports.listRejections(importId).map(({ path, place }) => [path, place])).toEqual([
    ['a.xml', null],
    ['a.xml', 'line 3'],
    ['b.png', null],
    ['d.png', null],
  ]);
  expect([imports.hasFile(importId, 'a.png'), imports.hasFile(importId, 'x.png')]).toEqual([true, false]);
});

test('knows the uploads that imports have not finished with', () => {
  const { imports } = openStoreWithImport('0123456789' as UploadId);
  expect(imports.listOpenUploads()).toEqual(['0123456789']);
  imports.end(importId, 9);
  expect(imports.listOpenUploads()).toEqual([]);
});

test('keeps the first of two pictures with the same content', () => {
  const { images } = openStoreWithImport();
  expect(images.insertMany([image('1'), image('2'), { ...image('1'), fileName: 'again.png' }])).toEqual(
    new Set([testHash('1'), testHash('2')]),
  );
  expect(images.insertMany([image('2'), image('3')])).toEqual(new Set([testHash('3')]));
  expect(images.getByHash(testHash('1'))).toMatchObject({ sequence: 1, fileName: '1.png', className: null });
  expect(images.getByHash(testHash('3'))).toMatchObject({ fileName: '3.png' });
  expect([images.has(testHash('3')), images.has(testHash('4'))]).toEqual([true, false]);
  expect(images.getFiles(testHash('1'))).toEqual({ thumbnailHash: testHash('f'), format: 'png' });
});

test('throws NOT_FOUND for what is not there', () => {
  const { imports, images } = openStoreWithImport();
  const notFound = expect.objectContaining({ code: 'NOT_FOUND' });
  expect(() => imports.get('other' as ImportId)).toThrow(notFound);
  expect(() => images.getFiles(testHash('9'))).toThrow(notFound);
});
