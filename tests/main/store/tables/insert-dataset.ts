/** Writes a dataset version and its pictures straight into the tables, for tests of what stands on them. */

import type { Database } from '../../../../src-main/store/connection.ts';
import type { BlobHash, ImageHash, Split } from '../../../../src-preload/contract/ids.ts';

export interface DatasetPicture {
  readonly imageHash: ImageHash | BlobHash;
  readonly className: string;
  readonly split: Split;
}

export function insertDataset(
  db: Database,
  dataset: { name: string; version: number; pictures: readonly DatasetPicture[] },
): void {
  const classNames = [...new Set(dataset.pictures.map(({ className }) => className))].sort();
  db.transaction(() => {
    db.run('INSERT INTO dataset (name, created_at) VALUES (?, 0) ON CONFLICT (name) DO NOTHING', [
      dataset.name,
    ]);
    insertClasses(db, classNames);
    insertImport(db);
    insertVersion(db, dataset, classNames);
    for (const picture of dataset.pictures) insertPicture(db, dataset, picture);
  });
}

function insertClasses(db: Database, classNames: readonly string[]): void {
  for (const [position, name] of classNames.entries()) {
    db.run(
      `INSERT INTO class (name, position, color, created_at) VALUES (?, ?, 'red', 0) ON CONFLICT (name) DO NOTHING`,
      [name, position],
    );
  }
}

function insertImport(db: Database): void {
  db.run(
    `INSERT INTO job (id, kind, title, subject, spec, status, created_at)
     VALUES ('import-job', 'import', '', 'import', '{}', 'succeeded', 0) ON CONFLICT DO NOTHING`,
  );
  db.run(
    `INSERT INTO import (id, job_id, request, source, format, started_at)
     VALUES ('import', 'import-job', '{}', 'test', 'folder', 0) ON CONFLICT DO NOTHING`,
  );
  db.run(
    `INSERT INTO annotation_step (id, author, source, created_at, kind) VALUES (1, 'test', 'import', 0, 'edit')
     ON CONFLICT DO NOTHING`,
  );
}

function insertVersion(
  db: Database,
  { name, version, pictures }: { name: string; version: number; pictures: readonly DatasetPicture[] },
  classNames: readonly string[],
): void {
  const count = (split: Split) => pictures.filter((picture) => picture.split === split).length;
  db.run(
    `INSERT INTO dataset_version (dataset_id, version, seed, class_names, train_count, val_count, test_count, digest, created_at)
     VALUES ((SELECT id FROM dataset WHERE name = ?), ?, 0, ?, ?, ?, ?, 'digest', 0)`,
    [name, version, JSON.stringify(classNames), count('train'), count('val'), count('test')],
  );
}

function insertPicture(
  db: Database,
  { name, version }: { name: string; version: number },
  { imageHash, className, split }: DatasetPicture,
): void {
  db.run(
    `INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id, imported_at)
     VALUES (?, ?, 'picture.png', 32, 32, 1, 'png', 'test', 'import', 0) ON CONFLICT (hash) DO NOTHING`,
    [imageHash, imageHash],
  );
  const revision = db.run(
    `INSERT INTO annotation_revision (step_id, image_hash, class_id) VALUES (1, ?, (SELECT id FROM class WHERE name = ?))`,
    [imageHash, className],
  );
  db.run(
    `INSERT INTO dataset_entry (dataset_id, image_hash, from_version, revision_id, class_id, split)
     VALUES ((SELECT id FROM dataset WHERE name = ?), ?, ?, ?, (SELECT id FROM class WHERE name = ?), ?)`,
    [name, imageHash, version, revision.lastId, className, split],
  );
}
