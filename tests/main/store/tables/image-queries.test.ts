import { beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src-main/base/random.ts';
import type { Store } from '../../../../src-main/store/store.ts';
import { explainImageQueries } from '../../../../src-main/store/tables/image-queries.ts';
import type { EvaluationId, ImportId } from '../../../../src-preload/contract/ids.ts';
import type { Image, ImageFilter, ImageOrder } from '../../../../src-preload/contract/image.ts';
import { hashOf, insertPictures, namePictures, type TestPicture } from './insert-pictures.ts';
import { openTestStore } from './open-test-store.ts';

const evaluationId = 'evaluation-1' as EvaluationId;
const second = 'second' as ImportId;
const may = new Date(2026, 4, 1).getTime();
const hour = 3_600_000;
const pictures: readonly TestPicture[] = [
  ...namePictures('rust', 20, { source: 'camera 1', camera: 'Canon EOS R6' }).map((picture, index) => ({
    ...{ ...picture, capturedAt: may + index * hour, sizeBytes: 100 + index },
  })),
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

function listNames(
  filter: ImageFilter,
  window: { offset?: number; limit?: number; order?: ImageOrder | undefined } = {},
): string[] {
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
      ...{ hash: hashOf('rust3'), sequence: 4, fileName: 'rust3.png', width: 10, height: 20, sizeBytes: 103 },
      ...{
        format: 'png',
        source: 'camera 1',
        importId: 'import' as ImportId,
        importedAt: 0,
        originSplit: null,
      },
      ...{ className: 'rust', state: 'labelled', boxCount: 0, labelSource: 'import', annotator: 'test' },
      ...{
        camera: 'Canon EOS R6',
        takenAt: may + 3 * hour,
        takenBy: 'camera',
        certainty: null,
        placeholder: 'hash',
      },
    };
    expect(imageQueries.get(hashOf('rust3'))).toEqual(expected);
    const changes = [{ imageHash: hashOf('rust3'), classId: null }];
    annotations.recordStep({ author: 'Ada', source: 'human', kind: 'edit', changes }, 1);
    const unlabelled = { className: null, state: 'none', labelSource: null, annotator: null } as const;
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
    ['a camera', { camera: 'Canon EOS R6' }, (p) => p.camera],
    ['what tells of no camera', { camera: null, labelled: true }, (p) => !p.camera && p.className],
    [
      'a time, its end left out',
      { takenFrom: may + 2 * hour, takenUntil: may + 5 * hour },
      (p) => [2, 3, 4].some((index) => p.capturedAt === may + index * hour),
    ],
    ['the time of the import where no other is told', { takenUntil: 1 }, (p) => !p.capturedAt],
    [
      'a camera, a class and a time',
      { camera: 'Canon EOS R6', className: 'rust', takenFrom: may + 18 * hour },
      (_, i) => i === 18 || i === 19,
    ],
    ['who labelled it', { annotator: 'test' }, (p) => p.className],
    ['somebody who labelled nothing', { annotator: 'nobody' }, () => false],
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

describe('what models and people say', () => {
  it('is found by the certainty of the model and by who accepted the label', () => {
    const { annotations } = store;
    const certainties = [0.2, 0.5, 0.9];
    const changes = certainties.map((certainty, index) => ({
      ...{ imageHash: hashOf(`Blätter 100%${index}`), state: 'predicted' as const, certainty },
    }));
    annotations.recordStep({ author: 'leaf/1', source: 'model', kind: 'edit', changes }, 1);
    const indicesOf = (filter: ImageFilter, order?: ImageOrder) =>
      listNames(filter, { order }).map((name) => Number(name.at(-1)));
    expect(indicesOf({ certaintyFrom: 0.5 })).toEqual([2, 1]);
    expect(indicesOf({ certaintyTo: 0.5 })).toEqual([1, 0]);
    expect(indicesOf({ certaintyFrom: 0.3, certaintyTo: 0.6 })).toEqual([1]);
    expect(listNames({ search: 'Bl' }, { order: 'confident', limit: 4 })).toEqual(
      [2, 1, 0, 9].map((index) => `Blätter 100%${index}`),
    );
    expect(indicesOf({ state: 'predicted' }, 'uncertain')).toEqual([0, 1, 2]);
    expect(indicesOf({ annotator: 'leaf/1' })).toEqual([]);
    const accepted = [{ imageHash: hashOf('Blätter 100%1'), state: 'labelled' as const }];
    annotations.recordStep({ author: 'Ada', source: 'human', kind: 'edit', changes: accepted }, 2);
    expect(indicesOf({ annotator: 'Ada' })).toEqual([1]);
    expect(indicesOf({ certaintyFrom: 0 })).toEqual([2, 0]);
  });
});

/** Of pictures whose placeholders tell them apart. */
const colorOf = (name: string) => hashOf(name).slice(0, 4);

describe('orders', () => {
  beforeEach(() => store.db.run('UPDATE image SET placeholder = hash'));

  const key: Readonly<Partial<Record<ImageOrder, (p: TestPicture, index: number) => number | string>>> = {
    oldest: (_, index) => index,
    earliest: (p) => p.capturedAt ?? 0,
    nameAscending: (p) => p.name.toLowerCase(),
    smallest: (p) => p.sizeBytes ?? 100,
  };
  const opposite: Readonly<Partial<Record<ImageOrder, ImageOrder>>> = {
    ...{ oldest: 'newest', earliest: 'latest', nameAscending: 'nameDescending', smallest: 'largest' },
  };

  it.each(Object.keys(key) as ImageOrder[])(
    '%s: the whole list and each window of it, both ways',
    (order) => {
      const keyOf = key[order] ?? (() => 0);
      const random = createRandom(2, order);
      for (const filter of [{}, { labelled: true }, { source: 'camera 1' }, { takenUntil: may + 9 * hour }]) {
        const meant = new Set(listNames(filter));
        const names = pictures
          .map((picture, index) => ({ name: picture.name, index, key: keyOf(picture, index) }))
          .filter(({ name }) => meant.has(name))
          .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index))
          .map(({ name }) => name);
        expect(listNames(filter, { order })).toEqual(names);
        expect(listNames(filter, { order: opposite[order] })).toEqual(names.toReversed());
        for (let round = 0; round < 6; round++) {
          const [offset, limit] = [random.integer(0, names.length), random.integer(1, 15)];
          expect(listNames(filter, { order, offset, limit })).toEqual(names.slice(offset, offset + limit));
        }
        const { hashes } = store.imageQueries.listHashes({ filter, order, offset: 0, limit: 1000 });
        expect(hashes).toEqual(names.map(hashOf));
        expect(store.imageQueries.listColors({ filter, order })).toBe(names.map(colorOf).join(''));
      }
    },
  );
});

describe('a kept selection', () => {
  const chosen = ['rust1', 'healthy2', 'Blätter 100%3'].map(hashOf);

  it('is a filter beside the others, and has one id whatever the order of its pictures', () => {
    const { selections } = store;
    const selection = selections.keep(chosen, 1);
    expect(listNames({ selection })).toEqual(['Blätter 100%3', 'healthy2', 'rust1']);
    expect(listNames({ selection, className: 'rust' })).toEqual(['rust1']);
    expect(selections.keep([...chosen].reverse(), 2)).toBe(selection);
  });

  it('is forgotten after fifty later ones, and then told so', () => {
    const selection = store.selections.keep(chosen, 0);
    for (let index = 0; index < 50; index++) {
      store.selections.keep([pictures[index]?.name ?? ''].map(hashOf), index + 1);
    }
    expect(() => listNames({ selection })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(store.db.all('SELECT 1 FROM selection_picture')).toHaveLength(50);
  });
});

describe('the map', () => {
  it('has the counts that each of its cells finds as a filter', () => {
    const { imageQueries, annotations } = store;
    const changes = [{ imageHash: hashOf('rust4'), state: 'rejected' as const }];
    annotations.recordStep({ author: 'Ada', source: 'human', kind: 'edit', changes }, 1);
    for (const filter of [
      {},
      { takenFrom: may },
      { source: 'camera 1', takenFrom: may, takenUntil: may + 7 * hour },
    ]) {
      const { edges, totals, classes, unlabelled } = imageQueries.readMap({ filter, bins: 24 });
      const countOf = (cell: ImageFilter) =>
        imageQueries.list({ filter: { ...filter, ...cell }, offset: 0, limit: 1 }).total;
      expect(totals.reduce((sum, count) => sum + count, 0)).toBe(countOf({}));
      for (const bin of totals.keys()) {
        const time = {
          takenFrom: Math.max(edges[bin] ?? 0, filter.takenFrom ?? 0),
          takenUntil: edges[bin + 1] ?? 0,
        };
        expect(totals[bin]).toBe(countOf(time));
        expect(unlabelled[bin]).toBe(countOf({ ...time, labelled: false }));
        for (const { className, counts } of classes)
          expect(counts[bin]).toBe(countOf({ ...time, className }));
      }
    }
  });

  it('is empty where no picture matches', () => {
    expect(store.imageQueries.readMap({ filter: { source: 'nowhere' }, bins: 24 })).toEqual({
      ...{ unit: 'day', edges: [], totals: [], classes: [], unlabelled: [] },
    });
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
    expect(store.imageQueries.countOrigins()).toEqual({
      byCamera: [
        { camera: 'Canon EOS R6', count: 20 },
        { camera: null, count: 40 },
      ],
      byAnnotator: [{ annotator: 'test', count: 50 }],
      unread: 0,
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
    { camera: 'Canon EOS R6' },
    { camera: null, labelled: true },
    { takenFrom: may, takenUntil: may + hour },
    { takenFrom: may, camera: 'Canon EOS R6', className: 'rust' },
    { certaintyFrom: 0.2, certaintyTo: 0.4 },
    { annotator: 'test' },
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

  it.each<[ImageOrder, string]>([
    ['latest', 'image_by_taken'],
    ['earliest', 'image_by_taken'],
    ['nameAscending', 'image_by_name'],
    ['nameDescending', 'image_by_name'],
    ['largest', 'image_by_size'],
    ['smallest', 'image_by_size'],
  ])('of a walk in the order %s go along %s, without sorting', (order, index) => {
    for (const filter of [{}, { labelled: true }, { className: 'rust', labelled: true }]) {
      const { walk } = explainImageQueries(store.db, filter, order);
      expect(walk.join('\n')).toMatch(new RegExp(`SCAN image USING (COVERING )?INDEX ${index}`));
      expect(walk.join()).not.toContain('TEMP B-TREE');
    }
  });
});
