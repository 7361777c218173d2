/** Fewer points for a drawn curve: largest-triangle-three-buckets keeps the peaks that an average would hide. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * At most `limit` of `points` (sorted by x), first and last always among them.
 * Source: S. Steinarsson, Downsampling Time Series for Visual Representation, 2013, section 4.2.
 */
export function downsample(points: readonly Point[], limit: number): readonly Point[] {
  const first = points[0];
  const last = points.at(-1);
  if (points.length <= limit || limit < 3 || first === undefined || last === undefined) return points;
  const kept: Point[] = [first];
  const bucketSize = (points.length - 2) / (limit - 2);
  for (let bucket = 0; bucket < limit - 2; bucket += 1) {
    const start = Math.floor(bucket * bucketSize) + 1;
    const end = Math.floor((bucket + 1) * bucketSize) + 1;
    const nextEnd = Math.min(points.length, Math.floor((bucket + 2) * bucketSize) + 1);
    const target = meanOf(points.slice(end, Math.max(end + 1, nextEnd)));
    kept.push(farthest(points.slice(start, end), kept.at(-1) ?? first, target));
  }
  kept.push(last);
  return kept;
}

function meanOf(points: readonly Point[]): Point {
  const sum = points.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 });
  const count = Math.max(1, points.length);
  return { x: sum.x / count, y: sum.y / count };
}

/** The candidate that spans the largest triangle with the point before and the mean after. */
function farthest(candidates: readonly Point[], before: Point, after: Point): Point {
  let best = candidates[0] ?? before;
  let bestArea = -1;
  for (const candidate of candidates) {
    const area = Math.abs(
      (before.x - after.x) * (candidate.y - before.y) - (before.x - candidate.x) * (after.y - before.y),
    );
    if (area > bestArea) [best, bestArea] = [candidate, area];
  }
  return best;
}
