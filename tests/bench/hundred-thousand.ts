/** A station with very many pictures, written as rows: the thumbnails are real files, some hundred for all of them. */
import sharp from 'sharp';
import { createRandom } from '../../src-main/base/random.ts';
import { openStore, type Store } from '../../src-main/store/store.ts';
import { makePlaceholder } from '../../src-main/vision/placeholder.ts';

const thumbnails = 600;
const classNames = Array.from({ length: 10 }, (_, index) => `class ${index}`);
const firstMoment = Date.UTC(2024, 0, 1);
const lastMoment = Date.UTC(2026, 9, 1);

/** Ten classes, two cameras, three years, ten annotators; one in twenty is not labelled, one in five was a model's. */
export async function fillStation(dataDir: string, count: number): Promise<void> {
  const store = openStore(dataDir, { create: true });
  try {
    const files = await drawThumbnails(store);
    store.db.transaction(() => {
      insertPictures(store, count, files);
      insertLabels(store);
    });
  } finally {
    store.close();
  }
}

interface Thumbnail {
  readonly hash: string;
  readonly placeholder: string;
}

async function drawThumbnails({ blobs }: Store): Promise<Thumbnail[]> {
  const files: Thumbnail[] = [];
  for (let index = 0; index < thumbnails; index++) {
    const bytes = await drawLeaf(index);
    const placeholder = await makePlaceholder(bytes);
    files.push({ hash: await blobs.write(bytes), placeholder });
  }
  return files;
}

/** A leaf with spots, as a camera in a greenhouse might see it. */
async function drawLeaf(seed: number): Promise<Uint8Array> {
  const random = createRandom(seed, 'leaf');
  const color = (hue: number, light: number) =>
    `hsl(${hue + random.integer(-18, 18)} 45% ${light + random.integer(-9, 9)}%)`;
  const spots = Array.from(
    { length: random.integer(2, 14) },
    () =>
      `<circle cx="${random.integer(60, 196)}" cy="${random.integer(40, 152)}" r="${random.integer(2, 9)}" fill="${color(30, 30)}"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="192"><rect width="256" height="192" fill="${color(40, 62)}"/>
    <ellipse cx="128" cy="96" rx="${random.integer(80, 120)}" ry="${random.integer(46, 78)}" fill="${color(110, 36)}"
      transform="rotate(${random.integer(-30, 30)} 128 96)"/>${spots.join('')}</svg>`;
  return new Uint8Array(await sharp(Buffer.from(svg)).jpeg({ quality: 80 }).toBuffer());
}

function insertPictures({ db }: Store, count: number, files: readonly Thumbnail[]): void {
  db.execute(
    `INSERT INTO job (id, kind, title, subject, spec, status, created_at)
       VALUES ('job', 'import', '', 'import', '{}', 'succeeded', 0);
     INSERT INTO import (id, job_id, request, source, format, started_at)
       VALUES ('import', 'job', '{}', 'cards', 'folder', 0)`,
  );
  db.run(
    `INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id,
       imported_at, camera, captured_at, placeholder)
     WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
     SELECT lower(hex(randomblob(32))), file.value ->> 'hash', 'IMG_' || printf('%06d', (n * 7919) % 1000000) || '.jpg',
       4000, 3000, 2000000 + (n * 7919) % 3000000, 'jpeg', 'card ' || (n % 4), 'import', :lastMoment + n,
       CASE n % 3 WHEN 0 THEN NULL ELSE 'Maker Model ' || (n % 3) END,
       :firstMoment + (n * ((:lastMoment - :firstMoment) / :count)) / 1, file.value ->> 'placeholder'
     FROM number JOIN json_each(:files) AS file ON file.key = (n * 31) % ${files.length}`,
    { count, firstMoment, lastMoment, files: JSON.stringify(files) },
  );
}

function insertLabels({ db, annotations }: Store): void {
  for (const name of classNames) annotations.findOrAddClass(name);
  const step = db.run(
    `INSERT INTO annotation_step (author, source, created_at, kind) VALUES ('person 0', 'human', 0, 'edit')`,
  );
  db.run(
    `INSERT INTO annotation_revision (step_id, image_hash, class_id, state)
     SELECT ?, hash, (SELECT id FROM class WHERE position = (sequence * 7 + sequence / 9000) % ${classNames.length}),
       CASE sequence % 20 WHEN 5 THEN 'predicted' ELSE 'labelled' END
     FROM image WHERE sequence % 20 <> 0`,
    [step.lastId],
  );
  db.run(
    `INSERT INTO image_label (image_hash, revision_id, class_id, state, author, certainty)
     SELECT image_hash, id, class_id, state, CASE id % 5 WHEN 0 THEN 'leaf/1' ELSE 'person ' || (id % 10) END,
       CASE id % 5 WHEN 0 THEN (id % 1000) / 1000.0 END
     FROM annotation_revision ORDER BY image_hash`,
  );
  db.run(
    `INSERT INTO image_class (image_hash, class_id, box_count)
     SELECT image_hash, class_id, 0 FROM annotation_revision ORDER BY image_hash`,
  );
}
