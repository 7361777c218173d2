/** The boxes of pictures: each is valid from one revision until another, so that a stroke writes what it changes. */
import {
  type Box,
  boxAttributesSchema,
  boxSchema,
  type LabelSource,
} from '../../../src-preload/contract/annotation.ts';
import type { BoxId, ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Database, ReadableDatabase } from '../connection.ts';

/** A box as a step puts it on a picture. */
export interface BoxPut {
  readonly id: BoxId;
  readonly classId: number;
  /** Pixels of the upright picture; x and y are the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly attributes: Box['attributes'];
  /** Of a box that is new to the picture; absent: the step's. A box that is there keeps its own. */
  readonly origin?: BoxOrigin | undefined;
  /** Of a box that is there again; absent: behind the picture's other boxes. */
  readonly position?: number;
}

export interface BoxOrigin {
  readonly source: LabelSource;
  readonly author: string;
  readonly score: number | null;
  readonly model: string | null;
}

interface BoxRow {
  box_id: BoxId;
  position: number;
  class_id: number;
  className: string;
  x: number;
  y: number;
  width: number;
  height: number;
  source: LabelSource;
  author: string;
  score: number | null;
  model: string | null;
  attributes: string;
}

/** What a change of a picture's boxes comes to: boxes that are as asked for already, or not there, are left out. */
export interface BoxDifference {
  readonly put: readonly BoxPut[];
  readonly removed: readonly BoxId[];
  /** The rows that the difference ends. */
  readonly before: ReadonlyMap<BoxId, BoxOrigin & { readonly position: number }>;
}

const selectBoxes = `
  SELECT box_id, annotation_box.position, class_id, class.name AS className, x, y, width, height, source, author, score,
    model, attributes
  FROM annotation_box JOIN class ON class.id = annotation_box.class_id`;

/** Of the revision `:revision` of a picture, beside its hash. */
const isValid = 'from_revision <= :revision AND (until_revision IS NULL OR until_revision > :revision)';

export function createBoxQueries(db: ReadableDatabase) {
  return {
    /** As they stand, in the order in which they were made. */
    listBoxes: (imageHash: ImageHash): Box[] => listOpen(db, imageHash).map(toBox),
    /** As they were with one of the picture's revisions. */
    listBoxesAt: (imageHash: ImageHash, revision: number): Box[] =>
      db
        .all<BoxRow>(
          `${selectBoxes} WHERE image_hash = :imageHash AND ${isValid} ORDER BY annotation_box.position, box_id`,
          {
            imageHash,
            revision,
          },
        )
        .map(toBox),
  };
}

export function findBoxDifference(
  db: ReadableDatabase,
  imageHash: ImageHash,
  { put = [], remove = [] }: { readonly put?: readonly BoxPut[]; readonly remove?: readonly BoxId[] },
): BoxDifference {
  if (put.length === 0 && remove.length === 0) return { put: [], removed: [], before: new Map() };
  const wanted = new Map(put.map((box) => [box.id, box]));
  const open = new Map(
    listNamed(db, imageHash, [...wanted.keys(), ...remove]).map((row) => [row.box_id, row]),
  );
  const changed = [...wanted.values()].filter((box) => !isSame(open.get(box.id), box));
  const removed = [...new Set(remove)].filter((id) => open.has(id) && !wanted.has(id));
  const ended = [...changed.map(({ id }) => id), ...removed].flatMap((id) => open.get(id) ?? []);
  return { put: changed, removed, before: new Map(ended.map((row) => [row.box_id, row])) };
}

/** Writes the difference as the picture's revision. @param origin of boxes that bring none */
export function writeBoxDifference(
  db: Database,
  imageHash: ImageHash,
  revision: number,
  { put, before }: BoxDifference,
  origin: BoxOrigin,
): void {
  for (const id of before.keys()) {
    db.run(
      'UPDATE annotation_box SET until_revision = ? WHERE image_hash = ? AND box_id = ? AND until_revision IS NULL',
      [revision, imageHash, id],
    );
  }
  let position = put.every(({ id }) => before.has(id)) ? 0 : findNextPosition(db, imageHash);
  for (const box of put) {
    const kept = before.get(box.id);
    const added = () => ({ ...(box.origin ?? origin), position: box.position ?? position++ });
    insertBox(db, imageHash, revision, box, kept ?? added());
  }
}

/**
 * The way back from a revision, of boxes that are still as it left them: what it put is as it was before or gone, what it
 * took away is there again.
 */
export function listBoxReversal(
  db: ReadableDatabase,
  imageHash: ImageHash,
  revision: number,
): { put: BoxPut[]; remove: BoxId[] } {
  const rowsOf = (condition: string) =>
    db
      .all<BoxRow>(`${selectBoxes} WHERE image_hash = :imageHash AND ${condition}`, { imageHash, revision })
      .map((row) => [row.box_id, row] as const);
  const left = new Map(rowsOf('from_revision = :revision'));
  const before = new Map(rowsOf('until_revision = :revision'));
  if (left.size === 0 && before.size === 0) return { put: [], remove: [] };
  const open = new Map(listOpen(db, imageHash).map((row) => [row.box_id, row]));
  const isAsLeft = (id: BoxId): boolean => {
    const row = left.get(id);
    return row ? isSame(open.get(id), toPut(row)) : !open.has(id);
  };
  return {
    put: [...before.values()].filter(({ box_id }) => isAsLeft(box_id)).map(toPut),
    remove: [...left.keys()].filter((id) => !before.has(id) && isAsLeft(id)),
  };
}

function listOpen(db: ReadableDatabase, imageHash: ImageHash): BoxRow[] {
  return db.all<BoxRow>(
    `${selectBoxes} WHERE image_hash = ? AND until_revision IS NULL ORDER BY annotation_box.position, box_id`,
    [imageHash],
  );
}

/** Those that are among the ids: a stroke on a crowded picture looks at what it names alone. */
function listNamed(db: ReadableDatabase, imageHash: ImageHash, ids: readonly BoxId[]): BoxRow[] {
  return db.all<BoxRow>(
    `${selectBoxes} WHERE image_hash = ? AND until_revision IS NULL AND box_id IN (SELECT value FROM json_each(?))`,
    [imageHash, JSON.stringify(ids)],
  );
}

function findNextPosition(db: ReadableDatabase, imageHash: ImageHash): number {
  const row = db.get<{ position: number }>(
    'SELECT coalesce(max(position) + 1, 0) AS position FROM annotation_box WHERE image_hash = ?',
    [imageHash],
  );
  return row?.position ?? 0;
}

function isSame(row: BoxRow | undefined, box: BoxPut): boolean {
  if (!row || row.class_id !== box.classId || row.attributes !== writeAttributes(box.attributes))
    return false;
  return row.x === box.x && row.y === box.y && row.width === box.width && row.height === box.height;
}

function insertBox(
  db: Database,
  imageHash: ImageHash,
  revision: number,
  { id, classId, x, y, width, height, attributes }: BoxPut,
  { source, author, score, model, position }: BoxOrigin & { readonly position: number },
): void {
  db.run(
    `INSERT INTO annotation_box (image_hash, box_id, from_revision, position, class_id, x, y, width, height, source,
       author, score, model, attributes)
     VALUES (:imageHash, :id, :revision, :position, :classId, :x, :y, :width, :height, :source, :author, :score, :model,
       :attributes)`,
    {
      ...{ imageHash, id, revision, position, classId, x, y, width, height, source, author, score, model },
      attributes: writeAttributes(attributes),
    },
  );
}

/** By name, so that equal attributes are equal texts. */
function writeAttributes(attributes: Box['attributes']): string {
  return JSON.stringify(Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function readAttributes(text: string): Box['attributes'] {
  return boxAttributesSchema.parse(JSON.parse(text));
}

function toPut({ box_id, class_id, attributes, ...row }: BoxRow): BoxPut {
  const { x, y, width, height, position, source, author, score, model } = row;
  return {
    ...{ id: box_id, classId: class_id, x, y, width, height, position },
    attributes: readAttributes(attributes),
    origin: { source, author, score, model },
  };
}

function toBox({ box_id, attributes, ...row }: BoxRow): Box {
  return boxSchema.parse({ ...row, id: box_id, attributes: readAttributes(attributes) });
}
