/** Of detections that mean the same object, keeps the most certain: greedy, class by class. */
import { areaOf, type ClassBox, intersectionArea } from './box-geometry.ts';

/** What a detector found, in pixels of the upright picture. */
export interface Detection extends ClassBox {
  /** 0 to 1. */
  readonly score: number;
}

export interface SuppressionOptions {
  /** Of two detections of one class that overlap by more, as intersection over union, the surer stays. */
  readonly iou: number;
  /** Kept in all. */
  readonly maxDetections: number;
}

/** Detections that are compared with each other, the surest first; the rest is left out. */
const mostCompared = 30_000;

/** @returns the surest first; of equal scores, in the order in which they came */
export function suppress<T extends Detection>(
  detections: readonly T[],
  { iou, maxDetections }: SuppressionOptions,
): T[] {
  const sorted = detections.toSorted((first, second) => second.score - first.score).slice(0, mostCompared);
  return keepGreedily(
    sorted,
    maxDetections,
    (shared, first, second) => shared > iou * (first + second - shared),
  );
}

/** What one tile of a large picture showed. */
export interface TileDetection extends Detection {
  /** Whether it ends where its tile does, inside the picture: part of the object may lie beyond. */
  readonly isCut: boolean;
  /** Number of the tile. */
  readonly tile: number;
}

/** From this overlap on two tiles mean the same object, however differently they see it. */
const sameObject = 0.5;
/** A cut detection of which this share lies in another one is a part of it. */
const partShare = 0.6;

/**
 * As `suppress`, for tiles that overlap: whole detections go before cut ones, however sure, and a cut one inside
 * another is dropped as a part of it.
 */
export function mergeTiles<T extends TileDetection>(
  detections: readonly T[],
  { iou, maxDetections }: SuppressionOptions,
): T[] {
  const sorted = detections
    .toSorted((first, second) => Number(first.isCut) - Number(second.isCut) || second.score - first.score)
    .slice(0, mostCompared);
  const isSame: IsSame<T> = (shared, first, second, detection, rival) => {
    const most = detection.tile === rival.tile ? iou : Math.min(iou, sameObject);
    return shared > most * (first + second - shared) || (detection.isCut && shared > partShare * second);
  };
  return keepGreedily(sorted, Number.POSITIVE_INFINITY, isSame)
    .sort((first, second) => second.score - first.score)
    .slice(0, maxDetections);
}

/** Told by the area that two share, and the areas of the kept one and of the other. */
type IsSame<T> = (sharedArea: number, keptArea: number, area: number, detection: T, kept: T) => boolean;

function keepGreedily<T extends Detection>(sorted: readonly T[], most: number, isSame: IsSame<T>): T[] {
  const keptOfClass = new Map<number, T[]>();
  const kept: T[] = [];
  for (const detection of sorted) {
    if (kept.length >= most) break;
    const rivals = keptOfClass.get(detection.classIndex) ?? [];
    const area = areaOf(detection);
    const meansSame = (rival: T) => {
      const shared = intersectionArea(rival, detection);
      return shared > 0 && isSame(shared, areaOf(rival), area, detection, rival);
    };
    if (rivals.some(meansSame)) continue;
    rivals.push(detection);
    keptOfClass.set(detection.classIndex, rivals);
    kept.push(detection);
  }
  return kept;
}
