/** How pictures are found and counted: tens of milliseconds at 100,000 pictures, whatever the filter. */
import type { ImageHash, Split } from '../../../src-preload/contract/ids.ts';
import { type Image, type ImageFilter, imageSchema } from '../../../src-preload/contract/image.ts';
import { InvalidReferenceError, parseDatasetReference } from '../../../src-preload/contract/reference.ts';
import { AppError } from '../../base/app-error.ts';
import type { ReadableDatabase } from '../connection.ts';
import { toConfusionCondition, toErrorCondition } from './evaluation-conditions.ts';
import { isOpenAgain, toOverlapBound } from './overlap-conditions.ts';
import { hasSetAside, type QualityMembership, toQualityConditions } from './quality-conditions.ts';
import { readSettings } from './settings.ts';

/** uncertain: what a model was least sure of first, then those that none has looked at, the newest first. */
export type ImageOrder = 'newest' | 'uncertain';

export interface ImageWindow {
  readonly filter: ImageFilter;
  /** newest if absent. */
  readonly order?: ImageOrder | undefined;
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

type Parameters = Record<string, string | number | null>;

/** Pictures that a table lists, or does not list, under a condition. */
interface Membership {
  readonly table:
    | 'image_label'
    | 'image_class'
    | 'opinion'
    | 'dataset_entry'
    | 'evaluation_prediction'
    | 'evaluation_picture'
    | QualityMembership['table'];
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
     * A class together with a dataset is the class that the picture has in that version.
     * @throws {AppError} INPUT_INVALID, NOT_FOUND for the dataset of the filter
     */
    list({ filter, order = 'newest', offset, limit }: ImageWindow): { images: Image[]; total: number } {
      const conditions = toConditions(db, filter);
      const { images, total } = countMatching(db, conditions);
      if (offset >= total) return { images: [], total };
      if (order === 'uncertain') return { images: listUncertain(db, conditions, { offset, limit }), total };
      const page = toPageQuery(conditions, choosePage(conditions, { offset, limit, total, images }));
      return { images: db.all(page.sql, page.parameters).map((row) => imageSchema.parse(row)), total };
    },
    count: (): ImageCounts => readCounts(db),
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

/** @returns `images` of the station in all, and `total` of those that are meant */
function countMatching(db: ReadableDatabase, conditions: Conditions): { images: number; total: number } {
  const images = countAll(db);
  const { sql, parameters } = toCountQuery(conditions);
  const counted = db.get<{ count: number }>(sql, parameters)?.count ?? 0;
  return { images, total: toTotal(conditions, images, counted) };
}

/** What is set aside is left out; where nothing is, it is not asked for. */
function readCounts(db: ReadableDatabase): ImageCounts {
  const isIn = (hash: string) =>
    hasSetAside(db) ? `NOT EXISTS (SELECT 1 FROM set_aside WHERE set_aside.image_hash = ${hash})` : 'TRUE';
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

function toConditions(db: ReadableDatabase, filter: ImageFilter): Conditions {
  const parts = [
    toLabelConditions(db, filter),
    toDatasetConditions(db, filter),
    toEvaluationConditions(db, filter),
    toQualityConditions(db, filter),
    toColumnConditions(filter),
  ];
  return {
    memberships: parts.flatMap(({ memberships }) => memberships ?? []),
    columns: parts.flatMap(({ columns }) => columns ?? []),
    parameters: Object.assign({}, ...parts.map(({ parameters }) => parameters ?? {})),
  };
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
  const isOneWay = memberships.some(({ table, isNegated }) => isNegated && table !== 'set_aside');
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

function listUncertain(
  db: ReadableDatabase,
  conditions: Conditions,
  window: { readonly offset: number; readonly limit: number },
): Image[] {
  const rows = db.all<{ sequence: number }>(
    `SELECT image.sequence FROM image LEFT JOIN image_label ON image_label.image_hash = image.hash
     ${toWhere(conditions, true)} ORDER BY certainty IS NULL, certainty, image.sequence DESC LIMIT :limit OFFSET :offset`,
    { ...conditions.parameters, ...window },
  );
  const found = db
    .all(selectImages('SELECT value FROM json_each(:sequences)'), {
      sequences: JSON.stringify(rows.map(({ sequence }) => sequence)),
    })
    .map((row) => imageSchema.parse(row));
  const bySequence = new Map(found.map((image) => [image.sequence, image]));
  return rows.flatMap(({ sequence }) => bySequence.get(sequence) ?? []);
}

/** Conditions on the picture's own columns leave few enough to ask for each, except beside a cell of a matrix. */
function toWhere({ memberships, columns }: Conditions, isWalk: boolean): string {
  const isAsked = isWalk || columns.length > 0;
  const members = memberships.map((membership) => {
    const isOfEvaluation = membership.table.startsWith('evaluation_');
    const isLookedUp = isOfEvaluation ? !isWalk : !isAsked;
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
      class.name AS className, coalesce(image_label.state, 'none') AS state,
      coalesce(image_label.box_count, 0) AS boxCount,
      CASE WHEN coalesce(image_label.state, 'none') = 'none' THEN NULL ELSE step.source END AS labelSource
    FROM image
    LEFT JOIN image_label ON image_label.image_hash = image.hash
    LEFT JOIN class ON class.id = image_label.class_id
    LEFT JOIN annotation_revision AS revision ON revision.id = image_label.revision_id
    LEFT JOIN annotation_step AS step ON step.id = revision.step_id
    WHERE image.sequence IN (${sequences}) ORDER BY image.sequence DESC`;
}
