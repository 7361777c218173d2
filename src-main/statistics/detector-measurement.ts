/** A detector tried on pictures whose boxes are known: its report, and each picture's boxes with what became of them. */
import type { DetectionReport } from '../../src-preload/contract/detection-report.ts';
import type { BoxId, ImageHash } from '../../src-preload/contract/ids.ts';
import { type DetectionOutcomes, pictureStarts } from './detection/box-sets.ts';
import type { DetectionConfusion } from './detection/confusion.ts';
import type { JudgedBoxes } from './detection/judge.ts';
import {
  type KeptDetection,
  type KeptTruth,
  packDetections,
  packTruths,
} from './detection/packed-pictures.ts';
import { sortByNumber } from './detection/picture-numbers.ts';
import { type DetectionReportOptions, measureDetections } from './detection/report.ts';

/** Pixels of the upright picture; x and y are the upper left corner. */
interface NamedBox {
  readonly className: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TruePicture {
  readonly imageHash: ImageHash;
  readonly fileName: string;
  readonly boxes: readonly (NamedBox & {
    readonly id: BoxId;
    /** `iscrowd` of true or 1: a region of many objects. */
    readonly attributes: Readonly<Record<string, string | number | boolean>>;
  })[];
}

export interface FoundBox extends NamedBox {
  readonly score: number;
}

/** What a detector gives, by the names that its classes go by. @param detection corners in pixels */
export function toFoundBox(
  detection: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
    readonly score: number;
    readonly classIndex: number;
  },
  classNames: readonly string[],
): FoundBox {
  const { left, top, right, bottom, score, classIndex } = detection;
  const className = classNames[classIndex] ?? '';
  return { className, x: left, y: top, width: right - left, height: bottom - top, score };
}

export interface DetectorTrial extends Omit<DetectionReportOptions, 'classNames'> {
  /** Of the dataset, in its order. */
  readonly classNames: readonly string[];
  readonly pictures: readonly TruePicture[];
  /** What the detector found on each of the pictures. */
  readonly found: readonly (readonly FoundBox[])[];
}

/** Something that pictures are looked for by. */
export interface KeptFinding {
  /** An outcome of a detection or truth, or `cell`: a count of the confusion matrix. */
  readonly kind: string;
  /** Empty: the background. */
  readonly predictedClass: string;
  readonly trueClass: string;
  /** The highest of such detections, 1 for truths. */
  readonly score: number;
}

export interface MeasuredPicture {
  readonly imageHash: ImageHash;
  /** `packDetections`, the most certain first */
  readonly detections: Uint8Array;
  /** `packTruths` */
  readonly truths: string;
  readonly findings: readonly KeptFinding[];
}

export interface DetectorMeasurement {
  readonly report: DetectionReport;
  readonly pictures: readonly MeasuredPicture[];
}

/**
 * Classes that only the detector knows come after the dataset's, and have no part in means.
 * @returns the pictures in the order of their numbers
 */
export function measureDetector({ found: foundBoxes, ...asked }: DetectorTrial): DetectorMeasurement {
  const foundOf = new Map(asked.pictures.map(({ imageHash }, index) => [imageHash, foundBoxes[index] ?? []]));
  const trial = { ...asked, pictures: sortByNumber(asked.pictures) };
  const found = trial.pictures.map(({ imageHash }) => toKeptPrecision(foundOf.get(imageHash) ?? []));
  const known = new Set(trial.classNames);
  const added = new Set(found.flatMap((boxes) => boxes.map(({ className }) => className)));
  const classNames = [...trial.classNames, ...[...added].filter((name) => !known.has(name)).sort()];
  const outcomes = toOutcomes(trial.pictures, found, classNames);
  const measured = measureDetections(outcomes, { ...trial, classNames });
  const detectionStarts = pictureStarts(outcomes.detections, outcomes.pictureCount);
  const truthStarts = pictureStarts(outcomes.truths, outcomes.pictureCount);
  const pictures = trial.pictures.map(({ imageHash, boxes }, picture) => {
    const [first, next, firstTruth] = [
      detectionStarts[picture] as number,
      detectionStarts[picture + 1] as number,
      truthStarts[picture] as number,
    ];
    const detections = listDetections(outcomes, measured.judged, { first, next, firstTruth });
    const truths = boxes.map(({ id, className, x, y, width, height }, index): KeptTruth => {
      const outcome = measured.judged.truthOutcomes[firstTruth + index] ?? 'missed';
      return { id, className, x, y, width, height, outcome };
    });
    const cells = listCells(measured.confusion, outcomes, {
      first,
      next,
      firstTruth,
      truthCount: boxes.length,
    });
    return {
      imageHash,
      detections: packDetections(detections),
      truths: packTruths(truths),
      findings: listFindings({ detections, truths, cells, classNames }),
    };
  });
  return { report: measured.report, pictures };
}

/** As they are kept, so that figures made afresh from what was kept are the same; the most certain first. */
function toKeptPrecision(boxes: readonly FoundBox[]): FoundBox[] {
  return boxes
    .map(({ className, score, x, y, width, height }) => ({
      className,
      score: Math.fround(score),
      x: Math.fround(x),
      y: Math.fround(y),
      width: Math.fround(width),
      height: Math.fround(height),
    }))
    .sort((a, b) => b.score - a.score);
}

function toOutcomes(
  pictures: readonly TruePicture[],
  found: readonly (readonly FoundBox[])[],
  classNames: readonly string[],
): DetectionOutcomes {
  const truths = pictures.map(({ boxes }) => boxes);
  const places = new Map(classNames.map((name, place) => [name, place]));
  const flatTruths = truths.flat();
  return {
    classCount: classNames.length,
    pictureCount: pictures.length,
    truths: {
      ...toPlaces(truths, places),
      crowds: Uint8Array.from(flatTruths, ({ attributes: { iscrowd } }) =>
        Number(iscrowd === true || iscrowd === 1),
      ),
      areas: Float64Array.from(flatTruths, ({ width, height }) => width * height),
    },
    detections: { ...toPlaces(found, places), scores: Float64Array.from(found.flat(), ({ score }) => score) },
  };
}

function toPlaces(pictures: readonly (readonly NamedBox[])[], places: ReadonlyMap<string, number>) {
  const boxes = pictures.flat();
  return {
    pictures: Int32Array.from(pictures.flatMap((list, picture) => list.map(() => picture))),
    classes: Int32Array.from(boxes, ({ className }) => places.get(className) ?? -1),
    boxes: Float64Array.from(boxes.flatMap(({ x, y, width, height }) => [x, y, width, height])),
  };
}

/** Where a picture's boxes are among all. */
interface PictureRange {
  readonly first: number;
  readonly next: number;
  readonly firstTruth: number;
}

function listDetections(
  { detections }: DetectionOutcomes,
  judged: JudgedBoxes,
  { first, next, firstTruth }: PictureRange,
): KeptDetection[] {
  return Array.from({ length: next - first }, (_, index) => {
    const place = first + index;
    const [x = 0, y = 0, width = 0, height = 0] = detections.boxes.subarray(4 * place, 4 * place + 4);
    const truth = judged.truthOfDetection[place] ?? -1;
    return {
      classPlace: detections.classes[place] ?? 0,
      score: detections.scores[place] ?? 0,
      ...{ x, y, width, height },
      outcome: judged.detectionOutcomes[place] ?? 'background',
      truth: truth < 0 ? -1 : truth - firstTruth,
      overlap: judged.overlaps[place] ?? 0,
    };
  });
}

/** A count of the confusion matrix; the place after the last class is the background. */
interface Cell {
  readonly row: number;
  readonly column: number;
  readonly score: number;
}

function listCells(
  { rowOfDetection, columnOfTruth }: DetectionConfusion,
  { classCount, truths, detections }: DetectionOutcomes,
  { first, next, firstTruth, truthCount }: PictureRange & { truthCount: number },
): Cell[] {
  const cells: Cell[] = [];
  for (let place = first; place < next; place++) {
    const [row = -1, column = 0, score = 0] = [
      rowOfDetection[place],
      detections.classes[place],
      detections.scores[place],
    ];
    if (row >= 0) cells.push({ row, column, score });
  }
  for (let truth = firstTruth; truth < firstTruth + truthCount; truth++) {
    const isUnseen = columnOfTruth[truth] === classCount;
    if (isUnseen) cells.push({ row: truths.classes[truth] ?? 0, column: classCount, score: 1 });
  }
  return cells;
}

interface PictureFindings {
  readonly detections: readonly KeptDetection[];
  readonly truths: readonly KeptTruth[];
  readonly cells: readonly Cell[];
  readonly classNames: readonly string[];
}

/** One of each kind and pair of classes, with its highest score. */
function listFindings({ detections, truths, cells, classNames }: PictureFindings): KeptFinding[] {
  const findings = new Map<string, KeptFinding>();
  const add = (finding: KeptFinding) => {
    const key = JSON.stringify([finding.kind, finding.predictedClass, finding.trueClass]);
    if (finding.score > (findings.get(key)?.score ?? Number.NEGATIVE_INFINITY)) findings.set(key, finding);
  };
  const nameOf = (place: number) => classNames[place] ?? '';
  for (const { outcome, classPlace, truth, score } of detections) {
    const trueClass = truths[truth]?.className ?? '';
    add({ kind: outcome, predictedClass: nameOf(classPlace), trueClass, score });
  }
  for (const { outcome, className } of truths) {
    if (outcome === 'missed') add({ kind: outcome, predictedClass: '', trueClass: className, score: 1 });
  }
  for (const { row, column, score } of cells) {
    add({ kind: 'cell', predictedClass: nameOf(column), trueClass: nameOf(row), score });
  }
  return [...findings.values()];
}
