/** What a detector's run is made of once everything that nobody set has been chosen from its pictures. */

import {
  type ArchitectureName,
  type DetectionOptions,
  detectionOptionsSchema,
  type ScheduleName,
  type TrainingParameters,
} from '../../../../src-preload/contract/training.ts';
import { AppError } from '../../../base/app-error.ts';
import type { DetectionAugmentOptions } from '../../../vision/detection-augment.ts';
import { usualWeightDecay } from '../training-plan.ts';
import type { BaseDetector } from './base-detector.ts';
import { estimateDetectorMemory } from './detector-memory.ts';

type DetectorName = Extract<ArchitectureName, `detector-${string}`>;

const detectorNames: readonly DetectorName[] = ['detector-nano', 'detector-small', 'detector-medium'];

export interface DetectionPlan {
  readonly task: 'detection';
  /** A name of our own, or the family of the base. */
  readonly architecture: string;
  /** What the training begins from; null: from nothing. */
  readonly base: BaseDetector | null;
  readonly epochs: number;
  /** Side of the square frame in pixels. */
  readonly imageSize: number;
  /** Pictures that are in memory at once. */
  readonly batchSize: number;
  /** Batches whose gradients make one update; absent, in plans of older stations: 1. */
  readonly accumulate?: number;
  /** Null: every batch makes an update. */
  readonly nominalBatch?: number | null;
  readonly learningRate: number;
  /** The learning rate at the end of a cosine or a line, as a share of the peak. */
  readonly finalShare: number;
  readonly schedule: ScheduleName;
  readonly optimizer: TrainingParameters['optimizer'];
  readonly momentum: number;
  readonly weightDecay: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly augment: DetectionAugmentOptions;
  readonly closeMosaic: number;
  readonly classBalance: number;
  readonly freeze: number;
  readonly patience: number;
  /** Epochs between two validations, which are no less than each at the end. */
  readonly validateEvery: number;
  /** Of the moving average of the weights, which are what is validated and exported. */
  readonly averageDecay: number;
  readonly confidence: number;
  readonly overlap: number;
  readonly maxDetections: number;
  /** Side of the tiles in pixels of the picture; null: pictures are shown whole. */
  readonly tile: number | null;
  readonly seed: number;
  readonly timeBudgetS: number | null;
}

/** What there is to train from and with. */
export interface DetectionGround {
  /** Pictures of the train split, and of the one for validation; tiles where pictures are shown in tiles. */
  readonly trainCount: number;
  readonly valCount: number;
  /** Pixels: the larger of the median width and height. */
  readonly medianSize: number;
  /** Boxes of the picture that has most. */
  readonly mostBoxes: number;
  readonly base: BaseDetector | null;
  /** Whether a graphics processor does the arithmetic. */
  readonly isAccelerated: boolean;
  /** Of the machine. */
  readonly freeMemoryBytes: number;
}

/** Where nobody sets epochs or a budget. */
const defaultBudgetS = { fromNothing: 40 * 60, fromBase: 15 * 60 } as const;

/** For updates by 16 pictures; found by trials on blood cells at 320 pixels. */
const peakLearningRates = {
  fromNothing: { adamw: 0.002, sgd: 0.02 },
  // In batches of 8 that is 0.0005, with which a trained network lost less of what it knew than with 0.001.
  fromBase: { adamw: 0.0007, sgd: 0.007 },
} as const;

/** The noise of gradients shrinks with the root of the batch (Krizhevsky 2014, section 5). */
function choosePeak(rateAtSixteen: number, updateSize: number): number {
  return Number((rateAtSixteen * Math.sqrt(updateSize / 16)).toPrecision(2));
}

/** Pictures whose gradients make one update. */
export function updateSizeOf({
  batchSize,
  accumulate = 1,
}: Pick<DetectionPlan, 'batchSize' | 'accumulate'>): number {
  return batchSize * accumulate;
}

/** @throws {AppError} INPUT_INVALID for a frame that no detector has */
export function planDetection(parameters: TrainingParameters, ground: DetectionGround): DetectionPlan {
  const options = detectionOptionsSchema.parse(parameters.detection ?? {});
  const start = ground.base ? 'fromBase' : 'fromNothing';
  const architecture = ground.base?.family ?? chooseArchitecture(parameters);
  const imageSize = ground.base?.imageSize ?? parameters.imageSize ?? chooseImageSize(ground);
  assertFrame(imageSize, parameters, ground.base);
  const batchSize = parameters.batchSize ?? chooseBatchSize(ground, architecture, imageSize, options.nbs);
  const accumulate = countBatchesOfUpdate(options.nbs, batchSize, ground.trainCount);
  const updateSize = batchSize * accumulate;
  const stepsPerEpoch = Math.max(1, Math.ceil(ground.trainCount / updateSize));
  const epochs = parameters.epochs ?? chooseEpochs(ground.trainCount);
  const totalSteps = epochs * stepsPerEpoch;
  const weightDecay = parameters.weightDecay ?? usualWeightDecay[parameters.optimizer];
  const timeBudgetS = chooseTimeBudgetS(parameters, defaultBudgetS[start]);
  return {
    task: 'detection',
    architecture,
    base: ground.base,
    epochs,
    imageSize,
    batchSize,
    accumulate,
    nominalBatch: options.nbs ?? null,
    learningRate:
      parameters.learningRate ?? choosePeak(peakLearningRates[start][parameters.optimizer], updateSize),
    finalShare: options.lrf,
    schedule: parameters.schedule ?? (options.cosLr ? 'cosine' : 'linear'),
    optimizer: parameters.optimizer,
    momentum: options.momentum,
    weightDecay: weightDecay * (options.nbs === undefined ? 1 : updateSize / options.nbs),
    warmupSteps: chooseWarmupSteps(parameters.warmupEpochs, stepsPerEpoch, totalSteps),
    totalSteps,
    augment: chooseAugmentation(options, parameters.augmentation ?? 1),
    closeMosaic: options.closeMosaic,
    classBalance: parameters.classBalance,
    freeze: options.freeze,
    patience: parameters.patience ?? Math.max(30, Math.ceil(epochs / 3)),
    validateEvery: chooseValidationInterval(ground),
    averageDecay: chooseAverageDecay(totalSteps, timeBudgetS),
    confidence: options.conf,
    overlap: options.iou,
    maxDetections: options.maxDet ?? Math.max(300, Math.ceil(1.5 * ground.mostBoxes)),
    tile: options.tile ?? null,
    seed: parameters.seed,
    timeBudgetS,
  };
}

/** @throws {AppError} TASK_MISMATCH for the architecture of a classifier */
function chooseArchitecture({ architecture = 'detector-nano' }: TrainingParameters): DetectorName {
  const detector = detectorNames.find((name) => name === architecture);
  if (detector) return detector;
  throw new AppError(
    'TASK_MISMATCH',
    `${architecture} tells a picture's class, but the dataset has boxes: take ${detectorNames.join(', ')}`,
    { data: { architecture } },
  );
}

/** The coarsest level of a detector halves its frame five times. */
const frameStep = 32;

function assertFrame(
  imageSize: number,
  { imageSize: wanted }: TrainingParameters,
  base: BaseDetector | null,
): void {
  if (base && wanted !== undefined && wanted !== imageSize) {
    throw new AppError(
      'INPUT_INVALID',
      `${base.label} is made for pictures of ${imageSize} pixels, got ${wanted}: leave the image size out`,
      { data: { imageSize: wanted, near: imageSize } },
    );
  }
  if (imageSize % frameStep === 0 && imageSize >= 64) return;
  const near = Math.max(64, frameStep * Math.round(imageSize / frameStep));
  throw new AppError(
    'INPUT_INVALID',
    `a detector's image size is a multiple of ${frameStep} from 64 on, got ${imageSize}: take ${near}`,
    { data: { imageSize, near } },
  );
}

/** The pictures' own size, up to what is trained in hours: 416 on a CPU, 640 on a graphics processor. */
function chooseImageSize({ medianSize, isAccelerated }: DetectionGround): number {
  const most = isAccelerated ? 640 : 416;
  return Math.min(most, Math.max(64, frameStep * Math.round(medianSize / frameStep)));
}

/** Of the memory that is free. */
const memoryShare = 0.6;

/**
 * At least 32 steps an epoch down to batches of 8, at least eight down to 4, and no more than memory has room for or than
 * make an update.
 */
function chooseBatchSize(
  ground: DetectionGround,
  architecture: string,
  imageSize: number,
  nominalBatch = Number.POSITIVE_INFINITY,
): number {
  let batchSize = 16;
  while (batchSize > 8 && ground.trainCount < 32 * batchSize) batchSize /= 2;
  while (batchSize > 4 && ground.trainCount < 8 * batchSize) batchSize /= 2;
  const isTooLarge = () =>
    estimateDetectorMemory({ architecture, imageSize, batchSize }) > memoryShare * ground.freeMemoryBytes;
  while (batchSize > 1 && (isTooLarge() || batchSize > nominalBatch)) batchSize /= 2;
  return batchSize;
}

/** As Ultralytics: round(nbs / batch), at least 1; but an update an epoch at least. */
function countBatchesOfUpdate(nominalBatch: number | undefined, batchSize: number, count: number): number {
  if (nominalBatch === undefined) return 1;
  const batchesPerEpoch = Math.max(1, Math.ceil(count / batchSize));
  return Math.min(batchesPerEpoch, Math.max(1, Math.round(nominalBatch / batchSize)));
}

/** Pictures shown in all grow with the root of their number: 300 of 100, 279 of 205, 126 of 1,000, 57 of 5,000. */
function chooseEpochs(count: number): number {
  return Math.min(300, Math.max(30, Math.round(4000 / Math.sqrt(Math.max(1, count)))));
}

/** Three epochs, as Ultralytics has it; at most a tenth of the run. */
function chooseWarmupSteps(
  warmupEpochs: number | undefined,
  stepsPerEpoch: number,
  totalSteps: number,
): number {
  if (warmupEpochs !== undefined) return Math.round(Math.min(warmupEpochs * stepsPerEpoch, totalSteps / 2));
  return Math.round(Math.min(3 * stepsPerEpoch, totalSteps / 10));
}

/** The average spans about the last fortieth of the steps; of a run that time may cut short, a hundred at most. */
function chooseAverageDecay(totalSteps: number, timeBudgetS: number | null): number {
  return Math.min(timeBudgetS === null ? 0.998 : 0.99, Math.max(0.9, 1 - 40 / totalSteps));
}

/** A picture's validation takes about a third of its training: the two stand in the relation of 1 to 20 at most. */
function chooseValidationInterval({ trainCount, valCount }: DetectionGround): number {
  return Math.min(10, Math.max(1, Math.round((20 * valCount) / (3 * Math.max(1, trainCount)))));
}

function chooseTimeBudgetS({ timeBudgetS, epochs }: TrainingParameters, byDefault: number): number | null {
  if (timeBudgetS !== undefined) return timeBudgetS;
  return epochs === undefined ? byDefault : null;
}

/** @param strength 0: none at all, 1: as the options say, 2: twice as far and as often */
function chooseAugmentation(options: DetectionOptions, strength: number): DetectionAugmentOptions {
  const stretch = (value: number, most: number) => Math.min(most, strength * value);
  return {
    mosaic: stretch(options.mosaic, 1),
    mixup: stretch(options.mixup, 1),
    hsvH: stretch(options.hsvH, 0.5),
    hsvS: stretch(options.hsvS, 1),
    hsvV: stretch(options.hsvV, 0.9),
    degrees: stretch(options.degrees, 180),
    translate: stretch(options.translate, 0.9),
    scale: stretch(options.scale, 0.95),
    multiScale: stretch(options.multiScale, 0.95),
    shear: stretch(options.shear, 45),
    fliplr: strength === 0 ? 0 : options.fliplr,
    flipud: strength === 0 ? 0 : options.flipud,
    crop: stretch(options.crop, 1),
  };
}
