import { describe, expect, it } from 'vitest';
import type { DetectionReport } from '../../../../src-preload/contract/index.ts';
import {
  curvesOf,
  figuresAt,
  initialClasses,
} from '../../../../src-renderer/features/evaluation/curve-choice.ts';

const set = (all: (number | null)[], ...perClass: (number | null)[][]) => ({ all, perClass });
const report = {
  classNames: ['RBC', 'WBC', 'none'],
  perClass: [
    { className: 'RBC', support: 9, ap50: 0.9 },
    { className: 'WBC', support: 3, ap50: 0.4 },
    { className: 'none', support: 0, ap50: null },
  ],
  curves: {
    confidences: [0, 0.5, 1],
    recalls: [0, 1],
    precision: set([0.2, 0.6, null], [0.3, 0.8, null], [0.1, 0.4, null], []),
    recall: set([1, 0.5, 0], [1, 0.6, 0], [1, 0.4, 0], []),
    f1: set([0.3, 0.55, 0], [0.4, 0.7, 0], [0.2, 0.4, 0], []),
    precisionAtRecall: set([1, 0], [1, 0.2], [1, 0], []),
  },
} as unknown as DetectionReport;

describe('curvesOf', () => {
  it('draws the chosen classes on the grid of the curve, and all classes on top', () => {
    expect(curvesOf(report, 'precisionAtRecall', ['WBC'])).toEqual([
      {
        className: 'WBC',
        points: [
          { x: 0, y: 1 },
          { x: 1, y: 0 },
        ],
      },
      {
        className: null,
        points: [
          { x: 0, y: 1 },
          { x: 1, y: 0 },
        ],
      },
    ]);
  });

  it('leaves a gap where there is no number', () => {
    const [rbc] = curvesOf(report, 'precision', ['RBC']);
    expect(rbc?.points.at(-1)).toEqual({ x: 1, y: null });
  });
});

describe('figuresAt', () => {
  it('reads the nearest confidence, of all classes or of one', () => {
    expect(figuresAt(report, null, 0.6)).toEqual({ precision: 0.6, recall: 0.5, f1: 0.55 });
    expect(figuresAt(report, 'RBC', 0.1)).toEqual({ precision: 0.3, recall: 1, f1: 0.4 });
  });

  it('has no number for a class without truth', () => {
    expect(figuresAt(report, 'none', 0.5)).toEqual({ precision: null, recall: null, f1: null });
  });
});

describe('initialClasses', () => {
  it('leaves out classes without truth', () => {
    expect(initialClasses(report)).toEqual(['RBC', 'WBC']);
  });

  it('shows the weakest, in their order, where there are too many to tell apart', () => {
    const perClass = Array.from({ length: 10 }, (_, index) => ({
      className: `c${index}`,
      support: 1,
      ap50: index / 10,
    }));
    expect(initialClasses({ ...report, perClass } as unknown as DetectionReport)).toEqual([
      'c0',
      'c1',
      'c2',
      'c3',
      'c4',
      'c5',
    ]);
  });
});
