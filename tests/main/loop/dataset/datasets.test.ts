import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src-main/base/clock.ts';
import { createRandom } from '../../../../src-main/base/random.ts';
import { createDatasets } from '../../../../src-main/loop/dataset/datasets.ts';
import type { SplitFractions } from '../../../../src-preload/contract/dataset.ts';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import {
  hashOf,
  insertPictures,
  namePictures,
  type TestPicture,
} from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';

function createBench(pictures: readonly TestPicture[] = []) {
  const store = openTestStore();
  let now = 1_000;
  const clock: Clock = { now: () => now++, monotonic: () => now };
  const events: StationEvent[] = [];
  const datasets = createDatasets({ store, clock, publish: (event) => events.push(event) });
  const add = (more: readonly TestPicture[]) => insertPictures(store, more, now++);
  add(pictures);
  const label = (className: string | null, ...names: string[]) => {
    const classId = className === null ? null : store.annotations.findOrAddClass(className);
    const changes = names.map((name) => ({ imageHash: hashOf(name), classId }));
    store.annotations.recordStep({ author: 'Ada', source: 'human', kind: 'edit', changes }, now++);
  };
  const create = (options: { splits?: SplitFractions; seed?: number; sources?: string[] } = {}) =>
    datasets.createVersion({ name: 'leaf', seed: 0, ...options });
  const readSplits = (version: number) =>
    new Map(datasets.listSplit(`leaf@${version}`).map(({ imageHash, split }) => [imageHash, split]));
  return { store, datasets, events, add, label, create, readSplits };
}

const leaves = [...namePictures('rust', 40), ...namePictures('healthy', 60)];

describe('a version', () => {
  it('holds the labelled pictures in stratified splits, with classes in natural order', () => {
    const names = ['10', '9', '0', '1'];
    const { datasets, create, events } = createBench([
      ...names.flatMap((name) => namePictures(name, 10)),
      { name: 'unlabelled' },
    ]);
    const version = create({ splits: [0.7, 0.2, 0.1], seed: 4 });
    expect(version).toEqual({
      ...{
        name: 'leaf',
        version: 1,
        task: 'classification',
        parentVersion: null,
        seed: 4,
        splits: [0.7, 0.2, 0.1],
      },
      ...{ classNames: ['0', '1', '9', '10'], counts: { train: 28, val: 8, test: 4 } },
      ...{ digest: expect.stringMatching(/^[0-9a-f]{64}$/), createdAt: expect.any(Number) },
    });
    const counts = { train: 7, val: 2, test: 1 };
    expect(datasets.getStatistics('leaf').classes).toEqual(
      ['0', '1', '9', '10'].map((className) => ({ className, counts, boxes: null })),
    );
    expect(events).toEqual([{ type: 'dataset.created', name: 'leaf', version: 1 }]);
  });

  it('is the same in two stations that got the pictures in another order', () => {
    const random = createRandom(1, 'order');
    const digests = [leaves, random.shuffle(leaves)].map((pictures) => createBench(pictures).create().digest);
    expect(digests[0]).toBe(digests[1]);
    expect(createBench(leaves).create({ seed: 1 }).digest).not.toBe(digests[0]);
  });

  it('is not made again while nothing has changed', () => {
    const { create, datasets, label, events } = createBench(leaves);
    const first = create();
    expect(create()).toEqual(first);
    label('healthy', 'rust0');
    label('rust', 'rust0');
    expect(create({ seed: 9 })).toEqual(first);
    expect(datasets.listVersions()).toEqual([first]);
    expect(events).toHaveLength(1);
  });

  it('writes only what changed', () => {
    const { create, store, label, add } = createBench(leaves);
    create();
    const count = () => store.db.all('SELECT 1 FROM dataset_entry').length;
    expect(count()).toBe(100);
    add([{ name: 'one more', className: 'rust' }]);
    label('healthy', 'rust1');
    label(null, 'rust2');
    create();
    expect(count()).toBe(102);
  });
});

describe('splits', () => {
  it('stay when pictures are added, relabelled, taken away and brought back, and hold overall', () => {
    const { create, readSplits, add, label } = createBench(leaves);
    create();
    const before = readSplits(1);
    add([...namePictures('mildew', 30), ...namePictures('rust more', 25, { className: 'rust' })]);
    label('rust', 'healthy3', 'healthy4');
    label(null, 'healthy5');
    create();
    const after = readSplits(2);
    for (const [picture, split] of after) expect(split).toBe(before.get(picture) ?? split);
    label('mildew', 'healthy5');
    expect(create().counts).toEqual({ train: 108, val: 31, test: 16 });
    expect(readSplits(3).get(hashOf('healthy5'))).toBe(before.get(hashOf('healthy5')));
  });

  it('are made anew for fractions that differ from the last version, not for the same ones', () => {
    const { create, readSplits, add } = createBench(leaves);
    create({ splits: [0.7, 0.2, 0.1] });
    add(namePictures('mildew', 10));
    expect(create({ splits: [0.7, 0.2, 0.1] }).counts).toEqual({ train: 77, val: 22, test: 11 });
    expect(create({ splits: [0.5, 0, 0.5], seed: 3 }).counts).toEqual({ train: 55, val: 0, test: 55 });
    const moved = [...readSplits(3)].filter(([picture, split]) => readSplits(2).get(picture) !== split);
    expect(moved.length).toBeGreaterThan(20);
  });

  it('go on by the fractions of the last version where none are given', () => {
    const { create, add } = createBench(leaves);
    create({ splits: [0.5, 0, 0.5] });
    add(namePictures('mildew', 10));
    expect(create()).toMatchObject({ splits: [0.5, 0, 0.5], counts: { train: 55, val: 0, test: 55 } });
  });

  it('that came with an import are kept, a tenth of its training pictures going to validation', () => {
    const came = ['0', '1'].flatMap((className) => [
      ...namePictures(`${className} train`, 50, { className, originSplit: 'train', importId: 'digits' }),
      ...namePictures(`${className} test`, 20, { className, originSplit: 'test', importId: 'digits' }),
    ]);
    const { create, datasets, readSplits, add } = createBench(came);
    expect(create()).toMatchObject({ splits: null, counts: { train: 90, val: 10, test: 40 } });
    const isTest = ({ name }: TestPicture) => name.includes('test');
    const tested = datasets.listSplit('leaf/test').map(({ imageHash }) => imageHash);
    expect(tested).toEqual(
      came
        .filter(isTest)
        .map(({ name }) => hashOf(name))
        .sort(),
    );
    const before = readSplits(1);
    add(namePictures('later', 20, { className: '1', originSplit: 'train', importId: 'digits' }));
    add(namePictures('camera', 10, { className: '0', importId: 'camera' }));
    expect(create().counts).toEqual({ train: 90 + 18 + 7, val: 10 + 2 + 2, test: 40 + 1 });
    for (const [picture, split] of before) expect(readSplits(2).get(picture as ImageHash)).toBe(split);
  });

  it('that came with imports of their own are kept, with nothing taken from training', () => {
    const came = (originSplit: 'train' | 'val' | 'test', count: number) =>
      ['rust', 'healthy'].flatMap((className) =>
        namePictures(`${className} ${originSplit}`, count / 2, {
          className,
          originSplit,
          importId: originSplit,
        }),
      );
    const { create } = createBench([...came('train', 200), ...came('val', 40), ...came('test', 60)]);
    expect(create().counts).toEqual({ train: 200, val: 40, test: 60 });
  });

  it('that came without a test get one of a tenth of each class of training, which the statistics tell', () => {
    const { create, datasets, readSplits } = createBench([
      ...namePictures('rust', 30, { originSplit: 'train' }),
      ...namePictures('healthy', 50, { originSplit: 'train' }),
      ...namePictures('healthy val', 5, { className: 'healthy', originSplit: 'val' }),
    ]);
    expect(create().counts).toEqual({ train: 72, val: 5, test: 8 });
    expect(datasets.getStatistics('leaf')).toMatchObject({
      classes: [
        { className: 'healthy', counts: { train: 45, val: 5, test: 5 } },
        { className: 'rust', counts: { train: 27, val: 0, test: 3 } },
      ],
      warnings: [
        'No picture came with the split test: 8 pictures that came with train are held back for the test.',
      ],
    });
    expect(readSplits(1).get(hashOf('healthy val0'))).toBe('val');
  });

  it('that came for training alone get validation and test of a tenth each', () => {
    const { create, datasets } = createBench(leaves.map((leaf) => ({ ...leaf, originSplit: 'train' })));
    expect(create().counts).toEqual({ train: 80, val: 10, test: 10 });
    expect(datasets.getStatistics('leaf').warnings).toHaveLength(2);
    expect(create({ splits: [0.5, 0.25, 0.25] })).toMatchObject({ version: 2 });
    expect(datasets.getStatistics('leaf').warnings).toEqual([]);
  });

  it('that came with an import give way to fractions that are asked for', () => {
    const { create } = createBench([
      ...namePictures('rust', 50, { originSplit: 'train' }),
      ...namePictures('healthy', 50, { originSplit: 'test' }),
    ]);
    expect(create({ splits: [0, 0, 1] }).counts).toEqual({ train: 0, val: 0, test: 100 });
  });
});

describe('sources', () => {
  it('limit a version to their pictures', () => {
    const { create, datasets } = createBench([
      ...['rust', 'healthy'].flatMap((name) => [
        ...namePictures(`${name} 1`, 10, { className: name, source: 'camera 1' }),
        ...namePictures(`${name} 2`, 10, { className: name, source: 'camera 2' }),
      ]),
    ]);
    create({ sources: ['camera 2'] });
    expect(datasets.getStatistics('leaf').sources).toEqual([
      { source: 'camera 2', counts: { train: 14, val: 4, test: 2 } },
    ]);
    expect(() => create({ sources: ['camera 3'] })).toThrow(
      expect.objectContaining({
        code: 'DATASET_EMPTY',
        message: expect.stringContaining('camera 1 (20), camera 2 (20)'),
      }),
    );
  });
});

describe('refusals', () => {
  const refused = (code: string, ...words: string[]) =>
    expect.objectContaining({ code, message: expect.stringMatching(words.join('.*')) });

  it('say what there is and what to do', () => {
    expect(() => createBench().create()).toThrow(refused('DATASET_EMPTY', '0 pictures', 'Import'));
    expect(() => createBench([{ name: 'a' }]).create()).toThrow(
      refused('DATASET_EMPTY', '1 pictures', 'Label'),
    );
    expect(() => createBench(namePictures('rust', 12)).create()).toThrow(
      refused('DATASET_SINGLE_CLASS', '12', 'rust', 'another class'),
    );
    const two = [...namePictures('rust', 1), ...namePictures('healthy', 1)];
    expect(() => createBench(two).create()).toThrow(
      refused('DATASET_SPLIT_EMPTY', 'val, test', '2, 0 and 0'),
    );
  });

  it('leave nothing behind', () => {
    const { create, datasets, store } = createBench(namePictures('rust', 12));
    expect(() => create()).toThrow();
    expect(datasets.listVersions()).toEqual([]);
    expect(store.db.all('SELECT name FROM dataset')).toEqual([]);
  });

  it('do not meet a class with one picture, which is trained on and warned of', () => {
    const { create, datasets } = createBench([...leaves, ...namePictures('mildew', 1)]);
    create();
    const { classes, warnings } = datasets.getStatistics('leaf');
    expect(classes.find(({ className }) => className === 'mildew')?.counts).toEqual({
      train: 1,
      val: 0,
      test: 0,
    });
    expect(warnings).toContainEqual(expect.stringMatching(/One picture only: mildew/));
  });
});

describe('references', () => {
  it('find the newest version or the named one, and say what there is instead', () => {
    const { create, datasets, add } = createBench(leaves);
    const first = create();
    add(namePictures('mildew', 10));
    const second = create();
    expect(datasets.getVersion('leaf')).toEqual(second);
    expect(datasets.getVersion('leaf@1/test')).toEqual(first);
    expect(datasets.listVersions('leaf')).toEqual([second, first]);
    expect(datasets.listVersions('other')).toEqual([]);
    const refused = (code: string, word: string) =>
      expect.objectContaining({ code, message: expect.stringContaining(word) });
    expect(() => datasets.getVersion('leaf@3')).toThrow(refused('NOT_FOUND', 'the newest is 2'));
    expect(() => datasets.getVersion('lea')).toThrow(refused('NOT_FOUND', 'there are leaf'));
    expect(() => datasets.getVersion('leaf/all')).toThrow(refused('INPUT_INVALID', 'train, val or test'));
  });

  it('list a split in the order of hashes with the classes as they were', () => {
    const { create, datasets, label } = createBench(leaves);
    create();
    const listed = datasets.listSplit('leaf@1/val');
    label('healthy', ...leaves.map(({ name }) => name).slice(0, 39));
    create();
    expect(datasets.listSplit('leaf@1/val')).toEqual(listed);
    expect(listed.map(({ imageHash }) => imageHash)).toEqual(listed.map(({ imageHash }) => imageHash).sort());
    expect(datasets.listSplit('leaf@1').map(({ imageHash }) => imageHash)).toEqual(
      leaves.map(({ name }) => hashOf(name)).sort(),
    );
  });
});

describe('statistics', () => {
  it('tell sizes, imbalance, and what is missing', () => {
    const { create, datasets } = createBench([
      ...namePictures('rust', 70, { width: 100 }),
      ...namePictures('healthy', 10, { width: 300 }),
    ]);
    create({ splits: [0.8, 0, 0.2] });
    expect(datasets.getStatistics('leaf@1')).toMatchObject({
      ...{ name: 'leaf', version: 1, total: 80, sizeBytes: 8_000, imbalance: 7 },
      width: { min: 100, median: 100, max: 300 },
      height: { min: 20, median: 20, max: 20 },
      warnings: ['The val split has no pictures.', expect.stringContaining('7.0 times')],
    });
  });
});

describe('a difference', () => {
  it('tells what was added, removed, relabelled and moved, also over several versions', () => {
    const { create, datasets, add, label } = createBench(leaves);
    create();
    add(namePictures('mildew', 10));
    label('healthy', 'rust0');
    label(null, 'rust1');
    create();
    const difference = datasets.getDifference('leaf');
    expect(difference).toMatchObject({
      from: 1,
      to: 2,
      added: 10,
      removed: 1,
      relabelled: 1,
      moved: 0,
      unchanged: 98,
    });
    expect(difference.changes.find(({ change }) => change === 'relabelled')).toMatchObject({
      imageHash: hashOf('rust0'),
      from: { className: 'rust' },
      to: { className: 'healthy' },
    });
    label('rust', 'rust0', 'rust1');
    create();
    expect(datasets.getDifference('leaf@3', 1)).toMatchObject({
      added: 10,
      removed: 0,
      relabelled: 0,
      unchanged: 100,
    });
    expect(datasets.getDifference('leaf@1', 2)).toMatchObject({
      added: 1,
      removed: 10,
      relabelled: 1,
      unchanged: 98,
    });
    create({ splits: [0, 0, 1] });
    const moved = datasets.getDifference('leaf');
    expect(moved.moved + moved.unchanged).toBe(110);
    expect(moved.moved).toBeGreaterThan(90);
  });

  it('of the first version is everything, and one from a version that is not there is refused', () => {
    const { create, datasets } = createBench(leaves);
    create();
    expect(datasets.getDifference('leaf')).toMatchObject({ from: 0, added: 100, unchanged: 0 });
    expect(() => datasets.getDifference('leaf', 7)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('the overview', () => {
  it('counts what was labelled since the newest version', () => {
    const { create, datasets, add, label } = createBench(leaves);
    expect(datasets.readOverview()).toEqual({ versions: 0, newest: null, labelledSince: 100 });
    create();
    expect(datasets.readOverview()).toEqual({ versions: 1, newest: 'leaf@1', labelledSince: 0 });
    add([...namePictures('mildew', 4), { name: 'unlabelled' }]);
    label('healthy', 'rust0');
    label(null, 'rust1');
    expect(datasets.readOverview()).toMatchObject({ labelledSince: 5 });
  });
});
