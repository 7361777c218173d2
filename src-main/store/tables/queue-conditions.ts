/** The pictures of the queues that models and measures make, and how they are counted: by index, whatever their number. */
import type { ImageFilter } from '../../../src-preload/contract/image.ts';
import type { RankedOrder, SmartQueue } from '../../../src-preload/contract/queue-order.ts';
import type { ReadableDatabase } from '../connection.ts';
import { measureColumns } from './picture-scores.ts';

/** Pictures that a table lists under a condition. */
export interface QueueMembership {
  readonly table: 'picture_score' | 'diverse_picture' | 'disagreement';
  readonly condition: string;
}

/** Of a column or expression that is not named as a column of another table. */
const isLabelled = (hash: string) =>
  `EXISTS (SELECT 1 FROM image_label AS label WHERE label.image_hash = ${hash} AND label.state IN ('labelled','rejected'))`;

const memberships = {
  uncertain: { table: 'picture_score', condition: 'is_open = 1' },
  diverse: { table: 'diverse_picture', condition: `NOT ${isLabelled('diverse_picture.image_hash')}` },
  disagreement: { table: 'disagreement', condition: 'TRUE' },
  suspect: { table: 'picture_score', condition: 'is_suspect = 1' },
} as const satisfies Record<SmartQueue, QueueMembership>;

export function toQueueMembership(queue: SmartQueue): QueueMembership {
  return memberships[queue];
}

/** What is joined to the picture for an order, and the term that it is ordered by, the highest first. */
export interface RankedTerms {
  readonly join: string;
  readonly term: string;
}

const measureTerms = Object.fromEntries(
  Object.entries(measureColumns).map(([measure, column]) => [
    measure,
    {
      join: `JOIN picture_score AS rank ON rank.image_hash = image.hash AND rank.is_open = 1`,
      term: `rank.${column}`,
    },
  ]),
) as Record<keyof typeof measureColumns, RankedTerms>;

export const rankedTerms: Readonly<Record<RankedOrder, RankedTerms>> = {
  ...measureTerms,
  diverse: { join: 'JOIN diverse_picture AS rank ON rank.image_hash = image.hash', term: '-rank.rank' },
  disagreement: { join: 'JOIN disagreement AS rank ON rank.image_hash = image.hash', term: 'rank.degree' },
  suspect: {
    join: 'JOIN picture_score AS rank ON rank.image_hash = image.hash AND rank.is_suspect = 1',
    term: 'rank.suspicion',
  },
};

export function createQueueCounts(db: ReadableDatabase) {
  const read = (sql: string) => db.get<{ count: number }>(sql)?.count ?? 0;
  return {
    /** With those that are set aside. */
    countPictures: (): number => read(countPictures),
    /**
     * Of one of the desk's queues without further conditions. What is set aside is taken off afterwards, so that the
     * count costs an index and the few that are set aside, not a look at every picture.
     */
    count(filter: ImageFilter): number {
      const { sql, aside } = toCounts(filter);
      return read(sql) - read(aside);
    },
  };
}

/** What a count runs, for a look at its plan. */
export function explainQueueCount(db: ReadableDatabase, filter: ImageFilter): string[] {
  return db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${toCounts(filter).sql}`).map(({ detail }) => detail);
}

function toCounts(filter: ImageFilter): { readonly sql: string; readonly aside: string } {
  const { table, condition } = toPart(filter);
  const all = `SELECT count(*) AS count FROM ${table} WHERE ${condition}`;
  const among = `SELECT count(*) AS count FROM set_aside
    WHERE EXISTS (SELECT 1 FROM ${table} WHERE ${table}.image_hash = set_aside.image_hash AND ${condition})`;
  if (filter.labelled !== false && Object.keys(filter).length > 0) return { sql: all, aside: among };
  if (filter.labelled !== false) {
    return { sql: countPictures, aside: 'SELECT count(*) AS count FROM set_aside' };
  }
  return {
    sql: `SELECT (${countPictures}) - (${all}) AS count`,
    aside: `SELECT (SELECT count(*) FROM set_aside) - (${among}) AS count`,
  };
}

const countPictures = 'SELECT count(*) AS count FROM image';

function toPart({ queue, state }: ImageFilter): { readonly table: string; readonly condition: string } {
  if (queue) return memberships[queue];
  return { table: 'image_label', condition: `image_label.state = '${state ?? 'labelled'}'` };
}
