/** A classifier tried on pictures: all of them for its figures, one at a time for its speed. */
import { setImmediate as afterMessages } from 'node:timers/promises';
import type { ClassificationReport } from '../../src-preload/contract/evaluation.ts';
import { throwIfCancelled } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import type { ClassificationFigures } from './classification-metrics.ts';
import { percentiles } from './percentiles.ts';
import { wilsonInterval } from './wilson-interval.ts';

/** What a trainer and a predictor have in common. */
export interface PictureClassifier {
  /** @returns probabilities `[count, classes]` of images `[count, height, width, channels]` */
  predict(images: Uint8Array, count: number): Promise<Float32Array>;
}

/** Pictures as a classifier takes them. */
export interface PictureSupply {
  readonly count: number;
  /** `[count, height, width, channels]` */
  load(start: number, count: number): Promise<Uint8Array>;
}

export interface MeasurementOptions {
  readonly signal: AbortSignal;
  /** @param done pictures so far */
  readonly onProgress?: (done: number) => void;
}

/** Pictures of one forward pass: enough to be fast, few enough for the memory of their activations. */
const chunk = 64;

/**
 * Loads the next pictures during a pass, and lets messages of the process in between the passes.
 * @returns probabilities `[count, classes]`
 * @throws {CancelledError}, and what `load` throws
 */
export async function classifyPictures(
  classifier: PictureClassifier,
  supply: PictureSupply,
  { signal, onProgress }: MeasurementOptions,
): Promise<Float32Array> {
  const rows: Float32Array[] = [];
  const sizeAt = (start: number) => Math.min(chunk, supply.count - start);
  let next = supply.load(0, sizeAt(0));
  for (let start = 0; start < supply.count; start += chunk) {
    const images = await next;
    const count = sizeAt(start);
    next = supply.load(start + count, sizeAt(start + count));
    next.catch(() => undefined);
    rows.push(await classifier.predict(images, count));
    onProgress?.(start + count);
    await afterMessages();
    throwIfCancelled(signal);
  }
  return concatenate(rows);
}

/** Runs before the clock counts, counted runs at most, the time after which no further run begins, pictures in turn. */
const latencyRuns = { before: 5, most: 200, longestMs: 3_000, pictures: 16 } as const;

/** Durations of the model alone on single pictures, after some unmeasured ones; zeros without pictures. */
export async function measureLatency(
  model: { predict(images: Uint8Array, count: number): Promise<unknown> },
  supply: PictureSupply,
  clock: Clock,
): Promise<ClassificationReport['latencyMs']> {
  const durations: number[] = [];
  const pictures = await loadSingles(supply);
  const beganAt = clock.monotonic();
  for (let run = -latencyRuns.before; run < latencyRuns.most; run++) {
    const picture = pictures[(run + latencyRuns.before) % pictures.length];
    if (!picture || (run > 0 && clock.monotonic() - beganAt > latencyRuns.longestMs)) break;
    const startedAt = clock.monotonic();
    await model.predict(picture, 1);
    if (run >= 0) durations.push(clock.monotonic() - startedAt);
    await afterMessages();
  }
  return describeDurations(durations);
}

async function loadSingles(supply: PictureSupply): Promise<Uint8Array[]> {
  const count = Math.min(latencyRuns.pictures, supply.count);
  const images = await supply.load(0, count);
  const bytes = images.length / Math.max(1, count);
  return Array.from({ length: count }, (_, index) => images.slice(index * bytes, (index + 1) * bytes));
}

function describeDurations(durations: readonly number[]): ClassificationReport['latencyMs'] {
  if (durations.length === 0) return { p50: 0, p95: 0, p99: 0, mean: 0 };
  const [p50 = 0, p95 = 0, p99 = 0] = percentiles(durations, [50, 95, 99]);
  const mean = durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
  return { p50, p95, p99, mean };
}

/** @param classNames in the order of the classes of the figures */
export function toClassificationReport(
  figures: ClassificationFigures,
  classNames: readonly string[],
  measured: Pick<ClassificationReport, 'latencyMs' | 'provider'>,
): ClassificationReport {
  const { accuracy, precision, recall, f1, logLoss, count, correct } = figures;
  return {
    task: 'classification',
    accuracy,
    accuracyInterval: wilsonInterval(correct, count),
    precision,
    recall,
    f1,
    logLoss,
    perClass: figures.perClass.map((figure, index) => ({ className: classNames[index] ?? '', ...figure })),
    confusion: figures.confusion.map((row) => [...row]),
    classNames: [...classNames],
    count,
    ...measured,
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
