/** How fast people label, told from when they finished pictures. */

/** A longer gap was a pause, not work. */
const longestGapMs = 5 * 60_000;
/** Gaps that the pace is taken from: what was long ago does not count. */
export const paceGaps = 30;
/** Fewer say nothing. */
const fewestGaps = 3;

/**
 * Pictures an hour over the newest gaps between two finished pictures; null until it can be told.
 * @param moments milliseconds, in any order
 */
export function measurePace(moments: readonly number[]): number | null {
  const newest = moments.toSorted((first, second) => first - second).slice(-paceGaps - 1);
  const gaps = newest.slice(1).map((at, index) => at - (newest[index] ?? at));
  const worked = gaps.filter((gap) => gap <= longestGapMs);
  if (worked.length < fewestGaps) return null;
  const workedMs = worked.reduce((sum, gap) => sum + gap, 0);
  return (3_600_000 * worked.length) / Math.max(worked.length, workedMs);
}
