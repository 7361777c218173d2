/** The trained detector on the test pictures, as it will answer in service: its report, and what it found on each. */
import { systemClock } from '../../../base/clock.ts';
import { loadDetector } from '../../../engine/index.ts';
import type { JobContext } from '../../../jobs/job-kind.ts';
import { measureLatency } from '../../../statistics/classifier-measurement.ts';
import { type FoundBox, measureDetector, toFoundBox } from '../../../statistics/detector-measurement.ts';
import type { BlobStore } from '../../../store/blobs.ts';
import { detectPictures, supplyFrames } from '../../../vision/detect-pictures.ts';
import { toFrameDetector } from '../../../vision/frame-detector.ts';
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
    const supply = supplyFrames(detector, pictures.test.length, read);
    const latencyMs = await measureLatency({ predict: predictor.detect }, supply, systemClock);
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
