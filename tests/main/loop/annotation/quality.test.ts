/** What the quality checks promise: what they strike, what look-alikes they find, and that every decision can be taken back. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createRandom } from '../../../../src-main/base/random.ts';
import { createAnnotation } from '../../../../src-main/loop/annotation/annotation.ts';
import { measureBody } from '../../../../src-main/loop/annotation/quality/measure-body.ts';
import { createMeasureHandler } from '../../../../src-main/loop/annotation/quality/measure-handler.ts';
import type { MeasureUpdate } from '../../../../src-main/loop/annotation/quality/measure-job.ts';
import { createQuality } from '../../../../src-main/loop/annotation/quality/quality.ts';
import type { PictureMeasures } from '../../../../src-main/store/tables/quality.ts';
import type { BoxId, ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { Job } from '../../../../src-preload/contract/job.ts';
import type { QualityKind } from '../../../../src-preload/contract/quality-check.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import { hashOf, insertPictures } from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';
import { createIdleQueue, createImportHarness, quietContext } from '../collector/import-harness.ts';
import { drawPicture } from '../kit/draw-pictures.ts';

const good: PictureMeasures = {
  sharpness: 500,
  brightness: 0.5,
  clipped: 0,
  fingerprint: 'f0f0f0f0f0f0f0f0',
  pixelDigest: 'good',
  descriptor: new Uint8Array(80),
};

const names = ['a', 'b', 'c', 'd', 'e'] as const;
const fingerprints = [
  '00000000ffffffff',
  '00000000fffffff0',
  '00000000ffffffff',
  'ffffffff00000000',
  'f0f0f0f0f0f0f0f0',
];

/** Five labelled pictures of 100 × 10 pixels: a and c are the same, b looks like them, d and e are others. */
function createBench() {
  const store = openTestStore();
  insertPictures(
    store,
    names.map((name) => ({ name, width: 100, className: name === 'e' ? 'rust' : 'healthy' })),
  );
  for (const [index, name] of names.entries()) {
    const pixelDigest = name === 'c' ? 'a' : name;
    store.quality.insertPicture(hashOf(name), {
      ...good,
      pixelDigest,
      fingerprint: fingerprints[index] ?? '',
    });
  }
  const events: StationEvent[] = [];
  const publish = (event: StationEvent) => void events.push(event);
  const options = { store, clock: systemClock, publish, jobs: createIdleQueue(store) };
  const shown = (filter: Parameters<typeof store.imageQueries.countMatching>[0] = {}) =>
    store.imageQueries
      .list({ filter, offset: 0, limit: 99 })
      .images.map(({ fileName }) => fileName[0])
      .toSorted()
      .join('');
  const quality = createQuality(options);
  const groups = async () => {
    const { groups } = await quality.listDuplicateGroups({ offset: 0, limit: 99 });
    return groups.map(({ pictures, isExact }) => {
      const text = pictures.map(({ image, distance }) => `${image.fileName[0]}${distance}`).join(' ');
      return isExact ? `${text} exact` : text;
    });
  };
  return { store, quality, events, shown, groups, annotation: createAnnotation(options) };
}

it('groups look-alikes around the oldest, and those with the same pixels first', async () => {
  const { groups, store } = createBench();
  expect(await groups()).toEqual(['a0 b4 c0']);
  store.settings.update({ quality: { ...store.settings.read().quality, differentBits: 3 } });
  expect(await groups()).toEqual(['a0 c0 exact']);
});

it('sets aside all but one: out of lists, counts and new datasets, and back when it is undone', async () => {
  const { quality, shown, groups, store, events } = createBench();
  const decision = quality.decide({ keep: [hashOf('a')], setAside: [hashOf('b'), hashOf('c')] });
  expect(decision).toMatchObject({ kept: 1, setAside: 2, author: 'operator' });
  expect(events).toEqual([{ type: 'annotation.changed', imageHashes: [hashOf('b'), hashOf('c')] }]);
  expect([shown(), shown({ setAside: true }), shown({ labelled: true })]).toEqual(['ade', 'bc', 'ade']);
  expect(store.imageQueries.count()).toMatchObject({ total: 3, labelled: 3, bySource: [{ count: 3 }] });
  expect(store.imageQueries.countMatching({})).toBe(3);
  expect(
    store.datasets
      .listLabelled('classification')
      .map(({ imageHash }) => imageHash)
      .toSorted(),
  ).toEqual(['a', 'd', 'e'].map(hashOf).toSorted());
  expect(store.datasets.countLabelledSince(undefined)).toBe(3);
  expect(await groups()).toEqual([]);
  expect(quality.undoDecision().imageHashes.toSorted()).toEqual(['a', 'b', 'c'].map(hashOf).toSorted());
  expect(shown()).toBe('abcde');
  expect(await groups()).toEqual(['a0 b4 c0']);
  expect(quality.undoDecision()).toEqual({ imageHashes: [] });
});

it('a frozen dataset version keeps what is set aside later', () => {
  const { quality, shown, store } = createBench();
  store.db.execute(`
    INSERT INTO dataset (id, name, created_at) VALUES (1, 'leaf', 0);
    INSERT INTO dataset_version (dataset_id, version, seed, class_names, train_count, val_count, test_count, digest, created_at)
    VALUES (1, 1, 0, '[]', 0, 0, 0, '', 0)`);
  store.db.run(
    `INSERT INTO dataset_entry (dataset_id, image_hash, from_version, revision_id, class_id, split)
     SELECT 1, image_hash, 1, revision_id, class_id, 'train' FROM image_label`,
  );
  quality.decide({ keep: [], setAside: [hashOf('b')] });
  expect(shown({ dataset: 'leaf@1' })).toBe('abcde');
});

it('takes chosen pictures back, tells nothing of their likeness, and undoes decisions to what was before', async () => {
  const { quality, shown, groups } = createBench();
  quality.decide({ keep: [], setAside: ['a', 'b', 'd'].map(hashOf) });
  const before = await groups();
  expect(quality.takeBack(['a', 'b', 'c'].map(hashOf))).toMatchObject({ takenBack: 2, setAside: 0 });
  expect([shown(), shown({ setAside: true })]).toEqual(['abce', 'd']);
  expect(await groups()).toEqual(['a0 b4 c0']);
  quality.decide({ keep: [], setAside: [hashOf('b')] });
  expect(quality.undoDecision().imageHashes).toEqual([hashOf('b')]);
  expect(shown()).toBe('abce');
  quality.undoDecision();
  expect([shown(), await groups()]).toEqual(['ce', before]);
  quality.undoDecision();
  expect(shown()).toBe('abcde');
  expect(() => quality.takeBack([hashOf('a')])).toThrow(/set aside, got none/);
});

it('remembers that pictures are no duplicates, but tells of a new one beside them', async () => {
  const { quality, groups } = createBench();
  quality.decide({ keep: [hashOf('a'), hashOf('b')], setAside: [] });
  expect(await groups()).toEqual(['a0 c0 exact']);
  quality.decide({ keep: [hashOf('a'), hashOf('c')], setAside: [] });
  expect(await groups()).toEqual(['b0 c4']);
});

it('refuses a decision about nothing, about a picture on both sides, and about a strange picture', () => {
  const { quality } = createBench();
  expect(() => quality.decide({ keep: [hashOf('a')], setAside: [] })).toThrow(/two or more/);
  expect(() => quality.decide({ keep: [hashOf('a')], setAside: [hashOf('a')] })).toThrow(
    /every picture once/,
  );
  expect(() => quality.decide({ keep: [], setAside: [hashOf('none')] })).toThrow(/1 of 1 pictures/);
});

const bad: readonly (readonly [QualityKind, Partial<PictureMeasures>])[] = [
  ['blurred', { sharpness: 19 }],
  ['dark', { brightness: 0.14 }],
  ['overExposed', { clipped: 0.51 }],
];

it.each(bad)('strikes a picture that is %s, by the threshold of the settings', async (kind, measures) => {
  const { quality, shown, store } = createBench();
  insertPictures(store, [{ name: 'x', width: 100 }]);
  store.quality.insertPicture(hashOf('x'), { ...good, ...measures });
  expect(shown({ quality: kind })).toBe('x');
  const { checks } = await quality.checkQuality();
  expect(checks).toContainEqual({ kind, pictures: 1 });
  const lax = { ...store.settings.read().quality, sharpness: 10, brightness: 0.1, clipped: 0.9 };
  store.settings.update({ quality: lax });
  expect(shown({ quality: kind })).toBe('');
});

it('strikes pictures that are too small', () => {
  const { shown, store } = createBench();
  store.db.run('UPDATE image SET height = 100');
  insertPictures(store, [{ name: 'x', width: 31 }]);
  expect(shown({ quality: 'tooSmall' })).toBe('x');
});

/** On a picture of 100 × 100. */
const labels: readonly (readonly [QualityKind, readonly (readonly [number, number, number, number])[]])[] = [
  ['tinyBox', [[20, 20, 3.5, 30]]],
  ['hugeBox', [[2, 2, 96, 96]]],
  ['borderBox', [[0, 20, 30, 30]]],
  [
    'duplicateBox',
    [
      [20, 20, 30, 30],
      [20, 20, 30, 30.5],
    ],
  ],
  [
    'overlappingBox',
    [
      [20, 20, 30, 30],
      [20, 20, 30, 40],
    ],
  ],
];

it.each(labels)('strikes %s, and no longer once the box is gone', async (kind, boxes) => {
  const { annotation, quality, shown, store } = createBench();
  store.db.run('UPDATE image SET height = 100');
  const put = boxes.map(([x, y, width, height], index) => ({
    ...{ id: `box${index}` as BoxId, className: 'rust', attributes: {} },
    ...{ x, y, width, height },
  }));
  annotation.editAnnotation({ imageHash: hashOf('d'), put, remove: [] });
  const { checks } = await quality.checkQuality();
  expect(checks.filter(({ pictures }) => pictures > 0)).toEqual([{ kind, pictures: 1 }]);
  expect(shown({ quality: kind })).toBe('d');
  annotation.editAnnotation({ imageHash: hashOf('d'), put: [], remove: put.map(({ id }) => id) });
  await quality.refreshLabels();
  expect(shown({ quality: kind })).toBe('');
});

it('strikes a picture whose class changed three times, a box’s class counted too', async () => {
  const { annotation, quality, shown } = createBench();
  const box = { id: 'one' as BoxId, x: 10, y: 2, width: 20, height: 5, attributes: {} };
  const draw = (className: string) =>
    annotation.editAnnotation({ imageHash: hashOf('a'), put: [{ ...box, className }], remove: [] });
  annotation.setClass({ imageHashes: [hashOf('a')], className: 'rust' });
  annotation.setClass({ imageHashes: [hashOf('a')], className: 'healthy' });
  draw('rust');
  await quality.refreshLabels();
  expect(shown({ quality: 'changedOften' })).toBe('');
  draw('healthy');
  await quality.refreshLabels();
  expect(shown({ quality: 'changedOften' })).toBe('a');
});

it('names rare classes, and what is left to be measured', async () => {
  const { quality, store } = createBench();
  store.settings.update({ quality: { ...store.settings.read().quality, rareShare: 0.3 } });
  insertPictures(store, [{ name: 'new' }]);
  const report = await quality.checkQuality();
  expect(report.rareClasses).toEqual([{ className: 'rust', count: 1 }]);
  expect(report).toMatchObject({ unmeasured: 1, setAside: 0, lastDecision: null });
});

it('measures what is left in one job; a picture that can not be read is told and left', async () => {
  const { quality, store } = createBench();
  insertPictures(store, [{ name: 'lost' }]);
  const job = quality.startMeasuring();
  expect(quality.startMeasuring().id).toBe(job.id);
  const handler = createMeasureHandler({ store });
  const spec = handler.prepare({} as Job, {});
  expect(spec.pictures.map(({ imageHash }) => imageHash)).toEqual<ImageHash[]>([hashOf('lost')]);
  const told: string[] = [];
  const result = await measureBody(spec, {
    ...quietContext(store),
    log: (_level, message) => void told.push(message),
    commit: async (update: MeasureUpdate) => handler.onUpdate({} as Job, {}, update),
  });
  expect(result).toEqual({ pictures: 1 });
  expect(told).toEqual([expect.stringContaining(hashOf('lost'))]);
});

it('an import measures its pictures, and the job says the same of them later', async () => {
  const folder = createTemporaryFolder();
  const ring = sharp(await drawPicture('ring', 40, createRandom(1, 'quality')));
  const exif = {
    IFD0: { Make: 'Basler', Model: 'acA1300' },
    IFD2: { DateTimeOriginal: '2026:05:04 13:14:15' },
  };
  writeFileSync(join(folder, 'ring.jpg'), await ring.withExif(exif).jpeg().toBuffer());
  const { store, importAll } = createImportHarness();
  await importAll([folder]);
  const readRows = () =>
    store.db.all(
      `SELECT picture_quality.*, camera, captured_at AS capturedAt, placeholder
       FROM picture_quality JOIN image ON hash = image_hash`,
    );
  const imported = readRows();
  expect(imported).toEqual([
    expect.objectContaining({
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      camera: 'Basler acA1300',
      capturedAt: new Date(2026, 4, 4, 13, 14, 15).getTime(),
      placeholder: expect.stringMatching(/^[\w+/=]{20,40}$/),
    }),
  ]);
  store.db.run('DELETE FROM picture_quality');
  store.db.run('UPDATE image SET camera = NULL, captured_at = NULL, placeholder = NULL');
  const handler = createMeasureHandler({ store });
  await measureBody(handler.prepare({} as Job, {}), {
    ...quietContext(store),
    commit: async (update: MeasureUpdate) => handler.onUpdate({} as Job, {}, update),
  });
  expect(readRows()).toEqual(imported);
});
