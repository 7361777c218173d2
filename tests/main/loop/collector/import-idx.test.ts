/** The MNIST container: every picture with its own label, and nothing imported from a container that lies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeRgb } from '../../../../src-main/vision/decode.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';
import { createImportHarness } from './import-harness.ts';

const pixelsOf = (index: number) => Uint8Array.from({ length: 12 }, (_, at) => index * 20 + at);

function toIdx(shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = 8;
  header[3] = shape.length;
  shape.forEach((size, axis) => {
    header.writeUInt32BE(size, 4 + 4 * axis);
  });
  return Buffer.concat([header, values]);
}

function toImages(count: number, first = 0): Buffer {
  const pictures = Array.from({ length: count }, (_, index) => pixelsOf(first + index));
  return toIdx([count, 3, 4], Buffer.concat(pictures));
}

function makeFolder(files: Record<string, Uint8Array>): string {
  const folder = createTemporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const digits = () =>
  makeFolder({
    'train-images-idx3-ubyte.gz': gzipSync(toImages(5)),
    'train-labels-idx1-ubyte.gz': gzipSync(toIdx([5], Uint8Array.of(7, 2, 10, 2, 0))),
    't10k-images.idx3-ubyte': toImages(2, 5),
    't10k-labels.idx1-ubyte': toIdx([2], Uint8Array.of(7, 0)),
    'README.md': Buffer.from('about'),
  });

test('pairs pictures with labels by name, plain and in gzip, and keeps the test set apart', async () => {
  const { importAll, readPictures, store } = createImportHarness();
  expect(await importAll([digits()])).toMatchObject({
    format: 'idx',
    added: 7,
    rejected: 0,
    labelled: 7,
    classesAdded: ['0', '2', '7', '10'],
  });
  expect(readPictures()).toEqual({
    'train-1.png': '7 in train',
    'train-2.png': '2 in train',
    'train-3.png': '10 in train',
    'train-4.png': '2 in train',
    'train-5.png': '0 in train',
    't10k-1.png': '7 in test',
    't10k-2.png': '0 in test',
  });
  const { images } = store.imageQueries.list({ filter: { search: 't10k-2' }, offset: 0, limit: 1 });
  const picture = images[0];
  expect(picture).toMatchObject({ width: 4, height: 3, format: 'png' });
  const { pixels } = await decodeRgb(picture ? await store.blobs.read(picture.hash) : Buffer.alloc(0));
  expect(pixels.filter((_, index) => index % 3 === 0)).toEqual(Buffer.from(pixelsOf(6)));
});

test('takes one file of pictures with the labels that are named, or without any', async () => {
  const folder = makeFolder({
    pictures: toImages(2),
    answers: toIdx([2], Uint8Array.of(3, 4)),
    more: toImages(3),
  });
  const { importAll, readPictures } = createImportHarness();
  const labelsPath = join(folder, 'answers');
  expect(await importAll([join(folder, 'pictures')], { labelsPath })).toMatchObject({
    added: 2,
    labelled: 2,
  });
  expect(await importAll([join(folder, 'more')])).toMatchObject({ added: 1, duplicates: 2, labelled: 0 });
  expect(readPictures()).toEqual({ 'pictures-1.png': '3', 'pictures-2.png': '4', 'more-3.png': 'none' });
});

test('goes on within a container after an interruption', async () => {
  const folder = makeFolder({ 'train-images-idx3-ubyte': toImages(12) });
  const { collector, work } = createImportHarness();
  const started = await collector.importPaths({ paths: [folder], format: 'idx' });
  await expect(work(started, 2)).rejects.toThrow('was killed');
  await work(started);
  expect(collector.getImport(started.id)).toMatchObject({ added: 12, duplicates: 0 });
});

const labels = (count: number) => toIdx([count], new Uint8Array(count));

test.each([
  [
    'pictures that break off',
    { 'a-images': toImages(3).subarray(0, -5), 'a-labels': labels(3) },
    'expected 3 × 3 × 4 = 36 bytes after the header, found 31',
  ],
  [
    'another count of labels',
    { 'a-images': toImages(3), 'a-labels': labels(4) },
    'expected 3 labels, one for each picture',
  ],
  [
    'labels without pictures',
    { 'a-images': toImages(3), 'b-labels': labels(3) },
    'expected pictures of the same name',
  ],
  ['a broken gzip', { 'a-images': gzipSync(toImages(30)).subarray(0, -9) }, 'expected a whole gzip file'],
  [
    'no idx file at all',
    { 'a.txt': Buffer.from('hello') },
    'expected an idx file of pictures (three axes), found no idx file',
  ],
])('refuses %s, naming what was expected and found', async (_name, files, message) => {
  const { importAll, store } = createImportHarness();
  await expect(importAll([makeFolder(files)], { format: 'idx' })).rejects.toMatchObject({
    code: 'IMPORT_FORMAT_INVALID',
    message: expect.stringContaining(message),
  });
  expect(store.imageQueries.count().total).toBe(0);
});
