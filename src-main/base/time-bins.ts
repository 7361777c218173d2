/** Bins of calendar time: hours, days, weeks, months as people count them, so that no bin is cut at an odd minute. */
import type { TimeUnit } from '../../src-preload/contract/image-map.ts';

export interface TimeBins {
  readonly unit: TimeUnit;
  /** Milliseconds since 1970; one more than there are bins. A bin begins with its edge and ends before the next. */
  readonly edges: number[];
}

/** The shortest unit of which at most `most` bins cover `from` to `to`, both included, in the zone of this machine. */
export function toTimeBins(from: number, to: number, most: number): TimeBins {
  for (const unit of Object.keys(units) as TimeUnit[]) {
    const edges = listEdges(unit, from, to, most);
    if (edges) return { unit, edges };
  }
  return { unit: 'decade', edges: [from, to + 1] };
}

/** Undefined where more than `most` bins are needed. */
function listEdges(unit: TimeUnit, from: number, to: number, most: number): number[] | undefined {
  const { begin, next, longestMs } = units[unit];
  if (to - from > most * longestMs) return undefined;
  const edges = [begin(new Date(from)).getTime()];
  for (let edge = edges[0] ?? from; edge <= to; ) {
    if (edges.length > most) return undefined;
    edge = next(new Date(edge)).getTime();
    edges.push(edge);
  }
  return edges;
}

interface CalendarUnit {
  /** The beginning of the unit that holds a moment. */
  readonly begin: (at: Date) => Date;
  /** The beginning after a beginning. */
  readonly next: (at: Date) => Date;
  /** At least what any of them lasts: days and years differ. */
  readonly longestMs: number;
}

const hourMs = 3_600_000;
const dayMs = 25 * hourMs;

/** The shortest first. */
const units = {
  minute: clock(60_000),
  quarterHour: clock(15 * 60_000),
  hour: clock(hourMs),
  sixHours: {
    begin: (at) => day(at, 0, Math.floor(at.getHours() / 6) * 6),
    next: (at) => day(at, 0, at.getHours() + 6),
    longestMs: 7 * hourMs,
  },
  day: { begin: (at) => day(at), next: (at) => day(at, 1), longestMs: dayMs },
  week: {
    begin: (at) => day(at, -((at.getDay() + 6) % 7)),
    next: (at) => day(at, 7),
    longestMs: 7 * dayMs,
  },
  month: months(1),
  quarter: months(3),
  year: months(12),
  decade: months(120),
} as const satisfies Record<TimeUnit, CalendarUnit>;

/** Zones are off by quarters of an hour at most, so that these lie alike in all. */
function clock(ms: number): CalendarUnit {
  const shift = (at: Date) => -at.getTimezoneOffset() * 60_000;
  return {
    begin: (at) => new Date(Math.floor((at.getTime() + shift(at)) / ms) * ms - shift(at)),
    next: (at) => new Date(at.getTime() + ms),
    longestMs: ms,
  };
}

function months(count: number): CalendarUnit {
  const monthsOf = (at: Date) => at.getFullYear() * 12 + at.getMonth();
  const toDate = (month: number) => new Date(Math.floor(month / 12), month % 12, 1);
  return {
    begin: (at) => toDate(Math.floor(monthsOf(at) / count) * count),
    next: (at) => toDate(monthsOf(at) + count),
    longestMs: count * 31 * dayMs,
  };
}

function day(at: Date, later = 0, hour = 0): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + later, hour);
}
