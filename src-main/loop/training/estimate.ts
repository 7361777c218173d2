/** What a run will take of time, memory and disk, as far as that can be told before it starts. */
import { freemem } from 'node:os';
import type { StartTraining, TrainingEstimate } from '../../../src-preload/contract/training.ts';
import { classifierArchitectures, detectorArchitectures, type ProviderName } from '../../engine/index.ts';
import type { BaseDetector } from './detection/base-detector.ts';
import { type DetectionPlan, updateSizeOf } from './detection/detection-plan.ts';
import { estimateDetectorMemory } from './detection/detector-memory.ts';
import { planRun } from './plan-run.ts';
import type { TrainingOptions } from './training.ts';
import type { TrainingPlan } from './training-plan.ts';

/** Training a picture is three forward passes: one and its gradients, which are two. */
const passes = 3;
/** Before anything was measured here: what two cores of a server do, and a graphics processor of a notebook. */
const assumedFlopsPerMs = { cpu: 6e7, accelerated: 1e9 } as const;
/** Runs that are looked at for how fast this machine is. */
const runsLookedAt = 50;

type Plan = TrainingPlan | DetectionPlan;

/** @throws as `planRun` */
export async function estimateRun(
  options: TrainingOptions,
  request: StartTraining,
): Promise<TrainingEstimate> {
  const { dataset, plan, provider } = await planRun(options, request);
  const { epochs, totalSteps: steps, batchSize, imageSize, architecture, task } = plan;
  const size = measureNetwork(plan, dataset.classNames.length);
  const measured = findSpeed(options, plan, provider);
  const assumed = provider === 'cpu' ? assumedFlopsPerMs.cpu : assumedFlopsPerMs.accelerated;
  const msPerPicture = measured === undefined ? (passes * size.flops) / assumed : 1000 / measured;
  const updateSize = plan.task === 'detection' ? updateSizeOf(plan) : batchSize;
  const shownMs = steps * updateSize * msPerPicture;
  const batches = updateSize / batchSize;
  const durationMs = Math.min(shownMs, plan.timeBudgetS === null ? shownMs : 1000 * plan.timeBudgetS);
  const figures = {
    ...{ task, architecture, epochs, steps, batchSize, imageSize, durationMs },
    isMeasured: measured !== undefined,
    memoryBytes: estimateMemory(plan),
    freeMemoryBytes: freemem(),
    diskBytes: estimateDisk(size.parameters),
  };
  return { ...figures, statement: describe(figures, shownMs, batches) };
}

function measureNetwork(plan: Plan, classes: number) {
  if (plan.base) return 'flops' in plan.base ? plan.base : compareWithNano(plan.base, classes);
  const architectures = [...classifierArchitectures, ...detectorArchitectures];
  const architecture = architectures.find(({ name }) => name === plan.architecture);
  return {
    flops: architecture?.countFlops(plan.imageSize, classes) ?? 0,
    parameters: architecture?.countParameters(classes) ?? 0,
  };
}

/** A foreign detector takes about as much arithmetic for each of its numbers as our own do. */
function compareWithNano({ parameters, imageSize }: BaseDetector, classes: number) {
  const [nano] = detectorArchitectures;
  const perNumber = (nano?.countFlops(imageSize, classes) ?? 0) / (nano?.countParameters(classes) ?? 1);
  return { parameters, flops: parameters * perNumber };
}

/** Pictures a second of the newest run of the same network on the same device. */
function findSpeed({ store }: TrainingOptions, plan: Plan, provider: ProviderName): number | undefined {
  const run = store.runs
    .list(runsLookedAt)
    .find(
      ({ params, metrics }) =>
        metrics.pictures_per_second !== undefined &&
        params.architecture === plan.architecture &&
        params.imageSize === String(plan.imageSize) &&
        params.device === provider,
    );
  return run?.metrics.pictures_per_second;
}

/** Of a classifier, whose pictures are small: mostly the runtime. */
const classifierBytes = 700 * 2 ** 20;

function estimateMemory(plan: Plan): number {
  return plan.task === 'detection' ? estimateDetectorMemory(plan) : classifierBytes;
}

/** A checkpoint holds weights, two moments, their average and the best model, of four bytes each; two of them at the switch. */
function estimateDisk(parameters: number): number {
  const ownMeasurements = 10 * 2 ** 20;
  return parameters * 4 * (2 * 5 + 1) + ownMeasurements;
}

/** @param batches that make an update */
function describe(figures: Omit<TrainingEstimate, 'statement'>, shownMs: number, batches: number): string {
  const { epochs, batchSize, imageSize, durationMs, isMeasured, memoryBytes, freeMemoryBytes, diskBytes } =
    figures;
  const share =
    durationMs < shownMs
      ? `, in which about ${Math.max(1, Math.round((epochs * durationMs) / shownMs))} of ${epochs} epochs fit`
      : ` for ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
  const source = isMeasured ? 'as measured here before' : 'a guess until the first run';
  const updates = batches === 1 ? '' : `, ${batches} to an update`;
  const room = memoryBytes > freeMemoryBytes ? ': more than is free, take a smaller batch or image size' : '';
  return `${figures.architecture} at ${imageSize} pixels in batches of ${batchSize}${updates}: about ${toMinutes(durationMs)}${share} (${source}); ${toGigabytes(memoryBytes)} of memory of ${toGigabytes(freeMemoryBytes)} free${room}; ${Math.ceil(diskBytes / 1e6)} MB on the disk`;
}

function toMinutes(durationMs: number): string {
  const minutes = durationMs / 60_000;
  return minutes < 90 ? `${Math.max(1, Math.round(minutes))} min` : `${(minutes / 60).toFixed(1)} h`;
}

function toGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
