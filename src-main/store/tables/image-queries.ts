/** How pictures are found and counted: tens of milliseconds at 100,000 pictures, whatever the filter. */
import type { ImageHash, Split } from '../../../src-preload/contract/ids.ts';
import { type Image, type ImageFilter, imageSchema } from '../../../src-preload/contract/image.ts';
import { InvalidReferenceError, parseDatasetReference } from '../../../src-preload/contract/reference.ts';
import { AppError } from '../../base/app-error.ts';
import type { ReadableDatabase } from '../connection.ts';

export interface ImageWindow {
  readonly filter: ImageFilter;
  /** Pictures to skip, the newest first. */
  readonly offset: number;
  readonly limit: number;
}

export interface ImageCounts {
  total: number;
  labelled: number;
  /** All classes, in the order of their creation. */
  byClass: { className: string; count: number }[];
  bySource: { source: string; count: number }[];
}

type Parameters = Record<string, string | number | null>;

/** Pictures that a table lists, or does not list, under a condition. */
interface Membership {
  readonly table: 'image_label' | 'dataset_entry' | 'evaluation_prediction';
  readonly condition: string;
  readonly isNegated?: boolean;
}

interface Conditions {
  readonly memberships: readonly Membership[];
  /** On columns of the picture itself. */
  readonly columns: readonly string[];
  readonly parameters: Parameters;
}

export interface SqlQuery {
  readonly sql: string;
  readonly parameters: Parameters;
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
     * Newest first. A class together with a dataset is the class that the picture has in that version.
     * @throws {AppError} INPUT_INVALID, NOT_FOUND for the dataset of the filter
     */
    list({ filter, offset, limit }: ImageWindow): { images: Image[]; total: number } {
      const conditions = toConditions(db, filter);
      const images = countAll(db);
      const count = toCountQuery(conditions);
      const total = toTotal(
        conditions,
        images,
        db.get<{ count: number }>(count.sql, count.parameters)?.count ?? 0,
      );
      if (offset >= total) return { images: [], total };
      const page = toPageQuery(conditions, choosePage(conditions, { offset, limit, total, images }));
      return { images: db.all(page.sql, page.parameters).map((row) => imageSchema.parse(row)), total };
    },
    count: (): ImageCounts => readCounts(db),
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
): { count: string[]; lookup: string[]; walk: string[] } {
  const conditions = toConditions(db, filter);
  const explain = ({ sql, parameters }: SqlQuery) =>
    db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters).map(({ detail }) => detail);
  const page: Page = { offset: 0, limit: 200, order: 'DESC', isWalk: true };
  return {
    count: explain(toCountQuery(conditions)),
    lookup: explain(toPageQuery(conditions, { ...page, isWalk: false })),
    walk: explain(toPageQuery(conditions, page)),
  };
}

function countAll(db: ReadableDatabase): number {
  return db.get<{ count: number }>('SELECT count(*) AS count FROM image')?.count ?? 0;
}

function readCounts(db: ReadableDatabase): ImageCounts {
  const byClass = db.all<{ className: string; count: number }>(
    `SELECT class.name AS className, count(image_label.class_id) AS count
     FROM class LEFT JOIN image_label ON image_label.class_id = class.id GROUP BY class.id ORDER BY class.position`,
  );
  return {
    total: countAll(db),
    labelled: byClass.reduce((sum, { count }) => sum + count, 0),
    byClass,
    bySource: db.all('SELECT source, count(*) AS count FROM image GROUP BY source ORDER BY source'),
  };
}

function toConditions(db: ReadableDatabase, filter: ImageFilter): Conditions {
  const parts = [
    toLabelConditions(filter),
    toDatasetConditions(db, filter),
    toConfusionConditions(filter),
    toColumnConditions(filter),
  ];
  return {
    memberships: parts.flatMap(({ memberships }) => memberships ?? []),
    columns: parts.flatMap(({ columns }) => columns ?? []),
    parameters: Object.assign({}, ...parts.map(({ parameters }) => parameters ?? {})),
  };
}

const hasClass = 'class_id = (SELECT id FROM class WHERE name = :className)';

function toLabelConditions({ className, labelled, dataset }: ImageFilter): Partial<Conditions> {
  const memberships: Membership[] = [];
  if (className !== undefined && dataset === undefined) {
    memberships.push({ table: 'image_label', condition: hasClass });
  }
  if (labelled !== undefined && memberships.length + Number(labelled) < 2) {
    memberships.push({ table: 'image_label', condition: 'class_id IS NOT NULL', isNegated: !labelled });
  }
  return { memberships, parameters: className === undefined ? {} : { className } };
}

function toDatasetConditions(db: ReadableDatabase, { dataset, className }: ImageFilter): Partial<Conditions> {
  if (dataset === undefined) return {};
  const { id, version, split } = findDataset(db, dataset);
  const condition = [
    'dataset_id = :datasetId AND from_version <= :version AND (until_version IS NULL OR until_version > :version)',
    ...(split === undefined ? [] : ['split = :split']),
    ...(className === undefined ? [] : [hasClass]),
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

function toConfusionConditions({ confusion }: ImageFilter): Partial<Conditions> {
  if (confusion === undefined) return {};
  const { evaluationId, trueClass, predictedClass } = confusion;
  const condition = [
    'evaluation_id = :evaluationId',
    ...(trueClass === undefined ? [] : ['true_class = :trueClass']),
    ...(predictedClass === undefined ? [] : ['predicted_class = :predictedClass']),
  ].join(' AND ');
  return {
    memberships: [{ table: 'evaluation_prediction', condition }],
    parameters: {
      evaluationId,
      ...(trueClass !== undefined && { trueClass }),
      ...(predictedClass !== undefined && { predictedClass }),
    },
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

/** One membership alone is counted in its own table, without a look at the pictures. */
function toCountQuery(conditions: Conditions): SqlQuery {
  const { parameters } = conditions;
  const only = findOnlyMembership(conditions);
  if (only) return { sql: `SELECT count(*) AS count FROM ${only.table} WHERE ${only.condition}`, parameters };
  return { sql: `SELECT count(*) AS count FROM image ${toWhere(conditions, false)}`, parameters };
}

function toTotal(conditions: Conditions, images: number, counted: number): number {
  return findOnlyMembership(conditions)?.isNegated ? images - counted : counted;
}

function findOnlyMembership({ memberships, columns }: Conditions): Membership | undefined {
  return memberships.length === 1 && columns.length === 0 ? memberships[0] : undefined;
}

/**
 * A walk goes through the pictures and asks for each whether it is a member, until the page is full; otherwise all
 * members are looked up and sorted. The first costs (offset + limit) ∙ pictures / matches, the second the number of
 * matches.
 */
interface Page {
  readonly offset: number;
  readonly limit: number;
  /** In which the pictures are looked through: a page near the end is found sooner from there. */
  readonly order: 'DESC' | 'ASC';
  readonly isWalk: boolean;
}

function choosePage(
  { memberships }: Conditions,
  of: { offset: number; limit: number; total: number; images: number },
): Page {
  const limit = Math.min(of.limit, of.total - of.offset);
  // Pictures without a label are mostly the newest: from the oldest on, the walk would be long.
  const isOneWay = memberships.some(({ isNegated }) => isNegated);
  const behind = isOneWay ? Number.POSITIVE_INFINITY : of.total - of.offset - limit;
  const offset = Math.min(of.offset, behind);
  return {
    offset,
    limit,
    order: behind < of.offset ? 'ASC' : 'DESC',
    isWalk: (offset + limit) * of.images < of.total * of.total,
  };
}

function toPageQuery(conditions: Conditions, { offset, limit, order, isWalk }: Page): SqlQuery {
  const page = `SELECT sequence FROM image ${toWhere(conditions, isWalk)} ORDER BY sequence ${order} LIMIT :limit OFFSET :offset`;
  return { sql: selectImages(page), parameters: { ...conditions.parameters, offset, limit } };
}

/** Conditions on the picture's own columns leave few enough to ask for each, except beside a cell of a matrix. */
function toWhere({ memberships, columns }: Conditions, isWalk: boolean): string {
  const isAsked = isWalk || columns.length > 0;
  const members = memberships.map((membership) => {
    const isLookedUp = membership.table === 'evaluation_prediction' ? !isWalk : !isAsked;
    return isLookedUp && !membership.isNegated ? toLookup(membership) : toQuestion(membership);
  });
  const all = [...columns, ...members];
  return all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`;
}

function toLookup({ table, condition }: Membership): string {
  return `image.hash IN (SELECT image_hash FROM ${table} WHERE ${condition})`;
}

function toQuestion({ table, condition, isNegated }: Membership): string {
  const exists = `EXISTS (SELECT 1 FROM ${table} WHERE ${table}.image_hash = image.hash AND ${condition})`;
  return isNegated ? `NOT ${exists}` : exists;
}

/** @param sequences a query for the pictures that are meant */
function selectImages(sequences: string): string {
  return `
    SELECT image.hash, image.sequence, file_name AS fileName, width, height, size_bytes AS sizeBytes, format,
      image.source, import_id AS importId, imported_at AS importedAt, origin_split AS originSplit,
      class.name AS className, CASE WHEN class.id IS NULL THEN NULL ELSE step.source END AS labelSource
    FROM image
    LEFT JOIN image_label ON image_label.image_hash = image.hash
    LEFT JOIN class ON class.id = image_label.class_id
    LEFT JOIN annotation_revision AS revision ON revision.id = image_label.revision_id
    LEFT JOIN annotation_step AS step ON step.id = revision.step_id
    WHERE image.sequence IN (${sequences}) ORDER BY image.sequence DESC`;
}
