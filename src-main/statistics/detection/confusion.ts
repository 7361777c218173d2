/** Which class a detector takes for which, the background included. */
import { crowdOverlapOf, type DetectionOutcomes, overlapOf, pictureStarts } from './box-sets.ts';

export interface ConfusionThresholds {
  /** From this overlap on a detection and a truth may be a pair. */
  readonly iou: number;
  /** From this confidence on a detection counts. */
  readonly confidence: number;
}

export interface DetectionConfusion {
  /**
   * `[c + 1][c + 1]` truths of class i detected as class j; the last row are detections of nothing, the last column truths
   * that were not detected
   */
  readonly matrix: readonly (readonly number[])[];
  /** `[n]` the row that each detection is counted in, -1 for one that is not counted */
  readonly rowOfDetection: Int32Array;
  /** `[m]` the column that each truth is counted in, -1 for a crowd region */
  readonly columnOfTruth: Int32Array;
}

/**
 * Each detection and each truth is in one pair at most: pairs are made from the highest overlap down, whatever their
 * classes; of equal ones that of one class first, then the more certain detection. Detections within a crowd region of
 * their class are not counted.
 */
export function countConfusion(
  outcomes: DetectionOutcomes,
  { iou, confidence }: ConfusionThresholds,
): DetectionConfusion {
  const { classCount, pictureCount, truths, detections } = outcomes;
  const rowOfDetection = new Int32Array(detections.pictures.length).fill(-1);
  const columnOfTruth = truths.classes.map((_, index) => (truths.crowds[index] === 1 ? -1 : classCount));
  const detectionStarts = pictureStarts(detections, pictureCount);
  const truthStarts = pictureStarts(truths, pictureCount);
  for (let picture = 0; picture < pictureCount; picture++) {
    const here: PictureBoxes = {
      detections: listPlaces(detectionStarts, picture).filter(
        (place) => (detections.scores[place] as number) >= confidence,
      ),
      truths: listPlaces(truthStarts, picture),
    };
    for (const place of here.detections) {
      if (!isInCrowd(outcomes, place, here, iou)) rowOfDetection[place] = classCount;
    }
    for (const { detection, truth } of listPairs(outcomes, here, iou)) {
      if (columnOfTruth[truth] !== classCount || isPaired(rowOfDetection, detection, classCount)) continue;
      rowOfDetection[detection] = truths.classes[truth] as number;
      columnOfTruth[truth] = detections.classes[detection] as number;
    }
  }
  return { matrix: toMatrix(outcomes, rowOfDetection, columnOfTruth), rowOfDetection, columnOfTruth };
}

interface PictureBoxes {
  readonly detections: readonly number[];
  readonly truths: readonly number[];
}

interface Pair {
  readonly detection: number;
  readonly truth: number;
  readonly overlap: number;
}

/** In the order in which they are made. */
function listPairs({ truths, detections }: DetectionOutcomes, here: PictureBoxes, iou: number): Pair[] {
  const pairs: Pair[] = [];
  for (const detection of here.detections) {
    for (const truth of here.truths) {
      if (truths.crowds[truth] === 1) continue;
      const overlap = overlapOf(detections.boxes, detection, truths.boxes, truth);
      if (overlap >= iou) pairs.push({ detection, truth, overlap });
    }
  }
  const isSame = ({ detection, truth }: Pair) =>
    Number(detections.classes[detection] === truths.classes[truth]);
  const scoreOf = ({ detection }: Pair) => detections.scores[detection] as number;
  return pairs.sort((a, b) => b.overlap - a.overlap || isSame(b) - isSame(a) || scoreOf(b) - scoreOf(a));
}

function isPaired(rowOfDetection: Int32Array, detection: number, classCount: number): boolean {
  const row = rowOfDetection[detection] as number;
  return row >= 0 && row < classCount;
}

function isInCrowd(
  { truths, detections }: DetectionOutcomes,
  detection: number,
  here: PictureBoxes,
  iou: number,
): boolean {
  return here.truths.some(
    (truth) =>
      truths.crowds[truth] === 1 &&
      truths.classes[truth] === detections.classes[detection] &&
      crowdOverlapOf(detections.boxes, detection, truths.boxes, truth) >= iou,
  );
}

function toMatrix(
  { classCount, truths, detections }: DetectionOutcomes,
  rowOfDetection: Int32Array,
  columnOfTruth: Int32Array,
): number[][] {
  const matrix = Array.from({ length: classCount + 1 }, () => Array<number>(classCount + 1).fill(0));
  const count = (row: number, column: number) => {
    const cells = matrix[row] as number[];
    cells[column] = (cells[column] as number) + 1;
  };
  columnOfTruth.forEach((column, truth) => {
    if (column >= 0) count(truths.classes[truth] as number, column);
  });
  rowOfDetection.forEach((row, detection) => {
    if (row === classCount) count(classCount, detections.classes[detection] as number);
  });
  return matrix;
}

function listPlaces(starts: Int32Array, picture: number): number[] {
  const start = starts[picture] as number;
  return Array.from({ length: (starts[picture + 1] as number) - start }, (_, index) => start + index);
}
