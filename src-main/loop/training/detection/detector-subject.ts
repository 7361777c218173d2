/** A detector as the training loop sees it: batches that threads make, the parts of its loss, and mean average precision. */
import type { Clock } from '../../../base/clock.ts';
import type { ModelTrainer } from '../../../engine/index.ts';
import { detectPictures, type FrameDetector } from '../../../vision/detect-pictures.ts';
import type { Detection } from '../../../vision/suppression.ts';
import type { EpochScore } from '../epoch-score.ts';
import type { Sampler } from '../sampler.ts';
import type { BoxedEntry } from '../train-job.ts';
import type { LoopSubject, TrainedEpoch, Validation } from '../training-loop.ts';
import type { BatchSource } from './batch-source.ts';
import type { DetectionPlan } from './detection-plan.ts';
import { measureOutcomes } from './picture-outcomes.ts';
import type { PackedBatch } from './sample-thread.ts';

export interface DetectorSubjectOptions {
  readonly trainer: ModelTrainer;
  readonly plan: DetectionPlan;
  readonly source: BatchSource;
  readonly sampler: Sampler;
  readonly classNames: readonly string[];
  readonly val: readonly BoxedEntry[];
  readonly readPicture: (picture: BoxedEntry) => Promise<Uint8Array>;
  /** The averaged weights, as they will serve. */
  readonly detector: FrameDetector;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly exportModel: () => Promise<Uint8Array>;
}

export function createDetectorSubject(options: DetectorSubjectOptions): LoopSubject<PackedBatch> {
  const { trainer, plan, source, sampler, exportModel } = options;
  return {
    stepCount: () => trainer.stepCount,
    listBatches: (epoch, share, skipped) =>
      source.listBatches(epoch, sampler.listBatches(epoch), isMosaicOpen(plan, share), skipped),
    step: async ({ images, boxes, classes }, learningRate) => {
      const feeds = new Map<string, Uint8Array | Float32Array | Int32Array>([
        ['images', images],
        ['boxes', boxes],
        ['classes', classes],
      ]);
      const { results, ...outcome } = await trainer.step(feeds, learningRate);
      const named = [...results].map(([name, [value = Number.NaN]]) => [toFigureName(name), value] as const);
      const figures = Object.fromEntries(named);
      return { ...outcome, figures };
    },
    validate: (trained) => validate(options, trained),
    readState: () => trainer.readState(),
    exportModel,
  };
}

/** Shares that differ by less are rounding. */
const rounding = 1e-9;

/** The last epochs, or their share of the time, show pictures as they will come in service (YOLOX, section 2.3). */
function isMosaicOpen({ closeMosaic, epochs }: DetectionPlan, share: number): boolean {
  return share < 1 - closeMosaic / epochs - rounding;
}

/** `lossBox` to `loss_box`, as the metrics of a run are spelt. */
function toFigureName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Frames in one run of the validation. */
export const validationBatch = 8;

async function validate(options: DetectorSubjectOptions, trained: TrainedEpoch): Promise<Validation> {
  const { source, clock, val, plan } = options;
  const waiting = describeWaiting(source, trained);
  // Without pictures to judge by, the latest weights are the best.
  if (val.length === 0) return { metrics: waiting, score: { quality: trained.epoch, loss: 0, tolerance: 0 } };
  if (!isValidated(plan, trained)) return { metrics: waiting, score: undefined };
  const startedAt = clock.monotonic();
  const found = await detectSplit(options);
  const figures = measureOutcomes(val, found, options.classNames);
  const measured = {
    'val/map50': figures.map50 ?? 0,
    'val/map5095': figures.map5095 ?? 0,
    'val/recall': figures.ar100 ?? 0,
    validation_seconds: (clock.monotonic() - startedAt) / 1000,
  };
  return { metrics: { ...waiting, ...measured }, score: scoreFitness(figures) };
}

/** The first and the last epoch are, so that there is always a best; and all that show pictures as they are. */
function isValidated(plan: DetectionPlan, { epoch, isLast, share }: TrainedEpoch): boolean {
  return isLast || epoch % plan.validateEvery === 0 || epoch === 1 || !isMosaicOpen(plan, share);
}

/** As Ultralytics weighs them: a tenth of map50 and nine of map5095. */
function scoreFitness({
  map50,
  map5095,
}: {
  readonly map50: number | null;
  readonly map5095: number | null;
}): EpochScore {
  const fitness = 0.1 * (map50 ?? 0) + 0.9 * (map5095 ?? 0);
  return { quality: fitness, loss: 1 - fitness, tolerance: 0 };
}

/** Of the epoch's time, and of the threads'. */
function describeWaiting(source: BatchSource, { durationMs }: TrainedEpoch): Record<string, number> {
  const { waitMs, busyMs } = source.takeWait();
  return { data_wait_share: waitMs / durationMs, data_busy_share: busyMs / durationMs };
}

async function detectSplit(options: DetectorSubjectOptions): Promise<(readonly Detection[])[]> {
  const { detector, val, readPicture, plan, signal } = options;
  const found: (readonly Detection[])[] = [];
  const read = (index: number) => readPicture(val[index] as BoxedEntry);
  const { overlap: iou, maxDetections, tile } = plan;
  const detectOptions = { iou, maxDetections, tile, batch: validationBatch, signal };
  for await (const { detections } of detectPictures(detector, val.length, read, detectOptions)) {
    found.push(detections);
  }
  return found;
}
