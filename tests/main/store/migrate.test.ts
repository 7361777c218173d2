/** Schema upgrades: whole or not at all, never backwards. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashColumns } from '../../../src-main/store/blob-references.ts';
import { type Database, openDatabase } from '../../../src-main/store/connection.ts';
import { migrate, readSchemaVersion } from '../../../src-main/store/migrate.ts';
import { migrations } from '../../../src-main/store/migrations/index.ts';
import { listSnapshots } from '../../../src-main/store/snapshots.ts';
import { openStore } from '../../../src-main/store/store.ts';
import { createDisputesTable } from '../../../src-main/store/tables/disputes.ts';
import { createQualityTable } from '../../../src-main/store/tables/quality.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

const first = {
  name: '0001-first',
  sql: 'CREATE TABLE leaf (id INTEGER) STRICT; INSERT INTO leaf VALUES (1)',
};
const second = { name: '0002-second', sql: 'ALTER TABLE leaf ADD COLUMN stage TEXT' };

function createEmptyDatabase(): Database {
  const db = openDatabase(join(createTemporaryFolder(), 'test.db'));
  onTestFinished(() => db.close());
  return db;
}

test('all migrations ran on a new station, and each is named by its number', () => {
  const store = openStore(createTemporaryFolder(), { create: true });
  expect(readSchemaVersion(store.db)).toBe(migrations.length);
  expect(migrations.map(({ name }) => Number(name.slice(0, 4)))).toEqual(
    migrations.map((_, index) => index + 1),
  );
  store.close();
});

test('a migration that fails half way leaves the version before it, with its rows', () => {
  const db = createEmptyDatabase();
  migrate(db, { migrations: [first] });
  const broken = { name: '0002-broken', sql: 'DELETE FROM leaf; ALTER TABLE nothing ADD COLUMN x TEXT' };
  expect(() => migrate(db, { migrations: [first, broken] })).toThrow(/nothing/);
  expect(readSchemaVersion(db)).toBe(1);
  expect(db.all('SELECT id FROM leaf')).toEqual([{ id: 1 }]);
  migrate(db, { migrations: [first, second] });
  expect(db.all('SELECT id, stage FROM leaf')).toEqual([{ id: 1, stage: null }]);
});

test('runs of an older station that do not go on let go of their checkpoints', () => {
  const db = createEmptyDatabase();
  migrate(db, { migrations: migrations.slice(0, 3) });
  db.execute(`
    INSERT INTO dataset (id, name, created_at) VALUES (1, 'leaf', 0);
    INSERT INTO dataset_version (dataset_id, version, seed, class_names, train_count, val_count, test_count, digest, created_at)
    VALUES (1, 1, 0, '[]', 0, 0, 0, '', 0);
    INSERT INTO experiment (id, name, created_at) VALUES (1, 'leaf', 0)`);
  for (const status of ['completed', 'cancelled']) {
    db.run(
      `INSERT INTO run (id, name, experiment_id, status, dataset_id, dataset_version, model_name, parameters, created_at, checkpoint_hash)
       VALUES (:status, '', 1, :status, 1, 1, 'leaf', '{}', 0, 'hash')`,
      { status },
    );
  }
  migrate(db, { migrations });
  expect(db.all('SELECT id, checkpoint_hash AS hash FROM run ORDER BY id')).toEqual([
    { id: 'cancelled', hash: 'hash' },
    { id: 'completed', hash: null },
  ]);
});

test('reports and comparisons of a station without detectors name their task', () => {
  const db = createEmptyDatabase();
  migrate(db, { migrations: migrations.slice(0, 5) });
  db.execute(`
    INSERT INTO dataset (id, name, created_at) VALUES (1, 'leaf', 0);
    INSERT INTO dataset_version (dataset_id, version, seed, class_names, train_count, val_count, test_count, digest, created_at)
      VALUES (1, 1, 0, '[]', 0, 0, 0, '', 0);
    INSERT INTO evaluation (id, model_hash, model_label, dataset_id, dataset_version, split, request, report, created_at)
      VALUES ('done', '', '', 1, 1, 'test', '{}', '{"accuracy":1}', 0), ('waiting', '', '', 1, 1, 'test', '{}', NULL, 0);
    INSERT INTO registered_model (name, created_at) VALUES ('leaf', 0);
    INSERT INTO model_version (name, version, architecture, class_names, image_size, blob_hash, size_bytes, metrics, created_at)
      VALUES ('leaf', 1, '', '[]', 8, '', 0, '{}', 0);
    INSERT INTO deployment_event (id, model_name, kind, to_version, reason, actor, at, comparison)
      VALUES (1, 'leaf', 'promote', 1, '', '', 0, '{"count":3}'), (2, 'leaf', 'promote', 1, '', '', 0, NULL)`);
  migrate(db, { migrations });
  expect(db.all('SELECT comparison FROM deployment_event ORDER BY id')).toEqual([
    { comparison: '{"count":3,"task":"classification"}' },
    { comparison: null },
  ]);
  expect(db.all('SELECT id, report FROM evaluation ORDER BY id')).toEqual([
    { id: 'done', report: '{"accuracy":1,"task":"classification"}' },
    { id: 'waiting', report: null },
  ]);
});

test('labels and datasets of a station without boxes are labelled, found by class, and still there', () => {
  const db = createEmptyDatabase();
  migrate(db, { migrations: migrations.slice(0, 4) });
  db.execute(`
    INSERT INTO job (id, kind, title, subject, spec, status, created_at) VALUES ('job', 'import', '', '', '{}', 'succeeded', 0);
    INSERT INTO import (id, job_id, request, source, format, started_at) VALUES ('import', 'job', '{}', '', 'folder', 0);
    INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id, imported_at)
      VALUES ('a', 'a', '', 1, 1, 1, 'png', '', 'import', 0), ('b', 'b', '', 1, 1, 1, 'png', '', 'import', 0);
    INSERT INTO class (id, name, position, color, created_at) VALUES (1, 'rust', 0, 'red', 0);
    INSERT INTO annotation_step (id, author, source, created_at, kind) VALUES (1, 'Ada', 'human', 0, 'edit');
    INSERT INTO annotation_revision (id, step_id, image_hash, class_id) VALUES (1, 1, 'a', 1), (2, 1, 'b', NULL);
    INSERT INTO image_label (image_hash, revision_id, class_id) VALUES ('a', 1, 1), ('b', 2, NULL);
    INSERT INTO dataset (id, name, created_at) VALUES (1, 'leaf', 0);
    INSERT INTO dataset_version (dataset_id, version, seed, class_names, train_count, val_count, test_count, digest, created_at)
      VALUES (1, 1, 0, '[]', 1, 0, 0, '', 0);
    INSERT INTO dataset_entry (dataset_id, image_hash, from_version, revision_id, class_id, split) VALUES (1, 'a', 1, 1, 1, 'train')`);
  migrate(db, { migrations });
  expect(db.all('SELECT image_hash AS hash, state, box_count AS boxes FROM image_label ORDER BY 1')).toEqual([
    { hash: 'a', state: 'labelled', boxes: 0 },
    { hash: 'b', state: 'none', boxes: 0 },
  ]);
  expect(db.all('SELECT author FROM image_label')).toEqual([{ author: 'Ada' }, { author: 'Ada' }]);
  expect(db.all('SELECT state FROM annotation_revision ORDER BY id')).toEqual([
    { state: 'labelled' },
    { state: 'none' },
  ]);
  expect(db.all('SELECT image_hash AS hash FROM image_class')).toEqual([{ hash: 'a' }]);
  expect(
    db.all('SELECT image_hash AS hash, class_id AS classId, task FROM dataset_entry JOIN dataset_version'),
  ).toEqual([{ hash: 'a', classId: 1, task: 'classification' }]);
});

test('pictures from before there were checks wait to be measured, and none is set aside', () => {
  const db = createEmptyDatabase();
  migrate(db, { migrations: migrations.slice(0, 9) });
  db.execute(`
    INSERT INTO job (id, kind, title, subject, spec, status, created_at) VALUES ('job', 'import', '', '', '{}', 'succeeded', 0);
    INSERT INTO import (id, job_id, request, source, format, started_at) VALUES ('import', 'job', '{}', '', 'folder', 0);
    INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id, imported_at)
      VALUES ('a', 'a', '', 20, 10, 1, 'png', '', 'import', 0)`);
  migrate(db, { migrations });
  const quality = createQualityTable(db);
  expect(quality.listUnmeasured()).toEqual([{ imageHash: 'a', width: 20, height: 10 }]);
  expect([quality.countMeasured(), quality.countSetAside(), quality.findLastDecision()]).toEqual([
    0,
    0,
    undefined,
  ]);
});

test('pictures from before there were cameras wait to be read, and were taken when they came in', () => {
  const db = createEmptyDatabase();
  migrate(db, { migrations: migrations.slice(0, 11) });
  db.execute(`
    INSERT INTO job (id, kind, title, subject, spec, status, created_at) VALUES ('job', 'import', '', '', '{}', 'succeeded', 0);
    INSERT INTO import (id, job_id, request, source, format, started_at) VALUES ('import', 'job', '{}', '', 'folder', 0);
    INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id, imported_at)
      VALUES ('a', 'a', '', 20, 10, 1, 'png', '', 'import', 1234);
    INSERT INTO picture_quality (image_hash, sharpness, brightness, clipped, fingerprint, pixel_digest)
      VALUES ('a', 1, 1, 1, '', '');
    INSERT INTO quality_decision (id, author, decided_at) VALUES (1, 'Ada', 0);
    INSERT INTO quality_decision_picture (decision_id, image_hash, outcome) VALUES (1, 'a', 'setAside');
    INSERT INTO set_aside (image_hash, decision_id) VALUES ('a', 1)`);
  migrate(db, { migrations });
  const quality = createQualityTable(db);
  expect(quality.listUnmeasured()).toEqual([{ imageHash: 'a', width: 20, height: 10 }]);
  expect(db.all('SELECT camera, taken_at AS takenAt FROM image')).toEqual([{ camera: null, takenAt: 1234 }]);
  expect(quality.undoDecision(1, 5)).toEqual(['a']);
  expect(quality.listSetAside()).toEqual([]);
});

test('answers from before there were queues are compared, and pictures measured then are described', () => {
  const db = createEmptyDatabase();
  migrate(db, { migrations: migrations.slice(0, 12) });
  db.execute(`
    INSERT INTO job (id, kind, title, subject, spec, status, created_at) VALUES ('job', 'import', '', '', '{}', 'succeeded', 0);
    INSERT INTO import (id, job_id, request, source, format, started_at) VALUES ('import', 'job', '{}', '', 'folder', 0);
    INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id, imported_at, placeholder)
      VALUES ('a', 'a', '', 20, 10, 1, 'png', '', 'import', 0, '');
    INSERT INTO picture_quality (image_hash, sharpness, brightness, clipped, fingerprint, pixel_digest) VALUES ('a', 7, 0, 0, '', '');
    INSERT INTO opinion (image_hash, annotator, state) VALUES ('a', 'Ada', 'none'), ('a', 'Ben', 'none')`);
  migrate(db, { migrations });
  expect(createDisputesTable(db).listStale(0.5)).toEqual(['a']);
  const quality = createQualityTable(db);
  expect(quality.listUnmeasured().map(({ imageHash }) => imageHash)).toEqual(['a']);
  const measures = { sharpness: 1, brightness: 0, clipped: 0, fingerprint: '', pixelDigest: '' };
  quality.insertPicture('a' as ImageHash, { ...measures, descriptor: Uint8Array.of(3) });
  expect(quality.listUnmeasured()).toEqual([]);
  expect(db.get('SELECT sharpness, hex(descriptor) AS descriptor FROM picture_quality')).toEqual({
    sharpness: 7,
    descriptor: '03',
  });
});

test('a copy is asked for before an upgrade, and only then', () => {
  const db = createEmptyDatabase();
  const asked: number[][] = [];
  const beforeUpgrade = (from: number, to: number) => void asked.push([from, to, readSchemaVersion(db)]);
  migrate(db, { migrations: [first], beforeUpgrade });
  migrate(db, { migrations: [first], beforeUpgrade });
  migrate(db, { migrations: [first, second], beforeUpgrade });
  expect(asked).toEqual([[1, 2, 1]]);
});

test('a database from the future is refused, naming both versions, and is not touched', () => {
  const dataDir = createTemporaryFolder();
  const store = openStore(dataDir, { create: true });
  store.db.execute('PRAGMA user_version = 99');
  store.close();
  expect(() => openStore(dataDir, { create: true })).toThrow(
    expect.objectContaining({
      code: 'STORE_FROM_FUTURE',
      message: expect.stringMatching(new RegExp(`99.*${migrations.length}`)),
    }),
  );
  expect(listSnapshots(store.folder)).toEqual([]);
});

test('every column that holds a hash is known to the integrity check and the garbage collection', () => {
  const store = openStore(createTemporaryFolder(), { create: true });
  const columns = store.db.all<{ table: string; column: string }>(
    `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND c.name LIKE '%hash' ORDER BY 1, 2`,
  );
  const known = hashColumns.map(({ table, column }) => ({ table, column }));
  const byName = (a: { table: string; column: string }, b: { table: string; column: string }) =>
    `${a.table}.${a.column}` < `${b.table}.${b.column}` ? -1 : 1;
  expect(columns.sort(byName)).toEqual(known.sort(byName));
  store.close();
});
