/** Two detectors on the same pictures: the difference of their mAP, and how sure it is. */
import { setImmediate as afterMessages } from 'node:timers/promises';
import type { DetectionReport } from '../../../src-preload/contract/detection-report.ts';
import type { DetectionComparison, Evaluation } from '../../../src-preload/contract/evaluation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import { throwIfCancelled } from '../../base/cancellation.ts';
import type { DetectionOutcomes } from '../../statistics/detection/box-sets.ts';
import { bootstrapMapDifference, preparePictureMatches } from '../../statistics/detection/map-bootstrap.ts';
import { sortByNumber } from '../../statistics/detection/picture-numbers.ts';
import type { Store } from '../../store/store.ts';
import { iterateKeptPictures, type KeptPicture } from './judged-boxes.ts';

export type DetectionFigures = Omit<DetectionComparison, 'a' | 'b' | 'dataset'>;

export type DetectionEvaluation = Evaluation & { readonly report: DetectionReport };

/** The interval comes from a fixed seed: the same two models always get the same one. */
const seed = 0;

/** Looks at one box each; that many take some ten seconds. */
const mostLooks = 2e8;

/** Pictures that only one of the two was tried on are left out. */
export async function compareDetectors(
  tables: Pick<Store, 'evaluations'>,
  a: DetectionEvaluation,
  b: DetectionEvaluation,
  signal: AbortSignal | undefined,
): Promise<DetectionFigures> {
  const [ofA, ofB] = shared([...iterateKeptPictures(tables, a)], [...iterateKeptPictures(tables, b)]);
  const looks = countDetections(ofA) + countDetections(ofB);
  const {
    a: mapA,
    b: mapB,
    interval50,
    interval5095,
  } = await bootstrapMapDifference(
    preparePictureMatches(toOutcomes(ofA, a.report.classNames)),
    preparePictureMatches(toOutcomes(ofB, b.report.classNames)),
    {
      seed,
      resamples: Math.max(200, Math.min(1000, Math.floor(mostLooks / Math.max(1, looks)))),
      pause: async () => {
        await afterMessages();
        if (signal) throwIfCancelled(signal);
      },
    },
  );
  return {
    task: 'detection',
    count: ofA.length,
    map50A: mapA.map50,
    map50B: mapB.map50,
    difference: (mapB.map50 ?? 0) - (mapA.map50 ?? 0),
    interval: interval50,
    map5095A: mapA.map5095,
    map5095B: mapB.map5095,
    difference5095: (mapB.map5095 ?? 0) - (mapA.map5095 ?? 0),
    interval5095,
    perClass: compareClasses(a.report, b.report),
  };
}

/** In the same order, that of their numbers, in which equal scores are ranked. */
function shared(a: readonly KeptPicture[], b: readonly KeptPicture[]): [KeptPicture[], KeptPicture[]] {
  const ofB = new Map<ImageHash, KeptPicture>(b.map((picture) => [picture.imageHash, picture]));
  const both = sortByNumber(a.filter(({ imageHash }) => ofB.has(imageHash)));
  return [both, both.flatMap(({ imageHash }) => ofB.get(imageHash) ?? [])];
}

function countDetections(pictures: readonly KeptPicture[]): number {
  return pictures.reduce((sum, { detections }) => sum + detections.length, 0);
}

/** The boxes as they were when they were judged. */
function toOutcomes(pictures: readonly KeptPicture[], classNames: readonly string[]): DetectionOutcomes {
  const truths = pictures.map((picture) => picture.truths);
  const detections = pictures.map((picture) => picture.detections);
  const places = new Map(classNames.map((name, place) => [name, place]));
  return {
    classCount: classNames.length,
    pictureCount: pictures.length,
    truths: {
      ...toPlacedBoxes(truths),
      classes: Int32Array.from(truths.flat(), ({ className }) => places.get(className) ?? -1),
      crowds: Uint8Array.from(truths.flat(), ({ outcome }) => Number(outcome === 'ignored')),
      areas: Float64Array.from(truths.flat(), ({ width, height }) => width * height),
    },
    detections: {
      ...toPlacedBoxes(detections),
      classes: Int32Array.from(detections.flat(), ({ classPlace }) => classPlace),
      scores: Float64Array.from(detections.flat(), ({ score }) => score),
    },
  };
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function toPlacedBoxes(pictures: readonly (readonly Placed[])[]) {
  return {
    pictures: Int32Array.from(pictures.flatMap((boxes, picture) => boxes.map(() => picture))),
    boxes: Float64Array.from(
      pictures.flatMap((boxes) => boxes.flatMap(({ x, y, width, height }) => [x, y, width, height])),
    ),
  };
}

/** The classes that have truth. */
function compareClasses(a: DetectionReport, b: DetectionReport): DetectionFigures['perClass'] {
  const ofB = new Map(b.perClass.map((one) => [one.className, one]));
  return a.perClass
    .filter(({ support }) => support > 0)
    .map(({ className, support, ap50 }) => ({
      className,
      support,
      ap50A: ap50,
      ap50B: ofB.get(className)?.ap50 ?? null,
    }));
}
