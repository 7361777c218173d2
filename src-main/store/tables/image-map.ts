/** How many pictures of each class were taken when, under a filter. */
import type { ImageFilter } from '../../../src-preload/contract/image.ts';
import type { ImageMap } from '../../../src-preload/contract/image-map.ts';
import { type TimeBins, toTimeBins } from '../../base/time-bins.ts';
import type { ReadableDatabase } from '../connection.ts';
import { type Conditions, type SqlQuery, toWhere } from './image-where.ts';

export interface ImageMapWindow {
  readonly filter: ImageFilter;
  /** At most so many bins of time. */
  readonly bins: number;
}

/** The bins cover the pictures that match, and no more. */
export function readImageMap(db: ReadableDatabase, conditions: Conditions, bins: number): ImageMap {
  const [first, last] = [readEnd(db, conditions, 'ASC'), readEnd(db, conditions, 'DESC')];
  if (first === undefined || last === undefined) {
    return { unit: 'day', edges: [], totals: [], classes: [], unlabelled: [] };
  }
  const time = toTimeBins(first, last, bins);
  const { pictures, boxes } = toMapQueries(conditions, time);
  const cells = db.all<PictureCell>(pictures.sql, pictures.parameters);
  const shown: ClassCell[] = cells.some(({ hasBoxes }) => hasBoxes === 1)
    ? [...cells, ...db.all<ClassCell>(boxes.sql, boxes.parameters)]
    : cells;
  const toCounts = (some: readonly Cell[]) => spread(some, time.edges.length - 1);
  const byClass = Map.groupBy(shown, ({ classId }) => classId);
  const classes = db.all<{ id: number; name: string }>('SELECT id, name FROM class ORDER BY position');
  return {
    ...time,
    totals: toCounts(cells),
    classes: classes.flatMap(({ id, name }) => {
      const some = byClass.get(id);
      return some ? [{ className: name, counts: toCounts(some) }] : [];
    }),
    unlabelled: toCounts(cells.filter(({ isLabelled }) => isLabelled === 0)),
  };
}

interface Cell {
  readonly bin: number;
  readonly count: number;
}

interface ClassCell extends Cell {
  /** Null: without a class, or with boxes, which are asked for apart. */
  readonly classId: number | null;
}

interface PictureCell extends ClassCell {
  readonly isLabelled: 0 | 1;
  readonly hasBoxes: 0 | 1;
}

function readEnd(
  db: ReadableDatabase,
  conditions: Conditions,
  direction: 'ASC' | 'DESC',
): number | undefined {
  const sql = `SELECT image.taken_at AS at FROM image ${toWhere(conditions, true)}
    ORDER BY image.taken_at ${direction} LIMIT 1`;
  return db.get<{ at: number }>(sql, conditions.parameters)?.at;
}

/** In the order of the hashes, as the labels lie: going along beats looking up. */
const pictures = 'image INDEXED BY image_by_hash';

/** A picture without boxes has the class of its label; those with boxes are asked for all that they show. */
function toMapQueries(conditions: Conditions, { edges }: TimeBins): Record<'pictures' | 'boxes', SqlQuery> {
  const { parameters } = conditions;
  const where = toWhere(conditions, true);
  const bin = toBinTerm(edges, 0, edges.length - 1);
  const tags = `SELECT ${bin} AS bin, coalesce(label.state = 'labelled', 0) AS isLabelled,
      coalesce(label.box_count > 0, 0) AS hasBoxes,
      CASE label.box_count WHEN 0 THEN label.class_id END AS classId, count(*) AS count
    FROM ${pictures} LEFT JOIN image_label AS label ON label.image_hash = image.hash ${where}
    GROUP BY bin, isLabelled, hasBoxes, classId`;
  const boxes = `SELECT ${bin} AS bin, shown.class_id AS classId, count(*) AS count
    FROM ${pictures}
    CROSS JOIN image_label AS label ON label.image_hash = image.hash AND label.box_count > 0
    CROSS JOIN image_class AS shown ON shown.image_hash = image.hash ${where} GROUP BY bin, shown.class_id`;
  return { pictures: { sql: tags, parameters }, boxes: { sql: boxes, parameters } };
}

/** The bin of a picture among `first` to `last`, by halves. The edges are whole numbers: safe within SQL. */
function toBinTerm(edges: readonly number[], first: number, last: number): string {
  if (last - first === 1) return String(first);
  const middle = Math.floor((first + last) / 2);
  const [below, above] = [toBinTerm(edges, first, middle), toBinTerm(edges, middle, last)];
  return `CASE WHEN image.taken_at < ${edges[middle]} THEN ${below} ELSE ${above} END`;
}

function spread(cells: readonly Cell[], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const { bin, count } of cells) counts[bin] = (counts[bin] ?? 0) + count;
  return counts;
}
