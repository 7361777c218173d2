import { expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createAnnotation } from '../../../../src-main/loop/annotation/annotation.ts';
import { createDatasets } from '../../../../src-main/loop/dataset/datasets.ts';
import type { BoxId } from '../../../../src-preload/contract/ids.ts';
import { hashOf, insertPictures } from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';

const names = Array.from({ length: 40 }, (_, index) => `picture${index}`);

/** 40 pictures of 100 × 20: `red` boxes on all but the last ten, `white` on every tenth; the last ten are background. */
function createBench() {
  const store = openTestStore();
  store.settings.update({ task: 'detection' });
  insertPictures(
    store,
    names.map((name) => ({ name, width: 100 })),
  );
  const annotation = createAnnotation({ store, clock: systemClock, publish: () => {} });
  const datasets = createDatasets({ store, clock: systemClock, publish: () => {} });
  for (const name of ['white', 'red']) annotation.addClass(name);
  const draw = (name: string, id: string, className: string, x: number) =>
    annotation.editAnnotation({
      imageHash: hashOf(name),
      put: [{ id: id as BoxId, className, x, y: 1, width: 9, height: 9, attributes: {} }],
      remove: [],
      state: 'labelled',
    });
  const submit = (name: string) =>
    annotation.editAnnotation({ imageHash: hashOf(name), put: [], remove: [], state: 'labelled' });
  return { store, annotation, datasets, draw, submit };
}

function createLabelled() {
  const bench = createBench();
  for (const [index, name] of names.entries()) {
    if (index < 30) bench.draw(name, 'a', 'red', index);
    if (index % 10 === 0) bench.draw(name, 'b', 'white', 50);
    if (index >= 30) bench.submit(name);
  }
  return bench;
}

it('holds the labelled pictures with their boxes as they were, whatever is drawn later', () => {
  const { datasets, draw } = createLabelled();
  const first = datasets.createVersion({ name: 'cells', seed: 1, splits: [0.5, 0.25, 0.25] });
  expect(first).toMatchObject({ task: 'detection', classNames: ['red', 'white'], version: 1 });
  expect(first.counts.train + first.counts.val + first.counts.test).toBe(40);
  draw('picture0', 'a', 'white', 60);
  const second = datasets.createVersion({ name: 'cells', seed: 1 });
  expect(second.version).toBe(2);
  const boxesOf = (reference: string) =>
    datasets
      .listDetectionSplit(reference)
      .find(({ imageHash }) => imageHash === hashOf('picture0'))
      ?.boxes.map(({ className, x }) => `${className} ${x}`);
  expect(boxesOf('cells@1')).toEqual(['red 0', 'white 50']);
  expect(boxesOf('cells@2')).toEqual(['white 60', 'white 50']);
  expect(datasets.getDifference('cells@2')).toMatchObject({ relabelled: 1, unchanged: 39, added: 0 });
});

it('is the version before where the boxes are the same again, though drawn anew', () => {
  const { datasets, draw, annotation } = createLabelled();
  const first = datasets.createVersion({ name: 'cells', seed: 1 });
  draw('picture3', 'a', 'red', 77);
  annotation.undo();
  expect(datasets.createVersion({ name: 'cells', seed: 1 })).toEqual(first);
});

it('shares pictures out by their rarest class, and counts boxes, pictures and background', () => {
  const { datasets } = createLabelled();
  const { counts } = datasets.createVersion({ name: 'cells', seed: 1, splits: [0.5, 0.25, 0.25] });
  const statistics = datasets.getStatistics('cells');
  expect(statistics.classes.map(({ className }) => className)).toEqual(['red', 'white']);
  const [red, white] = statistics.classes;
  expect(red?.boxes).toEqual(red?.counts);
  expect(white?.counts).toEqual({ train: 2, val: 1, test: 1 });
  const background = statistics.background ?? { train: 0, val: 0, test: 0 };
  expect(background.train + background.val + background.test).toBe(9);
  expect((red?.counts.train ?? 0) + background.train + 1).toBeGreaterThanOrEqual(counts.train);
});

it('drafts, predictions and rejected pictures are not in it', () => {
  const { datasets, annotation, draw } = createBench();
  draw('picture0', 'a', 'red', 1);
  draw('picture1', 'a', 'red', 1);
  for (const state of ['draft', 'predicted', 'rejected'] as const) {
    annotation.editAnnotation({ imageHash: hashOf('picture1'), put: [], remove: [], state });
    const { counts } = datasets.createVersion({ name: state, seed: 0, splits: [1, 0, 0] });
    expect(counts.train).toBe(1);
  }
});

it('says so where no picture has a box, and where the name is a dataset of classes', () => {
  const { datasets, submit, store } = createBench();
  submit('picture0');
  expect(() => datasets.createVersion({ name: 'cells', seed: 0 })).toThrow(
    expect.objectContaining({
      code: 'DATASET_NO_BOXES',
      message: expect.stringMatching(/1 labelled.*background/),
    }),
  );
  insertPictures(store, [
    { name: 'x', className: 'rust' },
    { name: 'y', className: 'healthy' },
  ]);
  store.settings.update({ task: 'classification' });
  datasets.createVersion({ name: 'leaf', seed: 0, splits: [1, 0, 0] });
  store.settings.update({ task: 'detection' });
  expect(() => datasets.createVersion({ name: 'leaf', seed: 0 })).toThrow(
    expect.objectContaining({
      code: 'TASK_MISMATCH',
      message: expect.stringMatching(/leaf@1 holds classes/),
    }),
  );
  expect(() => datasets.listDetectionSplit('leaf/train')).toThrow(
    expect.objectContaining({ code: 'TASK_MISMATCH' }),
  );
});
