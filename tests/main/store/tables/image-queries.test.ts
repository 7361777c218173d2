import { beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src-main/base/random.ts';
import type { Store } from '../../../../src-main/store/store.ts';
import { explainImageQueries } from '../../../../src-main/store/tables/image-queries.ts';
import type { EvaluationId, ImportId } from '../../../../src-preload/contract/ids.ts';
import type { Image, ImageFilter } from '../../../../src-preload/contract/image.ts';
import {
  hashOf,
  insertManyPictures,
  insertPictures,
  namePictures,
  type TestPicture,
} from './insert-pictures.ts';
import { openTestStore } from './open-test-store.ts';

const evaluationId = 'evaluation-1' as EvaluationId;
const second = 'second' as ImportId;
const pictures: readonly TestPicture[] = [
  ...namePictures('rust', 20, { source: 'camera 1' }),
  ...namePictures('healthy', 30, { source: 'camera 2', importId: second }),
  ...namePictures('Blätter 100%', 10, { source: 'camera 1', className: null }),
];
let store: Store;

/** Version 1: every second labelled picture, the tenth of them for test; version 2 lacks one and has another class. */
function insertVersions({ db, annotations }: Store): void {
  const members = pictures.filter(({ className }, index) => className && index % 2 === 0);
  const insert = (version: number) => {
    const counts = { train: 0, val: 0, test: 0 };
    const entries = members.map(({ name, className }, index) => ({
      imageHash: hashOf(name),
      revisionId: 1,
      classId: annotations.findOrAddClass(className ?? ''),
      split: index % 10 === 0 ? ('test' as const) : ('train' as const),
    }));
    const [removed, relabelled] = [hashOf('rust0'), hashOf('rust2')];
    store.datasets.insertVersion({
      ...{
        name: 'leaf',
        task: 'classification',
        seed: 0,
        splits: null,
        classNames: [],
        counts,
        digest: '',
        createdAt: version,
      },
      ended: version === 1 ? [] : [removed, relabelled],
      begun:
        version === 1
          ? entries
          : entries
              .filter(({ imageHash }) => imageHash === relabelled)
              .map((entry) => ({ ...entry, classId: annotations.findOrAddClass('healthy') })),
    });
  };
  db.transaction(() => {
    insert(1);
    insert(2);
  });
}

function insertEvaluation({ evaluations, datasets }: Store): void {
  evaluations.insert({
    ...{ id: evaluationId, modelHash: hashOf('model') as never, modelLabel: 'leaf/1', model: null },
    ...{ dataset: { name: 'leaf', version: 1, split: 'test' }, request: {}, createdAt: 0 },
  });
  const predictions = datasets.listEntries('leaf', 1, 'test').map(({ imageHash, className }, index) => ({
    ...{ imageHash, trueClass: className ?? '', predictedClass: index % 2 ? 'rust' : 'healthy', score: 1 },
  }));
  evaluations.complete(evaluationId, {} as never, predictions);
}

beforeEach(() => {
  store = openTestStore();
  insertPictures(store, pictures);
  insertVersions(store);
  insertEvaluation(store);
});

function listNames(filter: ImageFilter, window: { offset?: number; limit?: number } = {}): string[] {
  const { images } = store.imageQueries.list({ filter, offset: 0, limit: 1000, ...window });
  return images.map(({ fileName }) => fileName.replace('.png', ''));
}

const namesOf = (isMeant: (picture: TestPicture, index: number) => unknown) =>
  pictures
    .filter((picture, index) => isMeant(picture, index))
    .map(({ name }) => name)
    .reverse();

describe('a picture', () => {
  it('comes with its label and where the label is from', () => {
    const { imageQueries, annotations } = store;
    const expected: Image = {
      ...{ hash: hashOf('rust3'), sequence: 4, fileName: 'rust3.png', width: 10, height: 20, sizeBytes: 100 },
      ...{
        format: 'png',
        source: 'camera 1',
        importId: 'import' as ImportId,
        importedAt: 0,
        originSplit: null,
      },
      ...{ className: 'rust', state: 'labelled', boxCount: 0, labelSource: 'import' },
    };
    expect(imageQueries.get(hashOf('rust3'))).toEqual(expected);
    const changes = [{ imageHash: hashOf('rust3'), classId: null }];
    annotations.recordStep({ author: 'Ada', source: 'human', kind: 'edit', changes }, 1);
    const unlabelled = { className: null, state: 'none', labelSource: null };
    expect(imageQueries.find(hashOf('rust3'))).toEqual({ ...expected, ...unlabelled });
    expect(imageQueries.find(hashOf('nowhere'))).toBeUndefined();
    expect(() => imageQueries.get(hashOf('nowhere'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('filters', () => {
  const isMember = (index: number) => index < 50 && index % 2 === 0;
  const cases: readonly (readonly [
    what: string,
    filter: ImageFilter,
    isMeant: (p: TestPicture, i: number) => unknown,
  ])[] = [
    ['everything', {}, () => true],
    ['a class', { className: 'rust' }, (p) => p.className === 'rust'],
    ['a class that is not there', { className: 'mildew' }, () => false],
    ['the labelled', { labelled: true }, (p) => p.className],
    ['the unlabelled', { labelled: false }, (p) => !p.className],
    ['the unlabelled of a class, which are none', { labelled: false, className: 'rust' }, () => false],
    ['a source', { source: 'camera 1' }, (p) => p.source === 'camera 1'],
    ['the unlabelled of a source', { source: 'camera 1', labelled: false }, (p) => !p.className],
    ['a class of a source', { source: 'camera 1', className: 'rust' }, (p) => p.className === 'rust'],
    ['an import', { importId: second }, (p) => p.importId],
    ['a part of the name, any case', { search: 'RUST1' }, (p) => p.name.startsWith('rust1')],
    ['a name in another alphabet, any case', { search: 'BLÄTTER' }, (p) => p.name.startsWith('Bl')],
    ['the characters that LIKE takes for others', { search: '0%' }, (p) => p.name.startsWith('Bl')],
    ['an old version', { dataset: 'leaf@1' }, (_, i) => isMember(i)],
    ['the newest version', { dataset: 'leaf' }, (_, i) => isMember(i) && i > 0],
    ['a split', { dataset: 'leaf@1/test' }, (_, i) => i < 50 && i % 20 === 0],
    ['an empty split', { dataset: 'leaf@1/val' }, () => false],
    [
      'a class as it was in a version',
      { dataset: 'leaf', className: 'rust' },
      (_, i) => i > 2 && i < 20 && i % 2 === 0,
    ],
    ['a version and a source', { dataset: 'leaf@1', source: 'camera 2' }, (_, i) => isMember(i) && i >= 20],
    ['an evaluation', { confusion: { evaluationId } }, (_, i) => i < 50 && i % 20 === 0],
    [
      'what was taken for a class that it is not',
      { confusion: { evaluationId, trueClass: 'rust', predictedClass: 'rust' }, search: 'x' },
      () => false,
    ],
  ];

  it.each(cases)('find %s', (_what, filter, isMeant) => {
    const names = namesOf(isMeant);
    expect(listNames(filter)).toEqual(names);
    expect(store.imageQueries.list({ filter, offset: 0, limit: 3 }).total).toBe(names.length);
  });

  it('cut the same list into windows, near the end too', () => {
    const random = createRandom(1, 'windows');
    for (const [, filter, isMeant] of cases) {
      const names = namesOf(isMeant);
      for (let round = 0; round < 8; round++) {
        const [offset, limit] = [random.integer(0, names.length + 2), random.integer(1, 15)];
        expect(listNames(filter, { offset, limit })).toEqual(names.slice(offset, offset + limit));
      }
    }
  });

  it('partition an evaluation into the cells of its matrix', () => {
    const classes = ['rust', 'healthy'];
    const cells = classes.flatMap((trueClass) =>
      classes.map((predictedClass) => listNames({ confusion: { evaluationId, trueClass, predictedClass } })),
    );
    expect(cells.flat().sort()).toEqual(listNames({ confusion: { evaluationId } }).sort());
    expect(listNames({ confusion: { evaluationId, trueClass: 'rust' } })).toEqual(['rust0']);
  });

  it('refuse a dataset that is no reference or that is not there', () => {
    expect(() => listNames({ dataset: 'leaf@x' })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
    expect(() => listNames({ dataset: 'leaf@9' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('counts', () => {
  it('cover all pictures, by class and by source', () => {
    expect(store.imageQueries.count()).toEqual({
      total: 60,
      labelled: 50,
      byClass: [
        { className: 'rust', count: 20 },
        { className: 'healthy', count: 30 },
      ],
      bySource: [
        { source: 'camera 1', count: 30 },
        { source: 'camera 2', count: 30 },
      ],
    });
    expect(store.imageQueries.findLastImportAt()).toBe(0);
    expect(openTestStore().imageQueries.findLastImportAt()).toBeUndefined();
  });
});

describe('plans', () => {
  it.each<ImageFilter>([
    { className: 'rust' },
    { labelled: true },
    { dataset: 'leaf@1/test' },
    { dataset: 'leaf', className: 'rust' },
    { confusion: { evaluationId, trueClass: 'rust' } },
    { source: 'camera 1' },
    { source: 'camera 1', labelled: false },
    { importId: second, className: 'rust' },
  ])('of %j read an index and never all pictures', (filter) => {
    const { count, lookup } = explainImageQueries(store.db, filter);
    expect([...count, ...lookup].filter((step) => step.startsWith('SCAN'))).toEqual([]);
  });

  it('of a walk go through the pictures in their order, without sorting, and ask by key', () => {
    const { walk } = explainImageQueries(store.db, { dataset: 'leaf@1' });
    expect(walk).toContain('SCAN image');
    expect(walk).toContainEqual(
      expect.stringMatching(/^SEARCH dataset_entry USING PRIMARY KEY .*image_hash=/),
    );
    expect(walk.join()).not.toContain('TEMP B-TREE');
  });
});

describe('speed', () => {
  it('is told at 100,000 pictures', () => {
    const big = openTestStore();
    insertManyPictures(big, { count: 100_000, labelled: 99_000, tested: 90_000 });
    const filters: ImageFilter[] = [
      {},
      { className: '3' },
      { labelled: false },
      { source: 'camera 1', className: '3' },
      { search: '777' },
    ];
    for (const filter of filters) {
      const start = performance.now();
      const { total } = big.imageQueries.list({ filter, offset: 100, limit: 200 });
      console.log(
        `${JSON.stringify(filter)}: ${total} pictures, ${(performance.now() - start).toFixed(1)} ms`,
      );
    }
    const start = performance.now();
    expect(big.imageQueries.count().total).toBe(100_000);
    console.log(`counts: ${(performance.now() - start).toFixed(1)} ms`);
  }, 120_000);
});
