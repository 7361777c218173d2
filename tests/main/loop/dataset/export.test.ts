/** Exports: whole or not there, nobody's files lost, and imported again the same. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createDatasets } from '../../../../src-main/loop/dataset/datasets.ts';
import { exportBody } from '../../../../src-main/loop/dataset/export/export-body.ts';
import { createExportHandler } from '../../../../src-main/loop/dataset/export/export-handler.ts';
import type { ExportJobRequest } from '../../../../src-main/loop/dataset/export/export-job.ts';
import {
  createExports,
  type ExportRequest,
  type SelectionExportRequest,
} from '../../../../src-main/loop/dataset/export/exports.ts';
import { annotationFormatSchema } from '../../../../src-preload/contract/format.ts';
import type { BoxId, ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { Task } from '../../../../src-preload/contract/task.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';
import { drawSolid } from '../../vision/test-pictures.ts';
import { createImportHarness, quietContext } from '../collector/import-harness.ts';

const [width, height] = [40, 30];
const titles = 'filename,class,xmin,ymin,xmax,ymax,split,score';

/** What a CSV says of five pictures: two on one, one at the edge, two backgrounds, and two names that are one without case. */
const rows = [
  'a.png,leaf,1.25,2,11.5,12,train,0.5',
  'a.png,spot,3,4,5,6,train,',
  'A.JPG,leaf,30,20,40,30,train,',
  'Ast & Blatt.png,,,,,,train,',
  'b.png,spot,0,0,40,30,val,',
  'c.png,,,,,,test,',
];

async function writeSource(lines: readonly string[]): Promise<string> {
  const root = createTemporaryFolder();
  const names = [...new Set(lines.map((line) => line.split(',')[0] ?? ''))];
  for (const [seed, name] of names.entries())
    writeFileSync(join(root, name), await drawSolid({ seed, width, height }).png().toBuffer());
  writeFileSync(join(root, 'labels.csv'), [titles, ...lines, ''].join('\n'));
  return root;
}

async function openStation(task: Task = 'detection', lines: readonly string[] = rows) {
  const harness = createImportHarness();
  const { store } = harness;
  store.settings.update({ task });
  await harness.importAll([await writeSource(lines)], { format: 'csv' });
  const base = { store, clock: systemClock, publish: () => undefined };
  const datasets = createDatasets(base);
  datasets.createVersion({ name: 'set', seed: 0 });
  const exports = createExports({ ...base, datasets, jobs: harness.jobs });
  const handler = createExportHandler({ ...base, datasets });
  const work = async (
    request: ExportRequest & Partial<SelectionExportRequest>,
    signal = new AbortController().signal,
  ) => {
    const { imageHashes } = request;
    const { id, jobId } = imageHashes
      ? exports.exportPictures({ ...request, imageHashes })
      : exports.exportVersion(request);
    const job = store.jobs.get(jobId);
    const jobRequest = store.jobs.readRequest(jobId) as ExportJobRequest;
    const spec = structuredClone(handler.prepare(job, jobRequest));
    const result = await exportBody(spec, {
      ...quietContext(store),
      signal,
      commit: () => Promise.resolve(),
    });
    handler.onEnd(job, jobRequest, { status: 'succeeded', result });
    return exports.getExport(id);
  };
  return { ...harness, datasets, exports, work };
}

type Harness = ReturnType<typeof createImportHarness>;

/** Split, class, state and boxes of each picture, by its content: names are the exports' to change. */
function readTruth({ store }: Pick<Harness, 'store'>) {
  const { images } = store.imageQueries.list({ filter: {}, offset: 0, limit: 1000 });
  const pictures = images.map(({ hash, originSplit, state }) => {
    const { className, boxes } = store.annotations.getAnnotation(hash);
    const geometry = boxes.map(({ className: name, x, y, width: w, height: h }) => ({
      name,
      corners: [x, y, w, h].map((value) => Math.round(value * 1e6) / 1e6),
    }));
    return [hash, { originSplit, state, className, boxes: geometry }] as const;
  });
  return Object.fromEntries(pictures.sort(([first], [second]) => (first < second ? -1 : 1)));
}

const toRequest = (folder: string, rest: Partial<ExportRequest> = {}): ExportRequest => ({
  reference: 'set@1',
  format: 'coco',
  folder,
  overwrite: false,
  ...rest,
});

test.each(annotationFormatSchema.options)(
  'what is exported as %s comes in elsewhere the same',
  async (format) => {
    const station = await openStation();
    const folder = join(createTemporaryFolder(), 'new', 'out');
    const done = await station.work(toRequest(folder, { format }));
    expect(done).toMatchObject({ reference: 'set@1', format, folder, pictures: 5, boxes: 4, renamed: 2 });
    expect(done.endedAt).not.toBeNull();
    const other = createImportHarness();
    const came = await other.importAll([folder]);
    expect(came).toMatchObject({
      format,
      added: 5,
      labelled: 5,
      boxes: 4,
      background: 2,
      faults: 0,
      rejected: 0,
    });
    expect(readTruth(other)).toEqual(readTruth(station));
  },
);

test.each(['folder', 'csv', 'label-studio', 'cvat'] as const)(
  'pictures of classes are exported as %s and come in the same',
  async (format) => {
    const lines = ['a.png,x: y,,,,,train,', 'b.png,x: y,,,,,val,', 'c.png,z,,,,,test,', 'd.png,z,,,,,train,'];
    const station = await openStation('classification', lines);
    const folder = join(createTemporaryFolder(), 'out');
    expect(await station.work(toRequest(folder, { format }))).toMatchObject({ pictures: 4, losses: [] });
    const other = createImportHarness();
    await other.importAll([folder]);
    const unlike = format === 'folder' ? { 'x: y': 'x%3A y' } : {};
    const expected = Object.values(readTruth(station)).map((picture) => ({
      ...picture,
      className: unlike[picture.className as keyof typeof unlike] ?? picture.className,
    }));
    expect(Object.values(readTruth(other))).toEqual(expected);
  },
);

test('names what a format has no place for, and one split alone where one is asked for', async () => {
  const station = await openStation();
  const folder = join(createTemporaryFolder(), 'out');
  const done = await station.work(toRequest(folder, { reference: 'set/train', format: 'yolo' }));
  expect(done).toMatchObject({
    reference: 'set@1/train',
    pictures: 3,
    boxes: 3,
    losses: [{ what: 'scores', count: 1, of: 'boxes' }],
  });
  expect(readdirSync(join(folder, 'images'))).toEqual(['train']);
  expect(readdirSync(join(folder, 'labels', 'train')).sort()).toEqual(['A.txt', 'Ast_Blatt.txt', 'a-2.txt']);
});

test('a folder with files is refused, and replaced as a whole where that is asked for', async () => {
  const station = await openStation();
  const folder = join(createTemporaryFolder(), 'out');
  mkdirSync(folder);
  writeFileSync(join(folder, 'mine.txt'), 'mine');
  expect(() => station.exports.exportVersion(toRequest(folder))).toThrow(
    expect.objectContaining({ code: 'EXPORT_FOLDER_TAKEN' }),
  );
  expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine');
  await station.work(toRequest(folder, { overwrite: true }));
  expect(readdirSync(folder).sort()).toEqual(['annotations', 'images']);
  expect(readdirSync(dirname(folder))).toEqual(['out']);
});

test('a folder that is filled while the export is made keeps its files', async () => {
  const station = await openStation();
  const folder = createTemporaryFolder();
  const { work } = station;
  const late = work(toRequest(folder));
  writeFileSync(join(folder, 'late.txt'), 'late');
  await expect(late).rejects.toMatchObject({ code: 'EXPORT_FOLDER_TAKEN' });
  expect(readdirSync(folder)).toEqual(['late.txt']);
});

test('an export that is cancelled, or lacks a picture, leaves nothing', async () => {
  const station = await openStation();
  const parent = createTemporaryFolder();
  const folder = join(parent, 'out');
  await expect(station.work(toRequest(folder), AbortSignal.abort())).rejects.toThrow();
  const { images } = station.store.imageQueries.list({ filter: {}, offset: 0, limit: 1 });
  for (const { hash } of images) rmSync(station.store.blobs.pathOf(hash));
  await expect(station.work(toRequest(folder))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  expect(readdirSync(parent)).toEqual([]);
});

test('refuses folders that are not an export’s to fill', async () => {
  const station = await openStation();
  const { dataDir, exports } = station;
  const start = (folder: string, rest: Partial<ExportRequest> = {}) =>
    exports.exportVersion(toRequest(folder, { overwrite: true, ...rest }));
  const forbidden = expect.objectContaining({ code: 'PATH_FORBIDDEN' });
  for (const folder of ['/', dataDir, join(dataDir, 'blobs', 'x'), dirname(dataDir)])
    expect(() => start(folder), folder).toThrow(forbidden);
  expect(() => start('out')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  const file = join(createTemporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => start(file)).toThrow(expect.objectContaining({ code: 'EXPORT_FOLDER_TAKEN' }));
  expect(existsSync(join(dataDir, 'station.db'))).toBe(true);
});

test('refuses formats of the other task and what is not there', async () => {
  const station = await openStation();
  const folder = join(createTemporaryFolder(), 'out');
  mkdirSync(folder);
  const start = (rest: Partial<ExportRequest>) => station.exports.exportVersion(toRequest(folder, rest));
  expect(() => start({ format: 'folder' })).toThrow(expect.objectContaining({ code: 'TASK_MISMATCH' }));
  expect(() => start({ reference: 'set@9' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  expect(() => start({ reference: 'set@1/all' })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  expect(readdirSync(folder)).toEqual([]);
});

test('chosen pictures are exported as they are labelled now, those that are not accepted without a label', async () => {
  const station = await openStation();
  const { images } = station.store.imageQueries.list({ filter: {}, offset: 0, limit: 10 });
  const byName = new Map(images.map((image) => [image.fileName, image.hash]));
  const imageHashes = ['a.png', 'b.png'].flatMap((name) => byName.get(name) ?? []);
  const rejected = imageHashes.slice(1).map((imageHash) => ({ imageHash, state: 'rejected' as const }));
  station.store.annotations.recordStep(
    { author: 'Ada', source: 'human', kind: 'edit', changes: rejected },
    1,
  );
  const folder = join(createTemporaryFolder(), 'out');
  const done = await station.work({ ...toRequest(folder, { format: 'csv' }), imageHashes });
  expect(done).toMatchObject({ reference: 'selection', pictures: 2, boxes: 2 });
  const other = createImportHarness();
  expect(await other.importAll([folder])).toMatchObject({ added: 2, boxes: 2 });
  const strange = { ...toRequest(join(folder, 'x')), imageHashes: ['0'.repeat(64) as ImageHash] };
  expect(() => station.exports.exportPictures(strange)).toThrow(/1 of 1 pictures/);
});

test('Label Studio gets suggestions as predictions and unlabelled pictures as open tasks, and other formats neither', async () => {
  const station = await openStation();
  const { images } = station.store.imageQueries.list({ filter: {}, offset: 0, limit: 10 });
  const [labelled, open, suggested] = ['a.png', 'b.png', 'c.png'].map(
    (name) => images.find(({ fileName }) => fileName === name)?.hash as ImageHash,
  );
  const { annotations } = station.store;
  if (!labelled || !open || !suggested) throw new Error('bug: the pictures did not come in');
  const classId = annotations.findClass('leaf')?.id ?? 0;
  const origin = { source: 'model', author: 'cells/3', score: 0.75, model: 'cells/3' } as const;
  const box = { id: 'box' as BoxId, classId, x: 4, y: 3, width: 20, height: 15, attributes: {}, origin };
  const step = { kind: 'edit', author: 'cells/3', source: 'model' } as const;
  annotations.recordStep({ ...step, changes: [{ imageHash: suggested, state: 'predicted', put: [box] }] }, 1);
  annotations.recordStep(
    { kind: 'edit', author: 'Ada', source: 'human', changes: [{ imageHash: open, state: 'none' }] },
    2,
  );
  const imageHashes = [labelled, open, suggested];
  const folder = createTemporaryFolder();
  const studio = await station.work({
    ...toRequest(join(folder, 'ls'), { format: 'label-studio' }),
    imageHashes,
  });
  expect(studio.losses.filter(({ of }) => of === 'pictures')).toEqual([]);
  const other = createImportHarness();
  await other.importAll([join(folder, 'ls')]);
  const stateOf = (imageHash: ImageHash) => other.store.annotations.getAnnotation(imageHash);
  expect([stateOf(labelled).state, stateOf(open).state]).toEqual(['labelled', 'none']);
  expect(stateOf(suggested)).toMatchObject({
    state: 'predicted',
    boxes: [{ className: 'leaf', x: 4, y: 3, width: 20, height: 15, score: 0.75, model: 'cells/3' }],
  });
  const cvat = await station.work({ ...toRequest(join(folder, 'cvat'), { format: 'cvat' }), imageHashes });
  expect(cvat).toMatchObject({ pictures: 3, boxes: 2 });
  expect(cvat.losses).toEqual(
    expect.arrayContaining([
      { what: 'suggestions of a model', count: 1, of: 'pictures' },
      { what: 'that nobody has labelled it', count: 1, of: 'pictures' },
    ]),
  );
});
