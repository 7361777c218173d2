/** Percentiles of measured values. */
import { assert } from '../base/app-error.ts';

/**
 * Percentiles with linear interpolation between neighbours (definition 7 of Hyndman and Fan 1996, NumPy's default).
 * @param values at least one, in any order
 * @param ranks 0 to 100
 * @returns one value per rank
 */
export function percentiles(values: readonly number[], ranks: readonly number[]): number[] {
  assert(values.length > 0, 'percentiles of no values');
  const sorted = Float64Array.from(values).sort();
  return ranks.map((rank) => interpolate(sorted, (rank / 100) * (sorted.length - 1)));
}

function interpolate(sorted: Float64Array, position: number): number {
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}
