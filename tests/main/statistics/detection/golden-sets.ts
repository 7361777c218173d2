/** The 200 random data sets of tests/oracles/detection/coco_figures.py with what pycocotools and tidecv say of them. */
import { readFileSync } from 'node:fs';
import type { DetectionOutcomes } from '../../../../src-main/statistics/detection/box-sets.ts';
import type { DetectionErrorKind } from '../../../../src-preload/contract/detection-report.ts';

interface GoldenSet {
  readonly classes: number;
  readonly pictures: number;
  /** Rows of 7: picture, class, x, y, width, height in quarters of a pixel, crowd. */
  readonly truths: readonly number[];
  /** Rows of 7: picture, class, x, y, width, height in quarters of a pixel, thousandths of score. */
  readonly detections: readonly number[];
  /** pycocotools' twelve. */
  readonly figures: readonly (number | null)[];
  /** AP at 0.5 and at 0.50 to 0.95 of each class. */
  readonly perClass: readonly (readonly [number | null, number | null])[];
  /** Of sets without crowds and equal scores. */
  readonly errors: {
    readonly ap: number;
    readonly costs: Readonly<Record<DetectionErrorKind, number>>;
    readonly counts: Readonly<Record<DetectionErrorKind, number>>;
    readonly falsePositives: number;
    readonly falseNegatives: number;
  } | null;
}

export const goldenSets: readonly GoldenSet[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/detection/figures.json', import.meta.url), 'utf8'),
);

export function toOutcomes({ classes, pictures, truths, detections }: GoldenSet): DetectionOutcomes {
  const truthRows = toRows(truths);
  const detectionRows = toRows(detections);
  return {
    classCount: classes,
    pictureCount: pictures,
    truths: {
      ...toPlaces(truthRows),
      crowds: Uint8Array.from(truthRows, (row) => row[6] ?? 0),
      areas: Float64Array.from(truthRows, (row) => ((row[4] ?? 0) / 4) * ((row[5] ?? 0) / 4)),
    },
    detections: {
      ...toPlaces(detectionRows),
      scores: Float64Array.from(detectionRows, (row) => (row[6] ?? 0) / 1000),
    },
  };
}

function toRows(numbers: readonly number[]): number[][] {
  return Array.from({ length: numbers.length / 7 }, (_, row) => numbers.slice(7 * row, 7 * row + 7));
}

function toPlaces(rows: readonly number[][]) {
  return {
    pictures: Int32Array.from(rows, (row) => row[0] ?? 0),
    classes: Int32Array.from(rows, (row) => row[1] ?? 0),
    boxes: Float64Array.from(rows.flatMap((row) => row.slice(2, 6).map((quarters) => quarters / 4))),
  };
}

/** Whether both are null, or equal within 1e-9. */
export function isEqual(actual: number | null | undefined, expected: number | null | undefined): boolean {
  if (typeof actual !== 'number' || typeof expected !== 'number') return actual === expected;
  return Math.abs(actual - expected) <= 1e-9;
}
