/** The trained detector on the test pictures, as it will answer in service: its report, and what it found on each. */
import { systemClock } from '../../../base/clock.ts';
import { type DetectorPredictor, loadDetector } from '../../../engine/index.ts';
import type { JobContext } from '../../../jobs/job-kind.ts';
import { measureLatency, type PictureSupply } from '../../../statistics/classifier-measurement.ts';
import { type FoundBox, measureDetector } from '../../../statistics/detector-measurement.ts';
import type { BlobStore } from '../../../store/blobs.ts';
import { detectPictures } from '../../../vision/detect-pictures.ts';
import { toFrameDetector } from '../../../vision/frame-detector.ts';
import { readFrames } from '../../../vision/frames.ts';
import type { Detection } from '../../../vision/suppression.ts';
import type { DetectorSpec, DetectorTest } from '../train-job.ts';
import { validationBatch } from './detector-subject.ts';

/** @throws {AppError} IMAGE_UNREADABLE, BLOB_MISSING @throws {CancelledError} */
export async function tryDetector(
  spec: DetectorSpec,
  { signal }: Pick<JobContext<never>, 'signal'>,
  blobs: BlobStore,
  model: Uint8Array,
): Promise<DetectorTest> {
  const { plan, pictures, classNames, provider, threads } = spec;
  const suppression = {
    confidence: plan.confidence,
    overlap: plan.overlap,
    maxDetections: plan.maxDetections,
  };
  const predictor = await loadDetector(model, { provider, threads, suppression });
  try {
    const detector = toFrameDetector(predictor, { place: 'centre', confidence: plan.confidence });
    const read = (index: number) => blobs.read(pictures.test[index]?.imageHash ?? ('' as never));
    const { overlap: iou, maxDetections, tile } = plan;
    const options = { iou, maxDetections, tile, batch: validationBatch, signal };
    const found: FoundBox[][] = [];
    const startedAt = systemClock.monotonic();
    for await (const { detections } of detectPictures(detector, pictures.test.length, read, options)) {
      found.push(detections.map((detection) => toFoundBox(detection, classNames)));
    }
    const picturesPerSecond = (1000 * found.length) / (systemClock.monotonic() - startedAt);
    const latencyMs = await measureLatency(toClassifier(predictor), supplyFrames(spec, read), systemClock);
    return measureDetector({
      classNames,
      pictures: pictures.test,
      found,
      leastConfidence: plan.confidence,
      suppressionIou: plan.overlap,
      maxDetections,
      measured: { latencyMs, provider, speeds: [{ provider, latencyMs, picturesPerSecond }] },
    });
  } finally {
    await predictor.dispose();
  }
}

function toFoundBox(
  { left, top, right, bottom, score, classIndex }: Detection,
  classNames: readonly string[],
): FoundBox {
  const className = classNames[classIndex] ?? '';
  return { className, x: left, y: top, width: right - left, height: bottom - top, score };
}

/** For its durations alone. */
function toClassifier(predictor: DetectorPredictor) {
  return {
    predict: async (images: Uint8Array, count: number) => (await predictor.detect(images, count)).scores,
  };
}

function supplyFrames(
  { plan, pictures }: DetectorSpec,
  read: (index: number) => Promise<Uint8Array>,
): PictureSupply {
  const frame = { width: plan.imageSize, height: plan.imageSize };
  return {
    count: pictures.test.length,
    load: async (start, count) => {
      const frames: Uint8Array[] = [];
      for (let index = start; index < start + count; index++) {
        const { value } = await readFrames(await read(index), { frame, place: 'centre', tile: null }).next();
        if (value) frames.push(value.pixels);
      }
      return Buffer.concat(frames);
    },
  };
}
