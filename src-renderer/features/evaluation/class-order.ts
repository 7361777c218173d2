/** The order of the table of a detector's classes. Pure. */
import type { DetectionReport } from '../../../src-preload/contract/index.ts';

export type DetectionClass = DetectionReport['perClass'][number];
export type ClassColumn = keyof DetectionClass;

export interface ClassOrder {
  readonly by: ClassColumn;
  readonly isDescending: boolean;
}

/** Classes without a value in the column, having no truth, come last in both directions. */
export function sortClasses(
  rows: readonly DetectionClass[],
  { by, isDescending }: ClassOrder,
): DetectionClass[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [a[by], b[by]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true });
  });
}
