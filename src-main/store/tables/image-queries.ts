/** How pictures are found and counted: tens of milliseconds at 100,000 pictures, whatever the filter. */
import type { ImageHash, Split } from '../../../src-preload/contract/ids.ts';
import {
  type Image,
  type ImageFilter,
  imageSchema,
  type ListOrder,
} from '../../../src-preload/contract/image.ts';
import type { ImageMap } from '../../../src-preload/contract/image-map.ts';
import { InvalidReferenceError, parseDatasetReference } from '../../../src-preload/contract/reference.ts';
import { AppError } from '../../base/app-error.ts';
import type { ReadableDatabase } from '../connection.ts';
import { toCaptureConditions } from './capture-conditions.ts';
import { toConfusionCondition, toErrorCondition } from './evaluation-conditions.ts';
import { type ImageMapWindow, readImageMap } from './image-map.ts';
import { choosePage, type Page, toPageQuery } from './image-order.ts';
import { type Conditions, type Membership, type SqlQuery, toCountQuery, toTotal } from './image-where.ts';
import { isOpenAgain, toOverlapBound } from './overlap-conditions.ts';
import { hasSetAside, toQualityConditions } from './quality-conditions.ts';
import { toQueueMembership } from './queue-conditions.ts';
import { readSettings } from './settings.ts';

export interface ImageWindow {
  readonly filter: ImageFilter;
  /** newest if absent. */
  readonly order?: ListOrder | undefined;
  /** Pictures to skip, in that order. */
  readonly offset: number;
  readonly limit: number;
}

export interface ImageCounts {
  total: number;
  labelled: number;
  /** Pictures of each class or with a box of it; all classes, in the order of their creation. */
  byClass: { className: string; count: number }[];
  bySource: { source: string; count: number }[];
}

export interface OriginCounts {
  /** Null: pictures that do not tell. */
  byCamera: { camera: string | null; count: number }[];
  /** Of labelled pictures, those with most first. */
  byAnnotator: { annotator: string; count: number }[];
  /** Pictures of an earlier version whose header has not been read. */
  unread: number;
}

export function createImageQueries(db: ReadableDatabase) {
  const find = (hash: ImageHash): Image | undefined => {
    const row = db.get(`${selectImages('SELECT sequence FROM image WHERE hash = :hash')}`, { hash });
    return row === undefined ? undefined : imageSchema.parse(row);
  };
  return {
    find,
    /** @throws {AppError} NOT_FOUND */
    get(hash: ImageHash): Image {
      const image = find(hash);
      if (!image) throw new AppError('NOT_FOUND', `there is no picture ${hash}`, { data: { hash } });
      return image;
    },
    /**
     * A class together with a dataset is the class that the picture has in that version.
     * @throws {AppError} INPUT_INVALID, NOT_FOUND for the dataset of the filter
     */
    list(window: ImageWindow): { images: Image[]; total: number } {
      const { found, total } = findPage<number>(db, window, 'sequence');
      return { images: readImages(db, found), total };
    },
    /** In the order of the window. @throws {AppError} as `list` */
    listHashes(window: ImageWindow): { hashes: ImageHash[]; total: number } {
      const { found, total } = findPage<ImageHash>(db, window, 'hash');
      return { hashes: found, total };
    },
    /**
     * Of all that match, in their order: the first four characters of each placeholder.
     * @throws {AppError} as `list`
     */
    listColors({ filter, order = 'newest' }: Omit<ImageWindow, 'offset' | 'limit'>): string {
      const conditions = toConditions(db, filter);
      const of = countMatching(db, conditions);
      const page = choosePage(conditions, { order, offset: 0, limit: of.total }, of);
      const { sql, parameters } = toPageQuery(conditions, page, 'placeholder');
      return (
        db.get<{ colors: string }>(
          `SELECT group_concat(substr(coalesce(found, '----'), 1, 4), '') AS colors FROM (${sql})`,
          parameters,
        )?.colors ?? ''
      );
    },
    /** @throws {AppError} as `list` */
    readMap: ({ filter, bins }: ImageMapWindow): ImageMap => readImageMap(db, toConditions(db, filter), bins),
    count: (): ImageCounts => readCounts(db),
    countOrigins: (): OriginCounts => readOrigins(db),
    /** @throws {AppError} INPUT_INVALID, NOT_FOUND for the dataset of the filter */
    countMatching: (filter: ImageFilter): number => countMatching(db, toConditions(db, filter)).total,
    /** Undefined while there are no pictures. */
    findLastImportAt(): number | undefined {
      return db.get<{ at: number }>('SELECT imported_at AS at FROM image ORDER BY sequence DESC LIMIT 1')?.at;
    },
  };
}

/** What `list` runs for a filter, for a look at its plan. */
export function explainImageQueries(
  db: ReadableDatabase,
  filter: ImageFilter,
  order: ListOrder = 'newest',
): { count: string[]; lookup: string[]; walk: string[] } {
  const conditions = toConditions(db, filter);
  const explain = ({ sql, parameters }: SqlQuery) =>
    db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters).map(({ detail }) => detail);
  const page: Page = { order, offset: 0, limit: 200, isBackwards: false, isWalk: true };
  return {
    count: explain(toCountQuery(conditions)),
    lookup: explain(toPageQuery(conditions, { ...page, isWalk: false }, 'sequence')),
    walk: explain(toPageQuery(conditions, page, 'sequence')),
  };
}

function findPage<Found>(
  db: ReadableDatabase,
  { filter, order = 'newest', offset, limit }: ImageWindow,
  column: 'sequence' | 'hash',
): { found: Found[]; total: number } {
  const conditions = toConditions(db, filter);
  const of = countMatching(db, conditions);
  if (offset >= of.total) return { found: [], total: of.total };
  const page = choosePage(conditions, { order, offset, limit }, of);
  const { sql, parameters } = toPageQuery(conditions, page, column);
  const found = db.all<{ found: Found }>(sql, parameters).map((row) => row.found);
  return { found: page.isBackwards ? found.reverse() : found, total: of.total };
}

function countAll(db: ReadableDatabase): number {
  return db.get<{ count: number }>('SELECT count(*) AS count FROM image')?.count ?? 0;
}

/** @returns `images` of the station in all, and `total` of those that are meant */
function countMatching(db: ReadableDatabase, conditions: Conditions): { images: number; total: number } {
  const images = countAll(db);
  const { sql, parameters } = toCountQuery(conditions);
  const counted = db.get<{ count: number }>(sql, parameters)?.count ?? 0;
  return { images, total: toTotal(conditions, images, counted) };
}

function readCounts(db: ReadableDatabase): ImageCounts {
  const isIn = toIsIn(db);
  const byClass = db.all<{ className: string; count: number }>(
    `SELECT class.name AS className, count(image_class.class_id) AS count
     FROM class LEFT JOIN image_class ON image_class.class_id = class.id AND ${isIn('image_class.image_hash')}
     GROUP BY class.id ORDER BY class.position`,
  );
  const labelled = db.get<{ count: number }>(
    `SELECT count(*) AS count FROM image_label WHERE state = 'labelled' AND ${isIn('image_label.image_hash')}`,
  );
  const bySource = db.all<{ source: string; count: number }>(
    `SELECT source, count(*) AS count FROM image WHERE ${isIn('image.hash')} GROUP BY source ORDER BY source`,
  );
  const total = bySource.reduce((sum, { count }) => sum + count, 0);
  return { total, labelled: labelled?.count ?? 0, byClass, bySource };
}

function readOrigins(db: ReadableDatabase): OriginCounts {
  const isIn = toIsIn(db);
  const byCamera = db.all<{ camera: string | null; count: number }>(
    `SELECT camera, count(*) AS count FROM image WHERE ${isIn('image.hash')} GROUP BY camera ORDER BY camera IS NULL, camera`,
  );
  const byAnnotator = db.all<{ annotator: string; count: number }>(
    `SELECT author AS annotator, count(*) AS count FROM image_label
     WHERE state = 'labelled' AND ${isIn('image_label.image_hash')} GROUP BY author ORDER BY count DESC, author`,
  );
  const unread = db.get<{ count: number }>('SELECT count(*) AS count FROM image WHERE placeholder IS NULL');
  return { byCamera, byAnnotator, unread: unread?.count ?? 0 };
}

/** What is set aside is left out; where nothing is, it is not asked for. */
function toIsIn(db: ReadableDatabase): (hash: string) => string {
  const isAsked = hasSetAside(db);
  return (hash) =>
    isAsked ? `NOT EXISTS (SELECT 1 FROM set_aside WHERE set_aside.image_hash = ${hash})` : 'TRUE';
}

function toConditions(db: ReadableDatabase, filter: ImageFilter): Conditions {
  const parts = [
    toLabelConditions(db, filter),
    toDatasetConditions(db, filter),
    toEvaluationConditions(db, filter),
    toQualityConditions(db, filter),
    toCaptureConditions(db, filter),
    toColumnConditions(filter),
    toQueueConditions(filter),
  ];
  return {
    memberships: parts.flatMap(({ memberships }) => memberships ?? []),
    columns: parts.flatMap(({ columns }) => columns ?? []),
    parameters: Object.assign({}, ...parts.map(({ parameters }) => parameters ?? {})),
  };
}

function toQueueConditions({ queue }: ImageFilter): Partial<Conditions> {
  return queue === undefined ? {} : { memberships: [toQueueMembership(queue)] };
}

const hasClass = 'class_id = (SELECT id FROM class WHERE name = :className)';

/** Known truth, and what another has labelled that is to be answered again, is met among what is not labelled. */
const isLabelledForOthers = `state = 'labelled' AND image_hash NOT IN (SELECT image_hash FROM gold_picture)
  AND NOT ${isOpenAgain}`;

function toLabelConditions(
  db: ReadableDatabase,
  { className, labelled, state, dataset, waitingFor }: ImageFilter,
): Partial<Conditions> {
  const memberships: Membership[] = [];
  if (className !== undefined && dataset === undefined) {
    memberships.push({ table: 'image_class', condition: hasClass });
  }
  if (labelled !== undefined) {
    const condition = waitingFor !== undefined && !labelled ? isLabelledForOthers : `state = 'labelled'`;
    memberships.push({ table: 'image_label', condition, isNegated: !labelled });
  }
  if (waitingFor !== undefined) {
    const condition = `annotator = :annotator AND state IN ('labelled','rejected')`;
    memberships.push({ table: 'opinion', condition, isNegated: true });
  }
  // Most pictures that nobody has looked at have no row.
  if (state === 'none')
    memberships.push({ table: 'image_label', condition: `state <> 'none'`, isNegated: true });
  else if (state !== undefined) memberships.push({ table: 'image_label', condition: 'state = :state' });
  return {
    memberships,
    parameters: {
      ...(className !== undefined && { className }),
      ...(waitingFor !== undefined && {
        annotator: waitingFor,
        overlapBound: toOverlapBound(readSettings(db).team.overlapShare),
      }),
      ...(state !== undefined && state !== 'none' && { state }),
    },
  };
}

/** A box of the class, of the revision that the dataset version holds. */
const hasBoxThen = `EXISTS (SELECT 1 FROM annotation_box AS box WHERE box.image_hash = dataset_entry.image_hash
  AND box.from_revision <= dataset_entry.revision_id
  AND (box.until_revision IS NULL OR box.until_revision > dataset_entry.revision_id)
  AND box.class_id = (SELECT id FROM class WHERE name = :className))`;

function toDatasetConditions(db: ReadableDatabase, { dataset, className }: ImageFilter): Partial<Conditions> {
  if (dataset === undefined) return {};
  const { id, version, split } = findDataset(db, dataset);
  const condition = [
    'dataset_id = :datasetId AND from_version <= :version AND (until_version IS NULL OR until_version > :version)',
    ...(split === undefined ? [] : ['split = :split']),
    ...(className === undefined ? [] : [`(${hasClass} OR ${hasBoxThen})`]),
  ].join(' AND ');
  return {
    memberships: [{ table: 'dataset_entry', condition }],
    parameters: { datasetId: id, version, ...(split !== undefined && { split }) },
  };
}

/** @throws {AppError} INPUT_INVALID, NOT_FOUND */
function findDataset(
  db: ReadableDatabase,
  text: string,
): { id: number; version: number; split: Split | undefined } {
  const { name, version, split } = parseReference(text);
  const row = db.get<{ id: number; version: number }>(
    `SELECT id, version FROM dataset JOIN dataset_version ON dataset_id = id
     WHERE name = :name AND (:version IS NULL OR version = :version) ORDER BY version DESC LIMIT 1`,
    { name, version: version ?? null },
  );
  if (row) return { ...row, split };
  throw new AppError('NOT_FOUND', `there is no dataset version ${text}`, { data: { dataset: text } });
}

function parseReference(text: string) {
  try {
    return parseDatasetReference(text);
  } catch (cause) {
    if (!(cause instanceof InvalidReferenceError)) throw cause;
    throw new AppError(cause.code, cause.message, { data: { dataset: text }, cause });
  }
}

function toEvaluationConditions(
  db: ReadableDatabase,
  { confusion, detectionError }: ImageFilter,
): Partial<Conditions> {
  const asked = [
    ...(confusion === undefined ? [] : [toConfusionCondition(db, confusion)]),
    ...(detectionError === undefined ? [] : [toErrorCondition(detectionError)]),
  ];
  return {
    memberships: asked,
    parameters: Object.assign({}, ...asked.map(({ parameters }) => parameters)),
  };
}

function toColumnConditions({ source, importId, search }: ImageFilter): Partial<Conditions> {
  const patterns = search ? toPatterns(search) : {};
  const names = Object.keys(patterns).map((key) => `image.file_name LIKE :${key} ESCAPE '\\'`);
  return {
    columns: [
      ...(source === undefined ? [] : ['image.source = :source']),
      ...(importId === undefined ? [] : ['image.import_id = :importId']),
      ...(names.length === 0 ? [] : [`(${names.join(' OR ')})`]),
    ],
    parameters: {
      ...patterns,
      ...(source !== undefined && { source }),
      ...(importId !== undefined && { importId }),
    },
  };
}

/** LIKE overlooks the case of ASCII alone: other letters are looked for as typed, in lower and in upper case. */
function toPatterns(search: string): Record<string, string> {
  const variants = isAscii(search) ? [search] : [search, search.toLowerCase(), search.toUpperCase()];
  const patterns = [...new Set(variants)].map((text) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`);
  return Object.fromEntries(patterns.map((pattern, index) => [`search${index}`, pattern]));
}

function isAscii(text: string): boolean {
  return [...text].every((character) => character <= '\u007f');
}

/** In the order of the sequences. */
function readImages(db: ReadableDatabase, sequences: readonly number[]): Image[] {
  const rows = db
    .all(selectImages('SELECT value FROM json_each(:sequences)'), { sequences: JSON.stringify(sequences) })
    .map((row) => imageSchema.parse(row));
  const bySequence = new Map(rows.map((image) => [image.sequence, image]));
  return sequences.flatMap((sequence) => bySequence.get(sequence) ?? []);
}

/** @param sequences a query for the pictures that are meant */
function selectImages(sequences: string): string {
  return `
    SELECT image.hash, image.sequence, file_name AS fileName, width, height, size_bytes AS sizeBytes, format,
      image.source, import_id AS importId, imported_at AS importedAt, origin_split AS originSplit,
      class.name AS className, coalesce(image_label.state, 'none') AS state,
      coalesce(image_label.box_count, 0) AS boxCount,
      CASE WHEN coalesce(image_label.state, 'none') = 'none' THEN NULL ELSE step.source END AS labelSource,
      CASE WHEN coalesce(image_label.state, 'none') = 'none' THEN NULL ELSE image_label.author END AS annotator,
      certainty, camera, taken_at AS takenAt, placeholder,
      CASE WHEN captured_at IS NOT NULL THEN 'camera' WHEN file_time IS NOT NULL THEN 'file' ELSE 'import' END AS takenBy
    FROM image
    LEFT JOIN image_label ON image_label.image_hash = image.hash
    LEFT JOIN class ON class.id = image_label.class_id
    LEFT JOIN annotation_revision AS revision ON revision.id = image_label.revision_id
    LEFT JOIN annotation_step AS step ON step.id = revision.step_id
    WHERE image.sequence IN (${sequences})`;
}
