/** What a detector found on a split beside what is there, as the figures of detectors take it. */
import type { BoxAttributes } from '../../../../src-preload/contract/annotation.ts';
import { accumulateMatches } from '../../../statistics/detection/accumulate.ts';
import type { DetectionOutcomes } from '../../../statistics/detection/box-sets.ts';
import { matchDetections } from '../../../statistics/detection/match.ts';
import { type CocoFigures, summarizeCoco } from '../../../statistics/detection/summarize.ts';
import type { Detection } from '../../../vision/suppression.ts';

/** A box of the truth as a dataset holds it. */
export interface TruthBox {
  readonly className: string;
  /** Pixels of the upright picture; x and y are the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly attributes: BoxAttributes;
}

/** Whether the box marks a region of many objects, in which detections are neither right nor wrong. */
export function isCrowd({ attributes }: Pick<TruthBox, 'attributes'>): boolean {
  const { iscrowd } = attributes;
  return iscrowd === true || iscrowd === 1;
}

export function measureOutcomes(
  pictures: readonly { readonly boxes: readonly TruthBox[] }[],
  found: readonly (readonly Detection[])[],
  classNames: readonly string[],
): CocoFigures {
  const outcomes = toOutcomes(pictures, found, classNames);
  const accumulated = accumulateMatches(matchDetections(outcomes), outcomes.detections, classNames.length);
  return summarizeCoco(accumulated);
}

function toOutcomes(
  pictures: readonly { readonly boxes: readonly TruthBox[] }[],
  found: readonly (readonly Detection[])[],
  classNames: readonly string[],
): DetectionOutcomes {
  const truths = pictures.flatMap(({ boxes }, picture) =>
    boxes
      .filter(({ className }) => classNames.includes(className))
      .map((box) => ({ ...box, picture, isCrowd: isCrowd(box) })),
  );
  const detections = found.flatMap((of, picture) => of.map((detection) => ({ ...detection, picture })));
  return {
    classCount: classNames.length,
    pictureCount: pictures.length,
    truths: {
      pictures: Int32Array.from(truths, ({ picture }) => picture),
      classes: Int32Array.from(truths, ({ className }) => classNames.indexOf(className)),
      boxes: Float64Array.from(truths.flatMap(({ x, y, width, height }) => [x, y, width, height])),
      crowds: Uint8Array.from(truths, (box) => (box.isCrowd ? 1 : 0)),
      areas: Float64Array.from(truths, ({ width, height }) => width * height),
    },
    detections: {
      pictures: Int32Array.from(detections, ({ picture }) => picture),
      classes: Int32Array.from(detections, ({ classIndex }) => classIndex),
      boxes: Float64Array.from(
        detections.flatMap(({ left, top, right, bottom }) => [left, top, right - left, bottom - top]),
      ),
      scores: Float64Array.from(detections, ({ score }) => score),
    },
  };
}
