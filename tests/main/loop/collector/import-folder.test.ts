/** Folders as people have them: what is a picture, what is its class, what is told about the rest. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';
import { drawHuge, drawNoise, drawSolid, toJpeg } from '../../vision/test-pictures.ts';
import { createImportHarness, hashOf } from './import-harness.ts';

let seed = 0;

/** A new picture each time. */
function draw(): Promise<Buffer> {
  seed += 1;
  return drawSolid({ width: 16 + (seed % 7), height: 16, seed })
    .png()
    .toBuffer();
}

async function makeTree(paths: readonly string[]): Promise<string> {
  const root = createTemporaryFolder();
  for (const path of paths) put(root, path, await draw());
  return root;
}

function put(root: string, path: string, content: Uint8Array | string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

test('takes a folder per class as labels, and leaves loose files unlabelled', async () => {
  const root = await makeTree(['healthy/a.png', 'healthy/b.png', 'sick/leaves/c.png', 'd.png']);
  const { importAll, readPictures, store } = createImportHarness();
  expect(await importAll([root])).toMatchObject({
    format: 'folder',
    added: 4,
    duplicates: 0,
    rejected: 0,
    labelled: 3,
    classesAdded: ['healthy', 'leaves'],
    endedAt: expect.any(Number),
  });
  expect(readPictures()).toEqual({
    'a.png': 'healthy',
    'b.png': 'healthy',
    'c.png': 'leaves',
    'd.png': 'none',
  });
  const picture = store.imageQueries.list({ filter: { search: 'a.png' }, offset: 0, limit: 1 }).images[0];
  expect(picture).toMatchObject({ format: 'png', height: 16, labelSource: 'import' });
  expect(picture && (await store.blobs.verify(picture.hash))).toBe('intact');
});

test('keeps the splits that folders tell, and takes them for classes only among other folders', async () => {
  const root = await makeTree(['train/a/1.png', 'valid/a/2.png', 'Test/a/3.png', 'test/4.png']);
  const { importAll, readPictures } = createImportHarness();
  await importAll([root]);
  await importAll([await makeTree(['valid/5.png', 'invalid/6.png'])]);
  expect(readPictures()).toEqual({
    '1.png': 'a in train',
    '2.png': 'a in val',
    '3.png': 'a in test',
    '4.png': 'none in test',
    '5.png': 'valid',
    '6.png': 'invalid',
  });
});

test('counts each of several folders as a class, and obeys files, split and source', async () => {
  const root = await makeTree(['x/1.png', 'y/2.png', 'z/3.png']);
  const { importAll, readPictures, store } = createImportHarness();
  await importAll([join(root, 'x'), join(root, 'y')], { source: 'camera 1' });
  const { source, format } = await importAll([join(root, 'z')], { format: 'files', split: 'test' });
  expect({ source, format }).toEqual({ source: 'z', format: 'files' });
  expect(readPictures()).toEqual({ '1.png': 'x', '2.png': 'y', '3.png': 'none in test' });
  expect(store.imageQueries.count().bySource).toEqual([
    { source: 'camera 1', count: 2 },
    { source: 'z', count: 1 },
  ]);
});

test('reads names with spaces, quotes, line ends and other alphabets', async () => {
  const names = [
    `it's "one".png`,
    'line\nend.png',
    'बीमार पत्ता.png',
    '健康 叶子.PNG',
    'e\u0301te\u0301.png',
    '%2e&?#.png',
  ];
  const root = await makeTree(names.map((name) => join('a@b\nc', name)));
  const { importAll, readPictures } = createImportHarness();
  expect(await importAll([root])).toMatchObject({
    added: names.length,
    rejected: 0,
    classesAdded: ['a b c'],
  });
  expect(Object.keys(readPictures()).sort()).toEqual([...names].sort());
});

test('sets aside what it can not read, each with its reason, and takes the rest', async () => {
  const root = await makeTree(['a/good.png']);
  const noise = await toJpeg(drawNoise(200));
  put(root, 'a/cut.jpg', noise.subarray(0, noise.length / 2));
  put(root, 'a/empty.png', '');
  put(root, 'a/letter.jpg', 'Dear Sir,');
  put(root, 'a/huge.png', await drawHuge());
  put(root, 'a/really-a-jpeg.txt', noise);
  put(root, 'a/Thumbs.db', 'x');
  put(root, 'a/.DS_Store', 'x');
  put(root, '.hidden/secret.png', await draw());
  symlinkSync('nowhere.png', join(root, 'a/broken-link.png'));
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(root, 'a/pipe.jpg')]);
  const { importAll, collector, readPictures } = createImportHarness();
  const done = await importAll([root]);
  expect(done).toMatchObject({ added: 2, rejected: 6, labelled: 2 });
  expect(Object.keys(readPictures()).sort()).toEqual(['good.png', 'really-a-jpeg.txt']);
  const told = collector
    .listRejections(done.id)
    .map(({ path, code, reason }) => [path.slice(root.length + 3), code, reason]);
  expect(told).toEqual([
    ['broken-link.png', 'IMPORT_PATH_UNREADABLE', expect.stringContaining('there is nothing there')],
    ['cut.jpg', 'IMAGE_UNREADABLE', expect.stringContaining('breaks off')],
    ['empty.png', 'IMAGE_UNREADABLE', expect.stringContaining('got an empty file')],
    ['huge.png', 'IMAGE_TOO_LARGE', expect.stringContaining('20000 × 20000')],
    ['letter.jpg', 'IMAGE_UNREADABLE', expect.stringContaining('text beginning with "Dear Sir,"')],
    ['pipe.jpg', 'IMPORT_PATH_UNREADABLE', expect.stringContaining('neither a file nor a folder')],
  ]);
});

test('walks links to folders, and none of them twice', async () => {
  const root = await makeTree(['a/1.png', 'b/2.png']);
  const elsewhere = await makeTree(['3.png']);
  symlinkSync(root, join(root, 'a/loop'));
  symlinkSync('.', join(root, 'b/self'));
  symlinkSync(elsewhere, join(root, 'linked'));
  const { importAll, readPictures } = createImportHarness();
  expect(await importAll([root])).toMatchObject({ added: 3, duplicates: 0, rejected: 0 });
  expect(readPictures()).toEqual({ '1.png': 'a', '2.png': 'b', '3.png': 'linked' });
});

test('stores no content twice, takes a label that a duplicate brings, and tells of one that contradicts', async () => {
  const [once, twice, loose] = [await draw(), await draw(), await draw()];
  const root = createTemporaryFolder();
  put(root, 'loose.png', loose);
  put(root, 'a/once.png', once);
  put(root, 'a/twice.png', twice);
  put(root, 'b/twice again.png', twice);
  const { importAll, collector, readPictures, store, events } = createImportHarness();
  const first = await importAll([root]);
  expect(first).toMatchObject({ added: 3, duplicates: 1, rejected: 0, labelled: 2, classesAdded: ['a'] });
  expect(collector.listRejections(first.id)).toEqual([
    {
      path: join(root, 'b/twice again.png'),
      place: null,
      code: 'LABEL_CONFLICT',
      reason: expect.stringContaining('already, as a'),
    },
  ]);
  put(root, 'c/now labelled.png', loose);
  expect(await importAll([root])).toMatchObject({
    added: 0,
    duplicates: 5,
    labelled: 1,
    classesAdded: ['c'],
  });
  expect(readPictures()).toEqual({ 'loose.png': 'c', 'once.png': 'a', 'twice.png': 'a' });
  expect(
    store.annotations.listRevisions(hashOf(twice)).map(({ className, source }) => [className, source]),
  ).toEqual([['a', 'import']]);
  expect(events.filter(({ type }) => type === 'annotation.changed')).toEqual([
    { type: 'annotation.changed', imageHashes: [hashOf(loose)] },
  ]);
});

test('goes on where it was interrupted, with the same counts as in one go', async () => {
  const root = await makeTree(Array.from({ length: 30 }, (_, index) => `class ${index % 3}/${index}.png`));
  put(root, 'class 0/bad.png', 'text');
  const { collector, work, store } = createImportHarness();
  const started = await collector.importPaths({ paths: [root], format: 'auto' });
  await expect(work(started, 2)).rejects.toThrow('was killed');
  expect(collector.getImport(started.id)).toMatchObject({ added: 8, endedAt: null });
  await expect(work(started, 2)).rejects.toThrow('was killed');
  expect(await work(started)).toEqual({ files: 31 });
  expect(collector.getImport(started.id)).toMatchObject({
    added: 30,
    duplicates: 0,
    rejected: 1,
    labelled: 30,
    classesAdded: ['class 0', 'class 1', 'class 2'],
    endedAt: expect.any(Number),
  });
  expect(store.imageQueries.count().total).toBe(30);
});

test('refuses paths that are relative, missing or within the data folder', async () => {
  const { collector, dataDir } = createImportHarness();
  const start = (path: string) => collector.importPaths({ paths: [path], format: 'auto' });
  await expect(start('pictures')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(start(join(dataDir, 'missing'))).rejects.toMatchObject({ code: 'IMPORT_PATH_UNREADABLE' });
  await expect(start(join(dataDir, 'blobs'))).rejects.toMatchObject({ code: 'PATH_FORBIDDEN' });
  expect(collector.listImports(10)).toEqual([]);
});
