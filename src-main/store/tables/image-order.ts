/** The orders of a list of pictures, and the cheapest way to a window of it. */
import type { ListOrder } from '../../../src-preload/contract/image.ts';
import type { RankedOrder } from '../../../src-preload/contract/queue-order.ts';
import { type Conditions, type SqlQuery, toWhere } from './image-where.ts';
import { rankedTerms } from './queue-conditions.ts';

/**
 * A walk goes through the pictures in their order, by an index, and asks for each whether it is a member, until the page
 * is full; otherwise all members are looked up and sorted. The first costs (offset + limit) ∙ pictures / matches, the
 * second the number of matches, each at the cost of two steps of a walk.
 */
export interface Page {
  readonly order: ListOrder;
  readonly offset: number;
  readonly limit: number;
  /** The list is looked through from its end, where the page is nearer to that: what is found comes in reverse. */
  readonly isBackwards: boolean;
  readonly isWalk: boolean;
}

const lookupCost = 2;

interface Window {
  readonly order: ListOrder;
  readonly offset: number;
  readonly limit: number;
}

/** @param of `total` matches among `images` in all */
export function choosePage(
  { memberships }: Conditions,
  window: Window,
  of: { readonly total: number; readonly images: number },
): Page {
  const { order } = window;
  const limit = Math.min(window.limit, of.total - window.offset);
  const { join, isLed = false } = orders[order];
  const isSorted = join !== undefined;
  // Pictures without a label are mostly the newest: from the oldest on, the walk would be long.
  const isOneWay = memberships.some(({ table, isNegated }) => isNegated && table !== 'set_aside');
  const behind = isOneWay || isSorted ? Number.POSITIVE_INFINITY : of.total - window.offset - limit;
  const offset = Math.min(window.offset, behind);
  const isWalk = isLed || (!isSorted && (offset + limit) * of.images < lookupCost * of.total * of.total);
  return { order, offset, limit, isBackwards: behind < window.offset, isWalk };
}

/** @param column of the picture: what is found of it */
export function toPageQuery(
  conditions: Conditions,
  page: Page,
  column: 'sequence' | 'hash' | 'placeholder',
): SqlQuery {
  const { by, join } = orders[page.order];
  const terms = by.map(
    ([term, direction]) => `${term} ${page.isBackwards ? opposite[direction] : direction}`,
  );
  const sql = `SELECT image.${column} AS found FROM image ${join ?? ''} ${toWhere(conditions, page.isWalk)}
    ORDER BY ${terms.join(', ')} LIMIT :limit OFFSET :offset`;
  return { sql, parameters: { ...conditions.parameters, offset: page.offset, limit: page.limit } };
}

type Direction = 'ASC' | 'DESC';

interface OrderTerms {
  readonly by: readonly (readonly [term: string, direction: Direction])[];
  /** Of what the terms need beside the picture: no index has it in this order, unless what is joined leads. */
  readonly join?: string;
  /** What is joined has an index in this order, and is walked through. */
  readonly isLed?: boolean;
}

const opposite = { ASC: 'DESC', DESC: 'ASC' } as const;
const label = 'LEFT JOIN image_label AS label ON label.image_hash = image.hash';

const ranked = Object.fromEntries(
  Object.entries(rankedTerms).map(([order, { join, term }]): [string, OrderTerms] => [
    order,
    {
      join,
      isLed: true,
      by: [
        [term, 'DESC'],
        ['rank.image_hash', 'DESC'],
      ],
    },
  ]),
) as Record<RankedOrder, OrderTerms>;

/** Every order but those of certainty has an index of its own. */
const orders: Readonly<Record<ListOrder, OrderTerms>> = {
  ...ranked,
  newest: { by: [['image.sequence', 'DESC']] },
  oldest: { by: [['image.sequence', 'ASC']] },
  latest: toTerms('image.taken_at', 'DESC'),
  earliest: toTerms('image.taken_at', 'ASC'),
  nameAscending: toTerms('image.file_name COLLATE NOCASE', 'ASC'),
  nameDescending: toTerms('image.file_name COLLATE NOCASE', 'DESC'),
  largest: toTerms('image.size_bytes', 'DESC'),
  smallest: toTerms('image.size_bytes', 'ASC'),
  uncertain: { by: toCertainty('ASC'), join: label },
  confident: { by: toCertainty('DESC'), join: label },
};

function toTerms(term: string, direction: Direction): OrderTerms {
  return {
    by: [
      [term, direction],
      ['image.sequence', direction],
    ],
  };
}

function toCertainty(direction: Direction): OrderTerms['by'] {
  return [
    ['label.certainty IS NULL', 'ASC'],
    ['label.certainty', direction],
    ['image.sequence', 'DESC'],
  ];
}
