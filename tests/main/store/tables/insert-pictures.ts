/** Writes pictures without bytes, with labels where wanted, for tests of what stands on them. */
import { createHash } from 'node:crypto';
import type { Store } from '../../../../src-main/store/store.ts';
import type { ImageHash, Split } from '../../../../src-preload/contract/ids.ts';

export interface TestPicture {
  /** Any text; its sha-256 is the picture's. */
  readonly name: string;
  readonly className?: string | null;
  readonly source?: string;
  readonly importId?: string;
  readonly originSplit?: Split | null;
  readonly width?: number;
  readonly sizeBytes?: number;
  readonly camera?: string;
  /** Milliseconds since 1970, of the shutter. */
  readonly capturedAt?: number;
}

export function hashOf(name: string): ImageHash {
  return createHash('sha256').update(name).digest('hex') as ImageHash;
}

export function insertPictures({ db, annotations }: Store, pictures: readonly TestPicture[], at = 0): void {
  db.transaction(() => {
    for (const importId of new Set(pictures.map(toImportId))) insertImport({ db }, importId);
    for (const picture of pictures) insertPicture({ db }, picture);
    const changes = pictures
      .filter(({ className }) => className != null)
      .map(({ name, className }) => ({
        imageHash: hashOf(name),
        classId: annotations.findOrAddClass(className ?? ''),
      }));
    annotations.recordStep({ author: 'test', source: 'import', kind: 'edit', changes }, at);
  });
}

/** `count` pictures named `<prefix><number>` of one class. */
export function namePictures(
  prefix: string,
  count: number,
  rest: Omit<TestPicture, 'name'> = {},
): TestPicture[] {
  return Array.from({ length: count }, (_, index) => ({
    className: prefix,
    ...rest,
    name: `${prefix}${index}`,
  }));
}

/**
 * Very many pictures `picture1.png` and on, with random hashes, from four sources and two cameras, one an hour from 1970
 * on, in ten classes `0` to `9` by ten annotators, every fifth by a model, quickly.
 * @param pictures those above `labelled` get no class, those above `tested` came for test and the others for training
 */
export function insertManyPictures(
  { db, annotations }: Store,
  pictures: { readonly count: number; readonly labelled: number; readonly tested: number },
): void {
  db.transaction(() => {
    insertImport({ db }, 'import');
    for (let digit = 0; digit < 10; digit++) annotations.findOrAddClass(String(digit));
    db.run(
      `INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id,
         imported_at, origin_split, camera, captured_at)
       WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
       SELECT lower(hex(randomblob(32))), lower(hex(randomblob(32))), 'picture' || n || '.png', 28, 28, 500, 'png',
         'camera ' || (n % 4), 'import', 0, CASE WHEN n > :tested THEN 'test' ELSE 'train' END,
         CASE n % 3 WHEN 0 THEN NULL ELSE 'Maker ' || (n % 3) END, n * 3600000 FROM number`,
      { count: pictures.count, tested: pictures.tested },
    );
    const step = db.run(
      `INSERT INTO annotation_step (author, source, created_at, kind) VALUES ('test', 'import', 0, 'edit')`,
    );
    db.run(
      `INSERT INTO annotation_revision (step_id, image_hash, class_id, state)
       SELECT ?, hash, (SELECT id FROM class WHERE position = sequence % 10), 'labelled' FROM image WHERE sequence <= ?`,
      [step.lastId, pictures.labelled],
    );
    db.run(
      `INSERT INTO image_label (image_hash, revision_id, class_id, state, author, certainty)
       SELECT image_hash, id, class_id, state, 'person ' || (id % 10), CASE id % 5 WHEN 0 THEN (id % 1000) / 1000.0 END
       FROM annotation_revision ORDER BY image_hash`,
    );
    db.run(
      `INSERT INTO image_class (image_hash, class_id, box_count)
       SELECT image_hash, class_id, 0 FROM annotation_revision ORDER BY image_hash`,
    );
  });
}

function toImportId({ importId }: TestPicture): string {
  return importId ?? 'import';
}

function insertImport({ db }: Pick<Store, 'db'>, id: string): void {
  db.run(
    `INSERT INTO job (id, kind, title, subject, spec, status, created_at)
     VALUES (?, 'import', '', ?, '{}', 'succeeded', 0) ON CONFLICT DO NOTHING`,
    [`${id}-job`, id],
  );
  db.run(
    `INSERT INTO import (id, job_id, request, source, format, started_at)
     VALUES (?, ?, '{}', 'test', 'folder', 0) ON CONFLICT DO NOTHING`,
    [id, `${id}-job`],
  );
}

function insertPicture({ db }: Pick<Store, 'db'>, picture: TestPicture): void {
  const hash = hashOf(picture.name);
  db.run(
    `INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id,
       imported_at, origin_split, camera, captured_at, placeholder)
     VALUES (?, ?, ?, ?, 20, ?, 'png', ?, ?, 0, ?, ?, ?, 'hash')`,
    [
      hash,
      hash,
      `${picture.name}.png`,
      picture.width ?? 10,
      picture.sizeBytes ?? 100,
      picture.source ?? 'test',
      toImportId(picture),
      picture.originSplit ?? null,
      picture.camera ?? null,
      picture.capturedAt ?? null,
    ],
  );
}
