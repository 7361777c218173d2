/** Pictures with the boxes that label files give them: what comes in, what is set aside, and what stays as it was. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';
import { drawSolid } from '../../vision/test-pictures.ts';
import { createImportHarness, hashOf } from './import-harness.ts';

const [width, height] = [40, 30];
const draw = (seed: number) => drawSolid({ seed, width, height }).png().toBuffer();

function makeTree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = createTemporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const header = 'filename,width,height,class,xmin,ymin,xmax,ymax';
const toCsv = (...rows: string[]) => [header, ...rows].join('\n');

type Harness = ReturnType<typeof createImportHarness>;

function show({ store }: Pick<Harness, 'store'>, content: Uint8Array) {
  const { state, className, boxes } = store.annotations.getAnnotation(hashOf(content) as ImageHash);
  return {
    state,
    className,
    boxes: boxes.map((box) => [box.className, box.x, box.y, box.width, box.height].join(' ')),
  };
}

test('takes boxes with what they carry, cut at the edge, and tells of each that it can not take', async () => {
  const [a, b, c] = [await draw(1), await draw(2), await draw(3)];
  const coco = {
    images: [
      { id: 1, file_name: 'a.png', width, height },
      { id: 2, file_name: 'b.png', width: 99, height: 30 },
    ],
    annotations: [
      {
        id: 1,
        image_id: 1,
        category_id: 1,
        bbox: [1, 2, 3.5, 4],
        iscrowd: 1,
        attributes: { occluded: true },
      },
      { id: 2, image_id: 1, category_id: 2, bbox: [30, 20, 20, 20] },
      { id: 3, image_id: 1, category_id: 2, bbox: [30, 20, 0, 20] },
      { id: 4, image_id: 2, category_id: 1, bbox: [1, 2, 3, 4] },
    ],
    categories: [
      { id: 1, name: 'zebra' },
      { id: 2, name: 'a/b ' },
    ],
  };
  const root = makeTree({
    'train.json': JSON.stringify(coco),
    'a.png': a,
    'b.png': b,
    'c.png': c,
    'notes.txt': 'x',
  });
  const harness = createImportHarness();
  const done = await harness.importAll([root]);
  expect(done).toMatchObject({
    format: 'coco',
    added: 3,
    rejected: 0,
    labelled: 1,
    boxes: 2,
    clipped: 1,
    faults: 2,
    classesAdded: ['zebra', 'a b'],
    classes: [
      { className: 'a b', pictures: 1, boxes: 1 },
      { className: 'zebra', pictures: 1, boxes: 1 },
    ],
  });
  expect(show(harness, a)).toEqual({
    state: 'labelled',
    className: null,
    boxes: ['zebra 1 2 3.5 4', 'a b 30 20 10 10'],
  });
  const [first] = harness.store.annotations.getAnnotation(hashOf(a)).boxes;
  expect(first).toMatchObject({
    source: 'import',
    author: 'import',
    attributes: { iscrowd: true, occluded: true },
  });
  expect(show(harness, b)).toEqual({ state: 'none', className: null, boxes: [] });
  expect(harness.readPictures()).toMatchObject({ 'a.png': 'none in train', 'c.png': 'none' });
  const told = harness.collector.listRejections(done.id).map(({ path, place, code }) => [path, place, code]);
  expect(told).toEqual([
    [join(root, 'b.png'), null, 'IMAGE_SIZE_MISMATCH'],
    [join(root, 'train.json'), 'annotation 3', 'BOX_INVALID'],
  ]);
});

test('the same bytes twice are one picture: equal boxes are no conflict, others are told and left out', async () => {
  const [a, b] = [await draw(1), await draw(2)];
  const rows = [
    '1.png,40,30,leaf,1,2,3,4',
    '2.png,40,30,leaf,1,2,3,4',
    '3.png,40,30,leaf,5,6,7,8',
    '4.png,40,30,spot,1,2,3,4',
    '5.png,40,30,leaf,1,2,3,4',
  ];
  const root = makeTree({
    'x.csv': toCsv(...rows),
    '1.png': a,
    '2.png': a,
    '3.png': a,
    '4.png': b,
    '5.png': b,
  });
  const harness = createImportHarness();
  const done = await harness.importAll([root]);
  expect(done).toMatchObject({ added: 2, duplicates: 3, labelled: 2, boxes: 2 });
  expect(show(harness, a).boxes).toEqual(['leaf 1 2 2 2']);
  expect(show(harness, b).boxes).toEqual(['spot 1 2 2 2']);
  expect(harness.collector.listRejections(done.id)).toMatchObject([
    { path: join(root, '3.png'), code: 'LABEL_CONFLICT' },
    { path: join(root, '5.png'), code: 'LABEL_CONFLICT' },
  ]);
  expect(await harness.importAll([root])).toMatchObject({ added: 0, duplicates: 5, labelled: 0, boxes: 0 });
});

test('two records of one picture: equal is one, another is told where it stands', async () => {
  const a = await draw(1);
  const root = makeTree({
    'a.png': a,
    'one.csv': toCsv('a.png,40,30,leaf,1,2,3,4'),
    'two.csv': toCsv('a.png,40,30,leaf,1,2,3,4'),
    'zwei.csv': toCsv('a.png,40,30,leaf,1,2,3,5'),
  });
  const harness = createImportHarness();
  const done = await harness.importAll([root]);
  expect(show(harness, a).boxes).toEqual(['leaf 1 2 2 2']);
  expect(harness.collector.listRejections(done.id)).toMatchObject([
    { path: join(root, 'zwei.csv'), place: 'line 2', code: 'LABEL_CONFLICT' },
  ]);
});

test('boxes are added to pictures that have a class, and take the place of suggestions; what a person said stays', async () => {
  const [tagged, suggested, drawn] = [await draw(1), await draw(2), await draw(3)];
  const harness = createImportHarness();
  await harness.importAll([makeTree({ 'ripe/a.png': tagged, 'ripe/x.png': await draw(9) })]);
  const prediction = {
    type: 'rectanglelabels',
    score: 0.75,
    value: { x: 50, y: 50, width: 25, height: 20, rectanglelabels: ['leaf'] },
  };
  const tasks = ['b.png', 'c.png'].map((image) => ({
    data: { image },
    predictions: [{ model_version: 'm-7', result: [prediction] }],
  }));
  const predicted = await harness.importAll([
    makeTree({ 'tasks.json': JSON.stringify(tasks), 'b.png': suggested, 'c.png': drawn }),
  ]);
  expect(predicted).toMatchObject({ format: 'label-studio', labelled: 0, predicted: 2, boxes: 2 });
  expect(show(harness, suggested)).toEqual({
    state: 'predicted',
    className: null,
    boxes: ['leaf 20 15 10 6'],
  });
  expect(harness.store.annotations.getAnnotation(hashOf(suggested)).boxes).toMatchObject([
    { source: 'model', author: 'm-7', score: 0.75, model: 'm-7' },
  ]);
  const state = { imageHash: hashOf(drawn), state: 'labelled' } as const;
  harness.store.annotations.recordStep({ author: 'me', source: 'human', kind: 'edit', changes: [state] }, 1);
  const root = makeTree({
    'x.csv': toCsv('a.png,,,leaf,1,2,3,4', 'b.png,,,leaf,1,2,3,4', 'c.png,,,leaf,1,2,3,4'),
    'a.png': tagged,
    'b.png': suggested,
    'c.png': drawn,
  });
  const done = await harness.importAll([root]);
  expect(done).toMatchObject({ labelled: 2, boxes: 2 });
  expect(show(harness, tagged)).toEqual({ state: 'labelled', className: 'ripe', boxes: ['leaf 1 2 2 2'] });
  expect(show(harness, suggested)).toEqual({ state: 'labelled', className: null, boxes: ['leaf 1 2 2 2'] });
  expect(show(harness, drawn).boxes).toEqual(['leaf 20 15 10 6']);
  expect(harness.collector.listRejections(done.id)).toMatchObject([
    { path: join(root, 'c.png'), code: 'LABEL_CONFLICT' },
  ]);
});

test('boxes count the pixels of the upright picture, or turn with the stored one', async () => {
  const turned = await drawSolid({ seed: 4, width: 30, height: 40 })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const raw = await drawSolid({ seed: 5, width: 30, height: 40 })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const root = makeTree({
    'a.jpg': turned,
    'b.jpg': raw,
    'x.csv': toCsv('a.jpg,40,30,leaf,30,0,40,30', 'b.jpg,30,40,leaf,0,0,5,5'),
  });
  const harness = createImportHarness();
  const done = await harness.importAll([root]);
  expect(show(harness, turned).boxes).toEqual(['leaf 30 0 10 30']);
  expect(show(harness, raw).boxes).toEqual(['leaf 35 0 5 5']);
  expect(harness.collector.listRejections(done.id)).toEqual([]);
});

test('goes on where it was interrupted, with the same counts and each fault once', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `${index}.png`);
  const pictures = await Promise.all(names.map(async (name, index) => [name, await draw(index)] as const));
  const rows = names.flatMap((name) => [`${name},40,30,leaf,1,2,3,4`, `${name},40,30,leaf,1,2,1,4`]);
  const root = makeTree({
    ...Object.fromEntries(pictures),
    'x.csv': toCsv(...rows, 'gone.png,,,leaf,1,2,3,4'),
  });
  const { collector, work } = createImportHarness();
  const started = await collector.importPaths({ paths: [root], format: 'csv' });
  await expect(work(started, 2)).rejects.toThrow('was killed');
  expect(collector.getImport(started.id).boxes).toBeLessThan(20);
  await work(started);
  const counts = {
    added: 20,
    labelled: 20,
    boxes: 20,
    faults: 21,
    classes: [{ className: 'leaf', pictures: 20, boxes: 20 }],
  };
  expect(collector.getImport(started.id)).toMatchObject(counts);
  expect(collector.listRejections(started.id)).toHaveLength(21);
});

test('a label file that is given alone brings the pictures around it', async () => {
  const a = await draw(1);
  const document = { images: [{ id: 1, file_name: 'a.png' }], annotations: [], categories: [] };
  const root = makeTree({
    'annotations/instances_val.json': JSON.stringify(document),
    'annotations/other.json': '{}',
    'images/val/a.png': a,
  });
  const harness = createImportHarness();
  const done = await harness.importAll([join(root, 'annotations/instances_val.json')]);
  expect(done).toMatchObject({ format: 'coco', added: 1, labelled: 1, background: 1, faults: 0 });
  expect(harness.readPictures()).toEqual({ 'a.png': 'none in val' });
});

test('pictures without label files are imported as before, and a wrong format is told', async () => {
  const root = makeTree({ 'leaf/a.png': await draw(1), 'leaf/notes.csv': 'name,remark\na,b' });
  const harness = createImportHarness();
  expect(await harness.importAll([root])).toMatchObject({ format: 'folder', labelled: 1, rejected: 1 });
  await expect(harness.importAll([root], { format: 'yolo' })).rejects.toMatchObject({
    code: 'IMPORT_FORMAT_INVALID',
  });
  expect(await harness.importAll([root], { format: 'csv' })).toMatchObject({
    labelled: 0,
    faults: 1,
    duplicates: 1,
  });
});

const bccd = new URL('../../../../../shared/data/bccd', import.meta.url).pathname;

test.skipIf(!existsSync(bccd))(
  'blood cells come in with their lists, and two boxes without an area aside',
  async () => {
    const root = createTemporaryFolder();
    symlinkSync(bccd, join(root, 'bccd'));
    const harness = createImportHarness();
    const done = await harness.importAll([root], { format: 'voc' });
    expect(done).toMatchObject({ added: 364, labelled: 364, boxes: 4886, faults: 2, rejected: 0 });
    expect(done.classes).toEqual([
      { className: 'Platelets', pictures: 201, boxes: 361 },
      { className: 'RBC', pictures: 349, boxes: 4153 },
      { className: 'WBC', pictures: 358, boxes: 372 },
    ]);
    const splits = Object.values(harness.readPictures()).map((text) => text.replace('none in ', ''));
    expect(
      Object.fromEntries(
        [...Map.groupBy(splits, (split) => split)].map(([split, all]) => [split, all.length]),
      ),
    ).toEqual({ train: 205, val: 87, test: 72 });
    const files = harness.collector.listRejections(done.id).map(({ path }) => basename(path));
    expect(files).toEqual(['BloodImage_00338.xml', 'BloodImage_00343.xml']);
  },
  120_000,
);
