/** The measures of agreement: their names, what each is, and the value that a pair or a class has. */
import type { ClassAgreement } from '../../../src-preload/contract/index.ts';
import { formatPercent } from '../../components/formatting.ts';

export type MeasureKey = 'f1' | 'meanIou' | 'kappa';
export type Measured = Omit<ClassAgreement, 'className'>;

interface Measure {
  readonly name: string;
  /** @param iou from which on boxes are one thing */
  readonly define: (iou: number) => string;
  readonly toText: (value: number) => string;
}

export const measures = {
  f1: {
    name: 'F1',
    define: (iou) =>
      `F1: twice the things told alike, over all things that either has told. A thing is a box or the class of a picture; two boxes are one thing from an IoU of ${iou} on, matched from the highest down.`,
    toText: (value) => formatPercent(value, 0),
  },
  meanIou: {
    name: 'Mean IoU',
    define: (iou) =>
      `Mean IoU: intersection over union of the boxes that both have drawn, of one class and from an IoU of ${iou} on. It tells how exactly they draw, not what they miss.`,
    toText: (value) => value.toFixed(2),
  },
  kappa: {
    name: 'Cohen’s κ',
    define: () =>
      'Cohen’s κ (1960): (o − e) ÷ (1 − e), o the share of things told alike, e the share that chance would make alike. What one has not told counts as the class “none”; 1 is full agreement, 0 chance.',
    toText: (value) => value.toFixed(2),
  },
} as const satisfies Record<MeasureKey, Measure>;

export function textOf(key: MeasureKey, measured: Measured): string {
  const value = measured[key];
  return value === null ? '–' : measures[key].toText(value);
}

/** Colour of a cell: whether it is good, and how strong, 0 to 0.55, so that dark text stays readable on it. */
export function heatOf(value: number | null): { readonly isGood: boolean; readonly strength: number } {
  const far = (value ?? 0.5) - 0.5;
  return { isGood: far >= 0, strength: Math.min(0.55, 0.06 + Math.abs(far)) };
}
