/** What a refused promotion carries with it. */
import { type Comparison, comparisonSchema } from '../../../src-preload/contract/index.ts';
import { errorCode, errorDetails } from '../../client/errors.ts';

export interface Refusal {
  /** Null where the station could not compare, for example for want of common test pictures. */
  readonly comparison: Comparison | null;
}

/** Reads PROMOTION_REFUSED; null for any other failure. */
export function refusalOf(error: unknown): Refusal | null {
  if (errorCode(error) !== 'PROMOTION_REFUSED') return null;
  const comparison = comparisonSchema.safeParse(errorDetails(error).comparison);
  return { comparison: comparison.data ?? null };
}
