/** A detector's evaluation as COCO's files: results for any scorer, and the truth beside them. */
import type { CocoFiles } from '../../../src-preload/contract/detection-report.ts';
import type { Evaluation } from '../../../src-preload/contract/evaluation.ts';
import { numberPictures, sortByNumber } from '../../statistics/detection/picture-numbers.ts';
import type { Store } from '../../store/store.ts';
import { classNamesOf, iterateKeptPictures, type KeptPicture } from './judged-boxes.ts';

/** @throws {AppError} TASK_MISMATCH */
export function toCocoFiles(tables: Pick<Store, 'evaluations'>, evaluation: Evaluation): CocoFiles {
  const classNames = classNamesOf(evaluation);
  const pictures = [...iterateKeptPictures(tables, evaluation)];
  const numbers = numberPictures(pictures);
  const sorted = sortByNumber(pictures);
  const numberOf = ({ imageHash }: KeptPicture) => numbers.get(imageHash) ?? 0;
  return {
    results: sorted.flatMap((picture) => toResults(picture, numberOf(picture), classNames)),
    truth: {
      images: sorted.map((picture) => ({
        id: numberOf(picture),
        file_name: picture.fileName,
        width: picture.width,
        height: picture.height,
      })),
      categories: classNames.map((name, place) => ({ id: place + 1, name })),
      annotations: sorted
        .flatMap((picture) => toAnnotations(picture, numberOf(picture), classNames))
        .map((annotation, index) => ({ id: index + 1, ...annotation })),
    },
  };
}

function toResults(
  { fileName, detections }: KeptPicture,
  number: number,
  classNames: readonly string[],
): CocoFiles['results'] {
  return detections.map(({ classPlace, x, y, width, height, score }) => ({
    image_id: number,
    category_id: classPlace + 1,
    bbox: [x, y, width, height],
    score,
    file_name: fileName,
    category_name: classNames[classPlace] ?? '',
  }));
}

function toAnnotations({ truths }: KeptPicture, number: number, classNames: readonly string[]) {
  return truths.map(({ className, x, y, width, height, outcome }) => ({
    image_id: number,
    category_id: classNames.indexOf(className) + 1,
    bbox: [x, y, width, height] as [number, number, number, number],
    area: width * height,
    iscrowd: outcome === 'ignored' ? 1 : 0,
  }));
}
