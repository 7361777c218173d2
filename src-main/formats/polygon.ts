/** The upright box around a polygon. */

/**
 * @param points x and y by turns
 * @returns NaN throughout for fewer than two points, an odd count, or what is no number
 */
export function boundPoints(points: readonly number[]) {
  const isWhole = points.length >= 4 && points.length % 2 === 0 && points.every(Number.isFinite);
  const bounds = { left: Number.NaN, top: Number.NaN, right: Number.NaN, bottom: Number.NaN };
  if (!isWhole) return bounds;
  const [first = 0, second = 0] = points;
  const found = { left: first, top: second, right: first, bottom: second };
  for (let index = 2; index < points.length; index += 2) {
    const x = points[index] ?? 0;
    const y = points[index + 1] ?? 0;
    found.left = Math.min(found.left, x);
    found.top = Math.min(found.top, y);
    found.right = Math.max(found.right, x);
    found.bottom = Math.max(found.bottom, y);
  }
  return found;
}
