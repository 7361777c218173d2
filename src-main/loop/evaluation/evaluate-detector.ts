/** A detector's file tried on the pictures of a split. */
import type { DetectionReport } from '../../../src-preload/contract/detection-report.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import { throwIfCancelled } from '../../base/cancellation.ts';
import { systemClock } from '../../base/clock.ts';
import { type DetectorPredictor, loadDetector, type ProviderName } from '../../engine/index.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import { measureLatency } from '../../statistics/classifier-measurement.ts';
import { type FoundBox, measureDetector, toFoundBox } from '../../statistics/detector-measurement.ts';
import { type BlobStore, createBlobStore } from '../../store/blobs.ts';
import { detectPictures, type FrameDetector, supplyFrames } from '../../vision/detect-pictures.ts';
import { toFrameDetector } from '../../vision/frame-detector.ts';
import { mapClasses } from './class-mapping.ts';
import {
  type DetectorResult,
  type DetectorSpec,
  detectionDefaults,
  type EvaluateUpdate,
} from './evaluate-job.ts';

/** Frames in one run. */
const batch = 8;

/** Pictures by which a provider that the evaluation does not run on is timed. */
const timedPictures = 16;

/** Judged pictures of one update: the station takes some ten milliseconds for them. */
const updateSize = 50;

/** @throws {AppError} BLOB_MISSING, MODEL_UNREADABLE, MODEL_CLASSES_MISMATCH, IMAGE_UNREADABLE */
export async function evaluateDetector(
  spec: DetectorSpec,
  context: JobContext<EvaluateUpdate>,
): Promise<DetectorResult> {
  const trial: Trial = {
    ...spec,
    context,
    blobs: createBlobStore(context.blobsDir),
    ...readThresholds(spec),
  };
  const { found, speed } = await tryOn(trial, spec.provider);
  const speeds = [speed];
  for (const provider of spec.comparedProviders) {
    const pictures = spec.pictures.slice(0, timedPictures);
    speeds.push((await tryOn({ ...trial, pictures }, provider)).speed);
  }
  const { report, pictures } = measureDetector({
    classNames: spec.classNames,
    pictures: spec.pictures,
    found,
    confusionConfidence: spec.reading.detection?.confusionConfidence ?? undefined,
    leastConfidence: trial.conf,
    suppressionIou: trial.iou,
    maxDetections: trial.maxDet,
    measured: { latencyMs: speed.latencyMs, provider: speed.provider, speeds },
  });
  for (let start = 0; start < pictures.length; start += updateSize) {
    throwIfCancelled(context.signal);
    await context.commit({ pictures: pictures.slice(start, start + updateSize) });
    context.reportProgress(0.95 + (0.05 * start) / pictures.length, 'keeping what was found');
  }
  return { report, pictures: [] };
}

interface Trial extends DetectorSpec {
  readonly context: JobContext<EvaluateUpdate>;
  readonly blobs: Pick<BlobStore, 'read'>;
  readonly conf: number;
  readonly iou: number;
  readonly maxDet: number;
  readonly tile: number | null;
}

function readThresholds({ reading: { detection } }: DetectorSpec) {
  return {
    conf: detection?.conf ?? detectionDefaults.conf,
    iou: detection?.iou ?? detectionDefaults.iou,
    maxDet: detection?.maxDet ?? detectionDefaults.maxDet,
    tile: detection?.tile ?? null,
  };
}

type Speed = DetectionReport['speeds'][number];

async function tryOn(trial: Trial, provider: ProviderName): Promise<{ found: FoundBox[][]; speed: Speed }> {
  const predictor = await openDetector(trial, provider);
  try {
    const classNames = nameClasses(trial, predictor);
    const place = predictor.family === 'yolox' ? 'corner' : 'centre';
    const detector = toFrameDetector(predictor, { place, confidence: trial.conf });
    const startedAt = systemClock.monotonic();
    const found = await detectAll(trial, detector, classNames);
    const seconds = (systemClock.monotonic() - startedAt) / 1000;
    const supply = supplyFrames(detector, trial.pictures.length, readPictureOf(trial));
    const latencyMs = await measureLatency({ predict: predictor.detect }, supply, systemClock);
    return {
      found,
      speed: { provider, latencyMs, picturesPerSecond: found.length / Math.max(1e-6, seconds) },
    };
  } finally {
    await predictor.dispose();
  }
}

async function openDetector(
  { blobs, modelHash, threads, conf, iou, maxDet }: Trial,
  provider: ProviderName,
): Promise<DetectorPredictor> {
  return loadDetector(await blobs.read(modelHash), {
    provider,
    threads,
    suppression: { confidence: conf, overlap: iou, maxDetections: maxDet },
  });
}

/** @throws {AppError} MODEL_CLASSES_MISMATCH */
function nameClasses({ classNames, reading }: DetectorSpec, predictor: DetectorPredictor): readonly string[] {
  const modelNames = reading.classNames ?? predictor.classNames;
  mapClasses(classNames, modelNames, predictor.classCount);
  return modelNames ?? classNames;
}

function readPictureOf({ pictures, blobs }: Trial): (index: number) => Promise<Uint8Array> {
  return (index) => blobs.read((pictures[index] as { imageHash: ImageHash }).imageHash);
}

async function detectAll(
  trial: Trial,
  detector: FrameDetector,
  classNames: readonly string[],
): Promise<FoundBox[][]> {
  const { pictures, context, iou, maxDet, tile } = trial;
  const options = { iou, maxDetections: maxDet, tile, batch, signal: context.signal };
  const found: FoundBox[][] = [];
  for await (const { detections } of detectPictures(
    detector,
    pictures.length,
    readPictureOf(trial),
    options,
  )) {
    found.push(detections.map((detection) => toFoundBox(detection, classNames)));
    const done = found.length;
    context.reportProgress((0.95 * done) / pictures.length, `picture ${done} of ${pictures.length}`);
  }
  return found;
}
