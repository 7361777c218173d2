/** The boxes behind a detector's figures: what was found on which picture, what was there, and what became of each. */
import type {
  DetectionQuery,
  JudgedDetection,
  JudgedPicture,
  JudgedTruth,
  TruthQuery,
} from '../../../src-preload/contract/detection-report.ts';
import type { Evaluation } from '../../../src-preload/contract/evaluation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import { AppError } from '../../base/app-error.ts';
import { isOfSize } from '../../statistics/detection/match.ts';
import {
  type KeptDetection,
  type KeptTruth,
  readDetections,
  unpackDetections,
  unpackTruths,
} from '../../statistics/detection/packed-pictures.ts';
import { sortByScore } from '../../statistics/detection/score-order.ts';
import type { Store } from '../../store/store.ts';
import type { EvaluationPicture } from '../../store/tables/evaluation-pictures.ts';

type Tables = Pick<Store, 'evaluations'>;

export interface Window {
  readonly offset: number;
  readonly limit: number;
}

/** A picture with its boxes unpacked. */
export interface KeptPicture extends Pick<EvaluationPicture, 'imageHash' | 'fileName' | 'width' | 'height'> {
  readonly detections: readonly KeptDetection[];
  readonly truths: readonly KeptTruth[];
}

/** In the order of their hashes. */
export function* iterateKeptPictures({ evaluations }: Tables, { id }: Evaluation): Generator<KeptPicture> {
  for (const picture of evaluations.iteratePictures(id)) yield unpack(picture);
}

/** The most certain first. @throws {AppError} TASK_MISMATCH */
export function listDetections(
  { evaluations }: Tables,
  evaluation: Evaluation,
  query: DetectionQuery,
  window: Window,
): { detections: JudgedDetection[]; total: number } {
  const classNames = classNamesOf(evaluation);
  const found: FoundDetections = { rows: [], places: [], indices: [], scores: [] };
  for (const row of evaluations.iterateFoundPictures(evaluation.id, query)) {
    collectFound(found, row, query, classNames);
  }
  const order = sortByScore(Int32Array.from(found.scores.keys()), Float64Array.from(found.scores));
  const detections = cut([...order], window).map((at) => {
    const row = found.rows[found.places[at] ?? 0] as EvaluationPicture;
    const index = found.indices[at] ?? 0;
    const detection = readDetections(row.detections).read(index);
    return toDetection(detection, index, { ...row, truths: unpackTruths(row.truths) }, classNames);
  });
  return { detections, total: order.length };
}

/** Detections as places in packed pictures: of hundreds of thousands a page is unpacked. */
interface FoundDetections {
  readonly rows: EvaluationPicture[];
  /** Of each detection its place in `rows`, its place in the picture, and its score. */
  readonly places: number[];
  readonly indices: number[];
  readonly scores: number[];
}

function collectFound(
  found: FoundDetections,
  row: EvaluationPicture,
  { outcome, className, trueClass, minScore = 0 }: DetectionQuery,
  classNames: readonly string[],
): void {
  const place = found.rows.push(row) - 1;
  const reader = readDetections(row.detections);
  const truths = trueClass === undefined ? [] : unpackTruths(row.truths);
  for (let index = 0; index < reader.count; index++) {
    // The most certain come first.
    if (reader.score(index) < minScore) return;
    if (outcome !== undefined && reader.outcome(index) !== outcome) continue;
    if (className !== undefined && classNames[reader.classPlace(index)] !== className) continue;
    if (trueClass !== undefined && truths[reader.truth(index)]?.className !== trueClass) continue;
    found.places.push(place);
    found.indices.push(index);
    found.scores.push(reader.score(index));
  }
}

/** @throws {AppError} TASK_MISMATCH */
export function listTruths(
  tables: Tables,
  evaluation: Evaluation,
  query: TruthQuery,
  window: Window,
): { truths: JudgedTruth[]; total: number } {
  classNamesOf(evaluation);
  const truths: JudgedTruth[] = [];
  for (const picture of iterateKeptPictures(tables, evaluation)) {
    const meant = picture.truths.filter((truth) => isTruthMeant(truth, query));
    truths.push(...meant.map((truth) => ({ ...truth, imageHash: picture.imageHash })));
  }
  return { truths: cut(truths, window), total: truths.length };
}

function isTruthMeant({ outcome, className, width, height }: KeptTruth, query: TruthQuery): boolean {
  return (
    (query.outcome === null || outcome === query.outcome) &&
    (query.className === undefined || className === query.className) &&
    (query.size === undefined || isOfSize(width * height, query.size))
  );
}

/** @throws {AppError} NOT_FOUND, TASK_MISMATCH */
export function getPicture(
  { evaluations }: Tables,
  evaluation: Evaluation,
  imageHash: ImageHash,
): JudgedPicture {
  const classNames = classNamesOf(evaluation);
  const row = evaluations.findPicture(evaluation.id, imageHash);
  if (!row) {
    throw new AppError('NOT_FOUND', `picture ${imageHash} is no part of evaluation ${evaluation.id}`, {
      data: { id: evaluation.id, imageHash },
    });
  }
  const { fileName, width, height } = row;
  const picture = unpack(row);
  return {
    ...{ imageHash, fileName, width, height },
    detections: toDetections(picture, classNames),
    truths: picture.truths.map((truth) => ({ ...truth, imageHash })),
  };
}

/** @throws {AppError} TASK_MISMATCH for an evaluation of a classifier */
export function classNamesOf({ id, report, model }: Evaluation): readonly string[] {
  if (report.task === 'detection') return report.classNames;
  throw new AppError('TASK_MISMATCH', `evaluation ${id} is of the classifier ${model}: it has no boxes`, {
    data: { id, task: report.task },
  });
}

function unpack({ imageHash, fileName, width, height, detections, truths }: EvaluationPicture): KeptPicture {
  return {
    ...{ imageHash, fileName, width, height },
    detections: unpackDetections(detections),
    truths: unpackTruths(truths),
  };
}

function toDetections(picture: KeptPicture, classNames: readonly string[]): JudgedDetection[] {
  return picture.detections.map((detection, index) => toDetection(detection, index, picture, classNames));
}

function toDetection(
  { classPlace, truth: place, overlap, ...detection }: KeptDetection,
  index: number,
  { imageHash, truths }: Pick<KeptPicture, 'imageHash' | 'truths'>,
  classNames: readonly string[],
): JudgedDetection {
  const truth = truths[place];
  return {
    ...detection,
    imageHash,
    index,
    className: classNames[classPlace] ?? '',
    truth: truth ? { id: truth.id, className: truth.className, iou: overlap } : null,
  };
}

function cut<T>(items: readonly T[], { offset, limit }: Window): T[] {
  return items.slice(offset, offset + limit);
}
