/** The map of the set as rows of cells, in words and as parts of a filter. */
import type { ImageFilter, ImageMap, TimeUnit } from '../../../src-preload/contract/index.ts';

/** What a row stands for: all pictures, a class, or what is not labelled. */
export type MapSubject =
  | { readonly kind: 'all' }
  | { readonly kind: 'class'; readonly className: string }
  | { readonly kind: 'unlabelled' };

export interface MapRow {
  readonly subject: MapSubject;
  readonly name: string;
  readonly counts: readonly number[];
  readonly total: number;
}

/** Bins of a row, the last included. */
export interface MapSpan {
  readonly row: number;
  readonly first: number;
  readonly last: number;
}

export function toMapRows({ totals, classes, unlabelled }: ImageMap): MapRow[] {
  const toRow = (subject: MapSubject, name: string, counts: readonly number[]): MapRow => ({
    ...{ subject, name, counts },
    total: counts.reduce((sum, count) => sum + count, 0),
  });
  return [
    toRow({ kind: 'all' }, 'All', totals),
    ...classes.map(({ className, counts }) => toRow({ kind: 'class', className }, className, counts)),
    toRow({ kind: 'unlabelled' }, 'Unlabelled', unlabelled),
  ];
}

/** The map shows all classes side by side: what is filtered by is marked in it, not taken out of it. */
export function withoutSubject({ className: _, labelled: __, ...filter }: ImageFilter): ImageFilter {
  return filter;
}

/** `filter` for what a row and some of its bins hold; `span` null: the whole row. */
export function filterByMap(
  filter: ImageFilter,
  { subject }: Pick<MapRow, 'subject'>,
  time: { readonly from: number; readonly until: number } | null,
): ImageFilter {
  return {
    ...withoutSubject(filter),
    ...(subject.kind === 'class' && { className: subject.className }),
    ...(subject.kind === 'unlabelled' && { labelled: false }),
    ...(time && { takenFrom: time.from, takenUntil: time.until }),
  };
}

export function isFilteredBy(filter: ImageFilter, { subject }: Pick<MapRow, 'subject'>): boolean {
  if (subject.kind === 'class') return filter.className === subject.className;
  return subject.kind === 'unlabelled' && filter.className === undefined && filter.labelled === false;
}

/** 0 to 1: a root, so that few beside many are still seen. */
export function shadeOf(count: number, most: number): number {
  return count === 0 || most === 0 ? 0 : 0.12 + 0.88 * Math.sqrt(count / most);
}

const clock = { hour: '2-digit', minute: '2-digit' } as const;
const dayOnly = { day: 'numeric', month: 'short', year: 'numeric' } as const;

const formats = {
  minute: { ...dayOnly, ...clock },
  quarterHour: { ...dayOnly, ...clock },
  hour: { ...dayOnly, ...clock },
  sixHours: { ...dayOnly, ...clock },
  day: dayOnly,
  week: dayOnly,
  month: { month: 'short', year: 'numeric' },
  quarter: { month: 'short', year: 'numeric' },
  year: { year: 'numeric' },
  decade: { year: 'numeric' },
} as const satisfies Record<TimeUnit, Intl.DateTimeFormatOptions>;

/** `4 May 2026`, as coarse as the unit. */
export function describeMoment(at: number, unit: TimeUnit): string {
  return new Date(at).toLocaleString('en-GB', formats[unit]);
}

/** `4 May 2026` for one bin of a day, `4 May 2026 until 8 May 2026` for several: the end is left out of them. */
export function describeSpan(
  { edges, unit }: Pick<ImageMap, 'edges' | 'unit'>,
  first: number,
  last: number,
): string {
  const from = describeMoment(edges[first] ?? 0, unit);
  const isOne = first === last && !['week', 'quarter', 'decade', 'quarterHour', 'sixHours'].includes(unit);
  return isOne ? from : `${from} until ${describeMoment(edges[last + 1] ?? 0, unit)}`;
}
