/** COCO's twelve figures and those of each class, from what was accumulated (pycocotools' summarize). */
import { type AccumulatedDetections, detectionLimits } from './accumulate.ts';
import { areaRanges, iouThresholds } from './match.ts';

/** Null where no class has a truth to find. */
export interface CocoFigures {
  readonly map5095: number | null;
  readonly map50: number | null;
  readonly map75: number | null;
  readonly mapSmall: number | null;
  readonly mapMedium: number | null;
  readonly mapLarge: number | null;
  readonly ar1: number | null;
  readonly ar10: number | null;
  readonly ar100: number | null;
  readonly arSmall: number | null;
  readonly arMedium: number | null;
  readonly arLarge: number | null;
}

type AreaName = (typeof areaRanges)[number]['name'];
type DetectionLimit = (typeof detectionLimits)[number];

export function summarizeCoco(accumulated: AccumulatedDetections): CocoFigures {
  const ap = (area: AreaName, iou?: number) =>
    meanOfDefined(listClasses(accumulated).flatMap((place) => precisionsOf(accumulated, place, area, iou)));
  const ar = (area: AreaName, limit: DetectionLimit) => summarizeRecall(accumulated, area, limit);
  return {
    map5095: ap('all'),
    map50: ap('all', 0.5),
    map75: ap('all', 0.75),
    mapSmall: ap('small'),
    mapMedium: ap('medium'),
    mapLarge: ap('large'),
    ar1: ar('all', 1),
    ar10: ar('all', 10),
    ar100: ar('all', 100),
    arSmall: ar('small', 100),
    arMedium: ar('medium', 100),
    arLarge: ar('large', 100),
  };
}

export interface ClassPrecision {
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly ap5095: number | null;
}

/** Average precision of one class, or of all as a mean where none is named, over truths of one size. */
export function summarizePrecision(
  accumulated: AccumulatedDetections,
  area: AreaName,
  place?: number,
): ClassPrecision {
  const places = place === undefined ? listClasses(accumulated) : [place];
  const ap = (iou?: number) =>
    meanOfDefined(places.flatMap((one) => precisionsOf(accumulated, one, area, iou)));
  return { ap50: ap(0.5), ap75: ap(0.75), ap5095: ap() };
}

/** Mean over classes and thresholds of the highest recall, of truths of one size. */
export function summarizeRecall(
  accumulated: AccumulatedDetections,
  area: AreaName,
  limit: DetectionLimit,
): number | null {
  return meanOfDefined(
    listClasses(accumulated).flatMap((place) => recallsOf(accumulated, place, area, limit)),
  );
}

function listClasses({ classCount }: AccumulatedDetections): number[] {
  return Array.from({ length: classCount }, (_, place) => place);
}

/** At one threshold, or at all ten. */
function precisionsOf(
  { averagePrecision }: AccumulatedDetections,
  place: number,
  area: AreaName,
  iou: number | undefined,
): number[] {
  const start = cellOf(place, area);
  const level = iouThresholds.findIndex((threshold) => Math.abs(threshold - (iou ?? 0)) < 1e-9);
  return level < 0
    ? [...averagePrecision.subarray(start, start + iouThresholds.length)]
    : [averagePrecision[start + level] ?? Number.NaN];
}

function recallsOf(
  { recall }: AccumulatedDetections,
  place: number,
  area: AreaName,
  limit: DetectionLimit,
): number[] {
  const column = detectionLimits.indexOf(limit);
  return iouThresholds.map(
    (_, level) => recall[(cellOf(place, area) + level) * detectionLimits.length + column] ?? Number.NaN,
  );
}

/** Where the thresholds of a class and size begin. */
function cellOf(place: number, area: AreaName): number {
  const row = areaRanges.findIndex(({ name }) => name === area);
  return (place * areaRanges.length + row) * iouThresholds.length;
}

/** Leaves NaN out; null where nothing is left. */
function meanOfDefined(values: readonly number[]): number | null {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
