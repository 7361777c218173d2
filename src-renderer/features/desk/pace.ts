/** How fast a person labels, and how long the rest will take. Pure. */

/** A longer gap was a pause, not work. */
const longestGapMs = 5 * 60_000;
/** Pictures that the pace is taken from: what was long ago does not count. */
const remembered = 30;
/** Fewer say nothing. */
const fewest = 3;

export interface Pace {
  readonly picturesPerHour: number;
  readonly remainingMs: number;
}

/** The moments at which pictures were finished, with one more. */
export function withFinish(moments: readonly number[], at: number): readonly number[] {
  return [...moments, at].slice(-remembered - 1);
}

/** Null until it can be told. @param moments milliseconds, oldest first */
export function measurePace(moments: readonly number[], picturesLeft: number): Pace | null {
  const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? at));
  const worked = gaps.filter((gap) => gap <= longestGapMs);
  if (worked.length < fewest) return null;
  const perPicture = worked.reduce((sum, gap) => sum + gap, 0) / worked.length;
  return { picturesPerHour: 3_600_000 / Math.max(1, perPicture), remainingMs: perPicture * picturesLeft };
}
