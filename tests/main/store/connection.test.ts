/** Transactions: what is kept, what is undone, and who hears of it. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase, openDatabaseForReading } from '../../../src-main/store/connection.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

function createTestDatabase(): Database {
  const db = openDatabase(join(createTemporaryFolder(), 'test.db'));
  onTestFinished(() => db.close());
  db.execute(
    'CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE child (id INTEGER PRIMARY KEY REFERENCES parent (id)) STRICT',
  );
  return db;
}

const ids = (db: Pick<Database, 'all'>) =>
  db.all<{ id: number }>('SELECT id FROM parent ORDER BY id').map(({ id }) => id);

test('an inner transaction that fails undoes its own work alone, an outer one everything', () => {
  const db = createTestDatabase();
  db.transaction(() => {
    db.run('INSERT INTO parent VALUES (1)');
    expect(() =>
      db.transaction(() => {
        db.run('INSERT INTO parent VALUES (2)');
        throw new Error('inner');
      }),
    ).toThrow('inner');
  });
  expect(ids(db)).toEqual([1]);
});

test('listeners hear of what was committed and never of what was undone, at any depth', () => {
  const db = createTestDatabase();
  const heard: string[] = [];
  const failing = (name: string) => () => {
    db.afterCommit(() => heard.push(name));
    throw new Error(name);
  };
  db.transaction(() => {
    db.afterCommit(() => heard.push(`outer, open: ${ids(db)}`));
    db.run('INSERT INTO parent VALUES (1)');
    expect(() => db.transaction(failing('inner'))).toThrow();
    expect(heard).toEqual([]);
  });
  expect(() => db.transaction(failing('undone'))).toThrow();
  expect(heard).toEqual(['outer, open: 1']);
});

test('every commit waits for the disk, also after work that did not', () => {
  const db = createTestDatabase();
  const level = () => db.get<{ synchronous: number }>('PRAGMA synchronous')?.synchronous;
  expect(level()).toBe(2);
  expect(() =>
    db.transaction(() => {
      throw new Error('failed');
    }, 'eventual'),
  ).toThrow('failed');
  db.transaction(() => db.run('INSERT INTO parent VALUES (1)'), 'eventual');
  expect(level()).toBe(2);
});

test('a row that points nowhere is refused', () => {
  const db = createTestDatabase();
  expect(() => db.run('INSERT INTO child VALUES (7)')).toThrow(/FOREIGN KEY/);
});

test('asynchronous work in a transaction is a bug, told at once and undone', () => {
  const db = createTestDatabase();
  const work = async () => void db.run('INSERT INTO parent VALUES (1)');
  expect(() => db.transaction(work)).toThrow(/asynchronous/);
  expect(ids(db)).toEqual([]);
});

test('a handle for reading sees commits, can not write, and refuses to make a file', () => {
  const db = createTestDatabase();
  const reader = openDatabaseForReading(db.file);
  db.run('INSERT INTO parent VALUES (1)');
  expect(ids(reader)).toEqual([1]);
  expect(() => reader.all('DELETE FROM parent RETURNING id')).toThrow(
    expect.objectContaining({ code: 'STORE_READ_ONLY' }),
  );
  reader.close();
  expect(() => openDatabaseForReading(`${db.file}.nowhere`)).toThrow();
});

test('an abandoned loop over rows leaves the connection free', () => {
  const db = createTestDatabase();
  db.execute('INSERT INTO parent VALUES (1), (2)');
  for (const { id } of db.iterate<{ id: number }>('SELECT id FROM parent')) if (id === 1) break;
  db.run('INSERT INTO parent VALUES (3)');
  expect(ids(db)).toEqual([1, 2, 3]);
});
