/** The threshold of each check: its range, its words, and the check's place in the list. */
import type { QualityKind, QualityThresholds } from '../../../src-preload/contract/index.ts';
import { formatPercent } from '../../components/formatting.ts';

export interface ThresholdRange {
  readonly key: keyof QualityThresholds;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly toText: (value: number) => string;
}

const percent = (value: number): string => formatPercent(value, 0);

/** Null: the check has no threshold. */
export const thresholds = {
  blurred: {
    ...{ key: 'sharpness', min: 0, max: 500, step: 5 },
    toText: (value) => `sharpness below ${value}`,
  },
  dark: {
    key: 'brightness',
    min: 0,
    max: 0.5,
    step: 0.01,
    toText: (value) => `mean below ${percent(value)}`,
  },
  overExposed: {
    key: 'clipped',
    min: 0,
    max: 1,
    step: 0.01,
    toText: (value) => `white above ${percent(value)}`,
  },
  tooSmall: { key: 'pictureSide', min: 0, max: 1024, step: 8, toText: (value) => `side below ${value} px` },
  tinyBox: { key: 'boxSide', min: 0, max: 64, step: 1, toText: (value) => `side below ${value} px` },
  hugeBox: {
    ...{ key: 'boxShare', min: 0.1, max: 1, step: 0.01 },
    toText: (value) => `above ${percent(value)} of the picture`,
  },
  duplicateBox: {
    key: 'sameBox',
    min: 0.5,
    max: 1,
    step: 0.01,
    toText: (value) => `IoU from ${percent(value)}`,
  },
  overlappingBox: {
    key: 'overlap',
    min: 0.05,
    max: 1,
    step: 0.01,
    toText: (value) => `IoU from ${percent(value)}`,
  },
  borderBox: null,
  changedOften: {
    key: 'classChanges',
    min: 1,
    max: 20,
    step: 1,
    toText: (value) => `${value} times or more`,
  },
} as const satisfies Record<QualityKind, ThresholdRange | null>;

export const rareClassRange: ThresholdRange = {
  ...{ key: 'rareShare', min: 0, max: 1, step: 0.01 },
  toText: (value) => `below ${percent(value)} of the largest`,
};

export const lookalikeRange: ThresholdRange = {
  ...{ key: 'differentBits', min: 0, max: 11, step: 1 },
  toText: (value) => (value === 1 ? '1 bit of 64' : `${value} bits of 64`),
};
