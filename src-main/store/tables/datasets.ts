/** Dataset versions: each picture is a member over an interval of versions, so that a new one writes what changed. */

import type { BoxAttributes } from '../../../src-preload/contract/annotation.ts';
import {
  type DatasetVersion,
  datasetVersionSchema,
  type SplitFractions,
} from '../../../src-preload/contract/dataset.ts';
import type { BoxId, ImageHash, Split } from '../../../src-preload/contract/ids.ts';
import type { Task } from '../../../src-preload/contract/task.ts';
import type { Database } from '../connection.ts';

/** A picture that is labelled now. */
export interface LabelledPicture {
  readonly imageHash: ImageHash;
  readonly revisionId: number;
  /** The picture's own class; null where it has boxes alone, or nothing on it. */
  readonly classId: number | null;
  readonly className: string | null;
  readonly originSplit: Split | null;
}

/** A box as a dataset holds it: pixels of the upright picture, x and y the upper left corner. */
export interface DatasetBox {
  readonly id: BoxId;
  readonly className: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly attributes: BoxAttributes;
}

/** A picture in a dataset version of boxes. */
export interface DetectionEntry {
  readonly imageHash: ImageHash;
  readonly fileName: string;
  readonly split: Split;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** In the order in which they were made; none on a background picture. */
  readonly boxes: readonly DatasetBox[];
}

/** A picture in a dataset version. */
export interface DatasetEntry {
  readonly imageHash: ImageHash;
  readonly revisionId: number;
  /** Null where the boxes of the revision are the truth. */
  readonly className: string | null;
  readonly split: Split;
}

export interface NewEntry {
  readonly imageHash: ImageHash;
  readonly revisionId: number;
  readonly classId: number | null;
  readonly split: Split;
}

export interface NewVersion {
  readonly name: string;
  readonly task: Task;
  readonly seed: number;
  readonly splits: SplitFractions | null;
  readonly classNames: readonly string[];
  readonly counts: DatasetVersion['counts'];
  readonly digest: string;
  readonly createdAt: number;
  /** Members of the version before that are no longer, or no longer in the same way. */
  readonly ended: readonly ImageHash[];
  /** Members that the version before has not, or not in the same way. */
  readonly begun: readonly NewEntry[];
}

/** Both sides of a picture that two versions do not share as one row; null where it is no member. */
export interface EntryChange {
  readonly imageHash: string;
  readonly from: { readonly className: string | null; readonly split: Split } | null;
  readonly to: { readonly className: string | null; readonly split: Split } | null;
}

interface VersionRow {
  name: string;
  version: number;
  task: Task;
  seed: number;
  splits: string | null;
  class_names: string;
  train_count: number;
  val_count: number;
  test_count: number;
  digest: string;
  created_at: number;
}

const selectVersion = `
  SELECT dataset.name, version, task, seed, splits, class_names, train_count, val_count, test_count, digest,
    dataset_version.created_at
  FROM dataset_version JOIN dataset ON dataset.id = dataset_version.dataset_id`;
const datasetId = '(SELECT id FROM dataset WHERE name = :name)';
const isMember = 'from_version <= :version AND (until_version IS NULL OR until_version > :version)';

export function createDatasetsTable(db: Database) {
  return {
    ...createVersionQueries(db),
    ...createLabelQueries(db),
    ...createEntryQueries(db),
    ...createBoxEntryQueries(db),
    ...createSummaries(db),
    ...createChanges(db),
  };
}

function createVersionQueries(db: Database) {
  return {
    /** Newest first; of one dataset, or of all. */
    listVersions(name?: string): DatasetVersion[] {
      return db
        .all<VersionRow>(
          `${selectVersion} WHERE :name IS NULL OR dataset.name = :name
           ORDER BY dataset_version.created_at DESC, dataset_version.rowid DESC`,
          { name: name ?? null },
        )
        .map(toVersion);
    },
    /** Of the newest version where none is named. */
    findVersion(name: string, version?: number): DatasetVersion | undefined {
      const row = db.get<VersionRow>(
        `${selectVersion} WHERE dataset.name = :name AND (:version IS NULL OR version = :version)
         ORDER BY version DESC LIMIT 1`,
        { name, version: version ?? null },
      );
      return row && toVersion(row);
    },
  };
}

/** Beside `image_label`: no new version takes what is set aside. */
const isNotSetAside =
  'NOT EXISTS (SELECT 1 FROM set_aside WHERE set_aside.image_hash = image_label.image_hash)';

function createLabelQueries(db: Database) {
  return {
    /** All labelled pictures, or those from the given sources; by hash. In classification those with a class. */
    listLabelled(task: Task, sources?: readonly string[]): LabelledPicture[] {
      return db.all<LabelledPicture>(
        `SELECT image.hash AS imageHash, image_label.revision_id AS revisionId, image_label.class_id AS classId,
           class.name AS className, image.origin_split AS originSplit
         FROM image_label JOIN image ON image.hash = image_label.image_hash
         LEFT JOIN class ON class.id = image_label.class_id
         WHERE image_label.state = 'labelled' AND (:task = 'detection' OR image_label.class_id IS NOT NULL)
           AND ${isNotSetAside}
           AND (:sources IS NULL OR image.source IN (SELECT value FROM json_each(:sources)))
         ORDER BY image_label.image_hash`,
        { task, sources: sources ? JSON.stringify(sources) : null },
      );
    },
    /** The boxes of all labelled pictures as they stand, by picture. */
    listLabelledBoxes: (): Map<ImageHash, DatasetBox[]> =>
      groupBoxes(
        db.iterate<BoxRow>(
          `SELECT box.image_hash AS imageHash, ${boxColumns}
           FROM image_label JOIN annotation_box AS box ON box.image_hash = image_label.image_hash
           JOIN class ON class.id = box.class_id
           WHERE image_label.state = 'labelled' AND box.until_revision IS NULL
           ORDER BY box.image_hash, box.position, box.box_id`,
        ),
      ),
    /** For each source its pictures and those of them that are labelled. */
    listSources(): { source: string; pictures: number; labelled: number }[] {
      return db.all(
        `SELECT source, count(*) AS pictures, count(image_label.image_hash) AS labelled
         FROM image LEFT JOIN image_label ON image_label.image_hash = image.hash AND image_label.state = 'labelled'
         GROUP BY source ORDER BY source`,
      );
    },
    /** Pictures that are labelled, and as they are since a step later than that time; of all where it is undefined. */
    countLabelledSince(at: number | undefined): number {
      const row =
        at === undefined
          ? db.get<{ pictures: number }>(
              `SELECT count(*) AS pictures FROM image_label WHERE state = 'labelled' AND ${isNotSetAside}`,
            )
          : db.get<{ pictures: number }>(
              `SELECT count(*) AS pictures FROM annotation_step
               JOIN annotation_revision AS revision ON revision.step_id = annotation_step.id
               JOIN image_label ON image_label.image_hash = revision.image_hash AND image_label.revision_id = revision.id
               WHERE annotation_step.created_at > ? AND image_label.state = 'labelled' AND ${isNotSetAside}`,
              [at],
            );
      return row?.pictures ?? 0;
    },
  };
}

function createEntryQueries(db: Database) {
  return {
    /** The pictures of a version, or of one of its splits, by hash. */
    listEntries(name: string, version: number, split?: Split): DatasetEntry[] {
      return db.all<DatasetEntry>(
        `SELECT image_hash AS imageHash, revision_id AS revisionId, class.name AS className, split
         FROM dataset_entry LEFT JOIN class ON class.id = dataset_entry.class_id
         WHERE dataset_id = ${datasetId} AND ${isMember} AND (:split IS NULL OR split = :split)
         ORDER BY image_hash`,
        { name, version, split: split ?? null },
      );
    },
    /** The last split of every picture that ever was in the dataset. */
    readLastSplits(name: string): Map<ImageHash, Split> {
      const rows = db.all<{ imageHash: ImageHash; split: Split }>(
        `SELECT image_hash AS imageHash, split FROM dataset_entry WHERE dataset_id = ${datasetId}
         ORDER BY image_hash, from_version`,
        { name },
      );
      return new Map(rows.map(({ imageHash, split }) => [imageHash, split]));
    },
    /** What the two versions do not have in one row; a picture that left and came back the same is among it. By hash. */
    listChanges(name: string, from: number, to: number): EntryChange[] {
      return db
        .all<ChangeRow>(
          `WITH entry AS (
             SELECT image_hash, class.name AS class_name, split,
               from_version <= :from AND (until_version IS NULL OR until_version > :from) AS is_before,
               from_version <= :to AND (until_version IS NULL OR until_version > :to) AS is_after
             FROM dataset_entry LEFT JOIN class ON class.id = dataset_entry.class_id WHERE dataset_id = ${datasetId})
           SELECT image_hash, max(CASE WHEN is_before THEN class_name END) AS from_class,
             max(CASE WHEN is_before THEN split END) AS from_split,
             max(CASE WHEN is_after THEN class_name END) AS to_class, max(CASE WHEN is_after THEN split END) AS to_split
           FROM entry WHERE is_before <> is_after GROUP BY image_hash ORDER BY image_hash`,
          { name, from, to },
        )
        .map(toChange);
    },
    /** Pictures that two versions have in one row. */
    countShared(name: string, from: number, to: number): number {
      const row = db.get<{ pictures: number }>(
        `SELECT count(*) AS pictures FROM dataset_entry
         WHERE dataset_id = ${datasetId} AND from_version <= :first AND (until_version IS NULL OR until_version > :last)`,
        { name, first: Math.min(from, to), last: Math.max(from, to) },
      );
      return row?.pictures ?? 0;
    },
  };
}

function createBoxEntryQueries(db: Database) {
  return {
    /** The pictures of a version with their boxes as they were then, or those of one of its splits, by hash. */
    listDetectionEntries(name: string, version: number, split?: Split): DetectionEntry[] {
      const boxes = groupBoxes(
        db.iterate<BoxRow>(
          `SELECT entry.image_hash AS imageHash, ${boxColumns}
           FROM dataset_entry AS entry ${joinBoxes} JOIN class ON class.id = box.class_id
           WHERE dataset_id = ${datasetId} AND ${isMember} AND (:split IS NULL OR split = :split)
           ORDER BY entry.image_hash, box.position, box.box_id`,
          { name, version, split: split ?? null },
        ),
      );
      return db
        .all<Omit<DetectionEntry, 'boxes'>>(
          `SELECT image_hash AS imageHash, file_name AS fileName, split, width, height
           FROM dataset_entry JOIN image ON image.hash = dataset_entry.image_hash
           WHERE dataset_id = ${datasetId} AND ${isMember} AND (:split IS NULL OR split = :split) ORDER BY image_hash`,
          { name, version, split: split ?? null },
        )
        .map((entry) => ({ ...entry, boxes: boxes.get(entry.imageHash) ?? [] }));
    },
    /** Boxes of each class, and the pictures that they are on. */
    countBoxesByClass: (name: string, version: number) =>
      db.all<{ className: string; split: Split; boxes: number; pictures: number }>(
        `SELECT class.name AS className, split, count(*) AS boxes, count(DISTINCT entry.image_hash) AS pictures
         FROM dataset_entry AS entry ${joinBoxes} JOIN class ON class.id = box.class_id
         WHERE dataset_id = ${datasetId} AND ${isMember} GROUP BY box.class_id, split`,
        { name, version },
      ),
    /** Pictures without a box. */
    countBackground: (name: string, version: number) =>
      db.all<{ split: Split; pictures: number }>(
        `SELECT split, count(*) AS pictures FROM dataset_entry AS entry
         WHERE dataset_id = ${datasetId} AND ${isMember} AND NOT EXISTS (
           SELECT 1 FROM annotation_box AS box WHERE ${isOfEntry}) GROUP BY split`,
        { name, version },
      ),
  };
}

/** The boxes that the entry's revision holds. */
const isOfEntry = `box.image_hash = entry.image_hash AND box.from_revision <= entry.revision_id
  AND (box.until_revision IS NULL OR box.until_revision > entry.revision_id)`;
const joinBoxes = `JOIN annotation_box AS box ON ${isOfEntry}`;
const boxColumns = 'box.box_id AS id, class.name AS className, x, y, box.width, box.height, attributes';

type BoxRow = Omit<DatasetBox, 'attributes'> & { readonly imageHash: ImageHash; readonly attributes: string };

/** @param rows picture by picture */
function groupBoxes(rows: Iterable<BoxRow>): Map<ImageHash, DatasetBox[]> {
  const grouped = new Map<ImageHash, DatasetBox[]>();
  for (const { imageHash, attributes, ...box } of rows) {
    const boxes = grouped.get(imageHash) ?? [];
    boxes.push({ ...box, attributes: JSON.parse(attributes) as BoxAttributes });
    grouped.set(imageHash, boxes);
  }
  return grouped;
}

function createSummaries(db: Database) {
  return {
    countByClass: (name: string, version: number) =>
      db.all<{ className: string; split: Split; pictures: number }>(
        `SELECT class.name AS className, split, count(*) AS pictures
         FROM dataset_entry JOIN class ON class.id = dataset_entry.class_id
         WHERE dataset_id = ${datasetId} AND ${isMember} GROUP BY class_id, split`,
        { name, version },
      ),
    /** Pictures that came for training and are in another split. */
    countHeldBack: (name: string, version: number) =>
      db.all<{ split: 'val' | 'test'; pictures: number }>(
        `SELECT split, count(*) AS pictures
         FROM dataset_entry JOIN image ON image.hash = dataset_entry.image_hash
         WHERE dataset_id = ${datasetId} AND ${isMember} AND origin_split = 'train' AND split <> 'train'
         GROUP BY split ORDER BY split DESC`,
        { name, version },
      ),
    countBySource: (name: string, version: number) =>
      db.all<{ source: string; split: Split; pictures: number }>(
        `SELECT source, split, count(*) AS pictures
         FROM dataset_entry JOIN image ON image.hash = dataset_entry.image_hash
         WHERE dataset_id = ${datasetId} AND ${isMember} GROUP BY source, split ORDER BY source`,
        { name, version },
      ),
    /** How many pictures there are of each size in pixels, and their bytes together. */
    countBySize: (name: string, version: number) =>
      db.all<{ width: number; height: number; pictures: number; sizeBytes: number }>(
        `SELECT width, height, count(*) AS pictures, sum(size_bytes) AS sizeBytes
         FROM dataset_entry JOIN image ON image.hash = dataset_entry.image_hash
         WHERE dataset_id = ${datasetId} AND ${isMember} GROUP BY width, height`,
        { name, version },
      ),
  };
}

function createChanges(db: Database) {
  return {
    /** @returns the new version's number: one above the newest of the name, which is added where it is new. */
    insertVersion(version: NewVersion): number {
      return db.transaction(() => {
        db.run('INSERT INTO dataset (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING', [
          version.name,
          version.createdAt,
        ]);
        const number = insertVersion(db, version);
        writeEntries(db, version, number);
        return number;
      });
    },
  };
}

function insertVersion(db: Database, version: NewVersion): number {
  const row = db.get<{ version: number }>(
    `INSERT INTO dataset_version (dataset_id, version, task, seed, splits, class_names, train_count, val_count, test_count,
       digest, created_at)
     SELECT id, (SELECT coalesce(max(version), 0) + 1 FROM dataset_version WHERE dataset_id = id), :task, :seed,
       :splits,
       :classNames, :train, :val, :test, :digest, :createdAt
     FROM dataset WHERE name = :name RETURNING version`,
    {
      name: version.name,
      task: version.task,
      seed: version.seed,
      splits: version.splits ? JSON.stringify(version.splits) : null,
      classNames: JSON.stringify(version.classNames),
      ...version.counts,
      digest: version.digest,
      createdAt: version.createdAt,
    },
  );
  if (!row) throw new Error(`bug: dataset ${version.name} has no row`);
  return row.version;
}

/** What a statement costs beside its rows is then small. */
const entriesPerStatement = 100;

function writeEntries(db: Database, { name, ended, begun }: NewVersion, version: number): void {
  const id = db.get<{ id: number }>('SELECT id FROM dataset WHERE name = ?', [name])?.id ?? 0;
  for (const imageHash of ended) {
    db.run(
      'UPDATE dataset_entry SET until_version = ? WHERE dataset_id = ? AND image_hash = ? AND until_version IS NULL',
      [version, id, imageHash],
    );
  }
  const write = (entries: readonly NewEntry[]) =>
    db.run(
      `INSERT INTO dataset_entry (dataset_id, image_hash, from_version, revision_id, class_id, split)
       VALUES ${entries.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
      entries.flatMap(({ imageHash, revisionId, classId, split }) => [
        id,
        imageHash,
        version,
        revisionId,
        classId,
        split,
      ]),
    );
  const batched = begun.length - (begun.length % entriesPerStatement);
  for (let start = 0; start < batched; start += entriesPerStatement)
    write(begun.slice(start, start + entriesPerStatement));
  // One by one, so that two statements are kept and not one for each length.
  for (const entry of begun.slice(batched)) write([entry]);
}

interface ChangeRow {
  image_hash: string;
  from_class: string | null;
  from_split: Split | null;
  to_class: string | null;
  to_split: Split | null;
}

function toChange(row: ChangeRow): EntryChange {
  const side = (className: string | null, split: Split | null) =>
    split === null ? null : { className, split };
  return {
    imageHash: row.image_hash,
    from: side(row.from_class, row.from_split),
    to: side(row.to_class, row.to_split),
  };
}

function toVersion(row: VersionRow): DatasetVersion {
  return datasetVersionSchema.parse({
    name: row.name,
    version: row.version,
    task: row.task,
    parentVersion: row.version === 1 ? null : row.version - 1,
    seed: row.seed,
    splits: row.splits === null ? null : JSON.parse(row.splits),
    classNames: JSON.parse(row.class_names),
    counts: { train: row.train_count, val: row.val_count, test: row.test_count },
    digest: row.digest,
    createdAt: row.created_at,
  });
}
