/** Curves over the confidence threshold: which are drawn, and what they say at one threshold. Pure. */
import type { DetectionReport } from '../../../src-preload/contract/index.ts';

/** All classes together. */
export const allClasses = null;

export type CurveName = 'precision' | 'recall' | 'f1' | 'precisionAtRecall';

export interface ThresholdCurve {
  readonly className: string | null;
  readonly points: ReadonlyArray<{ readonly x: number; readonly y: number | null }>;
}

/** More curves than this are a tangle: then the classes with the least AP are shown. */
export const drawnClassLimit = 6;

/** The curves of `classNames` in their order, those of all classes last so that they lie on top. */
export function curvesOf(
  { curves, classNames }: DetectionReport,
  name: CurveName,
  chosen: readonly string[],
): ThresholdCurve[] {
  const grid = name === 'precisionAtRecall' ? curves.recalls : curves.confidences;
  const toCurve = (className: string | null, values: ReadonlyArray<number | null>): ThresholdCurve => ({
    className,
    points: values.map((y, index) => ({ x: grid[index] ?? 0, y })),
  });
  const perClass = chosen.map((className) =>
    toCurve(className, curves[name].perClass[classNames.indexOf(className)] ?? []),
  );
  return [...perClass, toCurve(allClasses, curves[name].all)];
}

/** The classes that are drawn at first: all if they are few, else those that a person should look at. */
export function initialClasses({ perClass }: DetectionReport): string[] {
  const present = perClass.filter(({ support }) => support > 0);
  const weakest = present.toSorted((a, b) => (a.ap50 ?? 0) - (b.ap50 ?? 0)).slice(0, drawnClassLimit);
  return present.filter((one) => weakest.includes(one)).map(({ className }) => className);
}

export interface FiguresAtThreshold {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** Precision, recall and F1 of a class, or of all, at the confidence of the grid that is nearest to `threshold`. */
export function figuresAt(
  { curves, classNames }: DetectionReport,
  className: string | null,
  threshold: number,
): FiguresAtThreshold {
  const at = nearestIndex(curves.confidences, threshold);
  const read = (name: keyof FiguresAtThreshold): number | null => {
    const set = curves[name];
    const values = className === allClasses ? set.all : set.perClass[classNames.indexOf(className)];
    return values?.[at] ?? null;
  };
  return { precision: read('precision'), recall: read('recall'), f1: read('f1') };
}

function nearestIndex(grid: readonly number[], value: number): number {
  let best = 0;
  for (const [index, point] of grid.entries()) {
    if (Math.abs(point - value) < Math.abs((grid[best] ?? 0) - value)) best = index;
  }
  return best;
}
