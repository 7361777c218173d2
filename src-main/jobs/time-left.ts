/** How long a job still takes, from how fast it has lately been going. */

export interface TimeLeft {
  /**
   * @param fraction share of the job that is done, 0 to 1.
   * @param nowMs from a clock that never goes backwards.
   * @returns milliseconds to the end, null until there is something to estimate from.
   */
  report(fraction: number, nowMs: number): number | null;
}

/** Nothing is estimated before this much time and this share have been seen. */
const leastTimeMs = 1_500;
const leastShare = 0.002;
/** The rate is a mean over about this long, or this share of the time so far if that is longer. */
const leastMemoryMs = 15_000;
const memoryShare = 0.3;

/**
 * The rate is the ratio of two sums, progress and time, that fade alike: unbiased from the first report on,
 * smooth where reports come in steps, and following where the pace changes. The first report only sets the
 * origin, so that a resumed job's head start is not taken for speed.
 */
export function createTimeLeft(): TimeLeft {
  let last: { fraction: number; atMs: number } | undefined;
  let startMs = 0;
  let progress = 0;
  let time = 0;

  const restart = (fraction: number, nowMs: number): null => {
    last = { fraction, atMs: nowMs };
    startMs = nowMs;
    progress = 0;
    time = 0;
    return null;
  };

  return {
    report(fraction, nowMs) {
      if (last === undefined || fraction < last.fraction) return restart(fraction, nowMs);
      const stepMs = nowMs - last.atMs;
      const memoryMs = Math.max(leastMemoryMs, memoryShare * (nowMs - startMs));
      const kept = Math.exp(-stepMs / memoryMs);
      progress = progress * kept + (fraction - last.fraction);
      time = time * kept + stepMs;
      last = { fraction, atMs: nowMs };
      if (nowMs - startMs < leastTimeMs || progress < leastShare * Math.min(1, time / leastMemoryMs))
        return null;
      return progress > 0 ? ((1 - fraction) * time) / progress : null;
    },
  };
}
