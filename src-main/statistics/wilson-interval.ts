/** How sure a measured share, such as an accuracy, is. */
import { assert } from '../base/app-error.ts';
import { normalQuantile } from './normal-distribution.ts';

/**
 * Score interval of a binomial proportion (Wilson 1927), without continuity correction, within [0, 1].
 * Of nothing counted it is [0, 1].
 * @param confidence in (0, 1)
 */
export function wilsonInterval(successes: number, count: number, confidence = 0.95): [number, number] {
  assert(successes >= 0 && successes <= count, `${successes} successes of ${count}`);
  if (count === 0) return [0, 1];
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / count;
  const scale = 1 + (z * z) / count;
  const center = (share + (z * z) / (2 * count)) / scale;
  const margin = (z / scale) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return [successes === 0 ? 0 : center - margin, successes === count ? 1 : center + margin];
}
