/** The worker's side of a comparison: judged boxes of two detectors become the difference of their mAP with its interval. */
import { setImmediate as afterMessages } from 'node:timers/promises';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { WorkerPort } from '../../jobs/worker-port.ts';
import type { DetectionOutcomes } from '../../statistics/detection/box-sets.ts';
import { bootstrapMapDifference, preparePictureMatches } from '../../statistics/detection/map-bootstrap.ts';
import {
  type KeptDetection,
  type KeptTruth,
  unpackDetections,
  unpackTruths,
} from '../../statistics/detection/packed-pictures.ts';
import { sortByNumber } from '../../statistics/detection/picture-numbers.ts';
import {
  type ComparedDetector,
  type ComparisonAnswer,
  type ComparisonRequest,
  comparisonRequestSchema,
} from './comparison-message.ts';

/** The interval comes from a fixed seed: the same two models always get the same one. */
const seed = 0;

/** Looks at one box each; that many take some ten seconds. */
const mostLooks = 2e8;

export function runComparisonWorker(port: WorkerPort): void {
  port.onDisconnect(() => process.exit(0));
  port.onMessage((message) => {
    void comparePictures(comparisonRequestSchema.parse(message)).then((answer) => port.send(answer));
  });
}

async function comparePictures({ a, b }: ComparisonRequest): Promise<ComparisonAnswer> {
  const [ofA, ofB] = shared(unpack(a), unpack(b));
  const looks = countDetections(ofA) + countDetections(ofB);
  const figures = await bootstrapMapDifference(
    preparePictureMatches(toOutcomes(ofA, a.classNames)),
    preparePictureMatches(toOutcomes(ofB, b.classNames)),
    {
      seed,
      resamples: Math.max(200, Math.min(1000, Math.floor(mostLooks / Math.max(1, looks)))),
      // The end of the station is heard of in between.
      pause: async () => void (await afterMessages()),
    },
  );
  return { count: ofA.length, figures };
}

interface JudgedBoxes {
  readonly imageHash: ImageHash;
  readonly fileName: string;
  readonly detections: readonly KeptDetection[];
  readonly truths: readonly KeptTruth[];
}

function unpack({ pictures }: ComparedDetector): JudgedBoxes[] {
  return pictures.map(({ imageHash, fileName, detections, truths }) => ({
    ...{ imageHash, fileName },
    detections: unpackDetections(detections),
    truths: unpackTruths(truths),
  }));
}

/** In the same order, that of their numbers, in which equal scores are ranked. */
function shared(a: readonly JudgedBoxes[], b: readonly JudgedBoxes[]): [JudgedBoxes[], JudgedBoxes[]] {
  const ofB = new Map<ImageHash, JudgedBoxes>(b.map((picture) => [picture.imageHash, picture]));
  const both = sortByNumber(a.filter(({ imageHash }) => ofB.has(imageHash)));
  return [both, both.flatMap(({ imageHash }) => ofB.get(imageHash) ?? [])];
}

function countDetections(pictures: readonly JudgedBoxes[]): number {
  return pictures.reduce((sum, { detections }) => sum + detections.length, 0);
}

/** The boxes as they were when they were judged. */
function toOutcomes(pictures: readonly JudgedBoxes[], classNames: readonly string[]): DetectionOutcomes {
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
