/** Exports of dataset versions, and the pictures of a version with all that an export can tell of them. */
import type { BoxAttributes, LabelSource } from '../../../src-preload/contract/annotation.ts';
import { type DatasetExport, datasetExportSchema } from '../../../src-preload/contract/dataset.ts';
import type { ExportId, ImageHash, Split } from '../../../src-preload/contract/ids.ts';
import { AppError } from '../../base/app-error.ts';
import type { Database } from '../connection.ts';

export type NewExport = Omit<DatasetExport, 'endedAt'>;

/** A picture as it was when its dataset version was made. */
export interface ExportEntry {
  readonly imageHash: ImageHash;
  readonly fileName: string;
  /** Of the file: jpeg, png, … */
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly split: Split;
  /** predicted: a model's suggestion that nobody has accepted; none: nobody has labelled the picture. */
  readonly state: 'labelled' | 'predicted' | 'none';
  /** Of a suggestion. */
  readonly model: string | null;
  /** The picture's own class. */
  readonly className: string | null;
  /** In the order in which they were made. */
  readonly boxes: readonly ExportEntryBox[];
}

export interface ExportEntryBox {
  readonly className: string;
  /** Pixels of the upright picture; x and y are the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number | null;
  readonly source: LabelSource;
  readonly attributes: BoxAttributes;
}

const columns = `id, job_id AS jobId, reference, format, folder, pictures, boxes, renamed, losses, started_at AS startedAt,
  ended_at AS endedAt`;
const ofVersion = `dataset_id = (SELECT id FROM dataset WHERE name = :name) AND from_version <= :version
  AND (until_version IS NULL OR until_version > :version) AND (:split IS NULL OR split = :split)`;

export function createExportsTable(db: Database) {
  return {
    /** @throws {AppError} NOT_FOUND */
    get(id: ExportId): DatasetExport {
      const row = db.get<ExportRow>(`SELECT ${columns} FROM dataset_export WHERE id = ?`, [id]);
      if (!row) throw new AppError('NOT_FOUND', `there is no export ${id}`, { data: { id } });
      return toExport(row);
    },
    /** Newest first. */
    list: (limit: number): DatasetExport[] =>
      db
        .all<ExportRow>(
          `SELECT ${columns} FROM dataset_export ORDER BY started_at DESC, rowid DESC LIMIT ?`,
          [limit],
        )
        .map(toExport),
    insert(made: NewExport): void {
      db.run(
        `INSERT INTO dataset_export (id, job_id, reference, format, folder, pictures, boxes, renamed, losses, started_at)
         VALUES (:id, :jobId, :reference, :format, :folder, :pictures, :boxes, :renamed, :losses, :startedAt)`,
        { ...made, losses: JSON.stringify(made.losses) },
      );
    },
    end(id: ExportId, at: number): void {
      db.run('UPDATE dataset_export SET ended_at = ? WHERE id = ? AND ended_at IS NULL', [at, id]);
    },
    /** Chosen pictures as they are labelled now, by hash; of what is neither accepted nor suggested the label is left out. */
    listChosen(imageHashes: readonly ImageHash[]): ExportEntry[] {
      const chosen = { imageHashes: JSON.stringify(imageHashes) };
      const boxes = readChosenBoxes(db, chosen);
      return db
        .all<Omit<ExportEntry, 'boxes'>>(
          `SELECT image.hash AS imageHash, file_name AS fileName, format, width, height,
             coalesce(origin_split, 'train') AS split, coalesce(label.state, 'none') AS state,
             CASE WHEN label.state = 'predicted' AND step.source = 'model' THEN step.author END AS model,
             class.name AS className
           FROM image
           LEFT JOIN image_label AS label ON label.image_hash = image.hash AND label.state IN ('labelled','predicted')
           LEFT JOIN annotation_revision AS revision ON revision.id = label.revision_id
           LEFT JOIN annotation_step AS step ON step.id = revision.step_id
           LEFT JOIN class ON class.id = label.class_id
           WHERE image.hash IN (SELECT value FROM json_each(:imageHashes)) ORDER BY image.hash`,
          chosen,
        )
        .map((entry) => ({ ...entry, boxes: boxes.get(entry.imageHash) ?? [] }));
    },
    /** The pictures of a version, or of one of its splits, by hash. */
    listEntries(name: string, version: number, split?: Split): ExportEntry[] {
      const key = { name, version, split: split ?? null };
      const boxes = readBoxes(db, key);
      return db
        .all<Omit<ExportEntry, 'boxes'>>(
          `SELECT entry.image_hash AS imageHash, file_name AS fileName, format, width, height, split,
             'labelled' AS state, NULL AS model, class.name AS className
           FROM dataset_entry AS entry JOIN image ON image.hash = entry.image_hash
           JOIN annotation_revision AS revision ON revision.id = entry.revision_id
           LEFT JOIN class ON class.id = revision.class_id
           WHERE ${ofVersion} ORDER BY entry.image_hash`,
          key,
        )
        .map((entry) => ({ ...entry, boxes: boxes.get(entry.imageHash) ?? [] }));
    },
  };
}

const boxColumns = `box.image_hash AS imageHash, class.name AS className, x, y, box.width, box.height, score, box.source,
  attributes`;

type BoxRow = Omit<ExportEntryBox, 'attributes'> & {
  readonly imageHash: ImageHash;
  readonly attributes: string;
};

function readBoxes(
  db: Database,
  key: { readonly name: string; readonly version: number; readonly split: Split | null },
): Map<ImageHash, ExportEntryBox[]> {
  const rows = db.iterate<BoxRow>(
    `SELECT ${boxColumns} FROM dataset_entry AS entry
     JOIN annotation_box AS box ON box.image_hash = entry.image_hash AND box.from_revision <= entry.revision_id
       AND (box.until_revision IS NULL OR box.until_revision > entry.revision_id)
     JOIN class ON class.id = box.class_id
     WHERE ${ofVersion} ORDER BY box.image_hash, box.position, box.box_id`,
    key,
  );
  return groupBoxes(rows);
}

function readChosenBoxes(
  db: Database,
  chosen: { readonly imageHashes: string },
): Map<ImageHash, ExportEntryBox[]> {
  const rows = db.iterate<BoxRow>(
    `SELECT ${boxColumns} FROM image_label AS label
     JOIN annotation_box AS box ON box.image_hash = label.image_hash AND box.until_revision IS NULL
     JOIN class ON class.id = box.class_id
     WHERE label.state IN ('labelled','predicted') AND label.image_hash IN (SELECT value FROM json_each(:imageHashes))
     ORDER BY box.image_hash, box.position, box.box_id`,
    chosen,
  );
  return groupBoxes(rows);
}

function groupBoxes(rows: Iterable<BoxRow>): Map<ImageHash, ExportEntryBox[]> {
  const boxes = new Map<ImageHash, ExportEntryBox[]>();
  for (const { imageHash, attributes, ...box } of rows) {
    const known = boxes.get(imageHash) ?? [];
    known.push({ ...box, attributes: JSON.parse(attributes) as BoxAttributes });
    boxes.set(imageHash, known);
  }
  return boxes;
}

type ExportRow = Record<string, unknown> & { readonly losses: string };

function toExport(row: ExportRow): DatasetExport {
  return datasetExportSchema.parse({ ...row, losses: JSON.parse(row.losses) });
}
