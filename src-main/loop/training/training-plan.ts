/** What a run is made of once everything that nobody set has been chosen from its pictures. */
import type {
  ArchitectureName,
  ScheduleName,
  TrainingParameters,
} from '../../../src-preload/contract/training.ts';
import { AppError } from '../../base/app-error.ts';
import type { BaseClassifier } from './base-classifier.ts';

/** The training pictures in figures. */
export interface TrainingPictures {
  /** Pictures of the train split. */
  readonly count: number;
  /** Pixels: the larger of the median width and height. */
  readonly medianSize: number;
}

export interface TrainingPlan {
  readonly task: 'classification';
  /** Of a run that goes on from another model: of no account. */
  readonly architecture: Extract<ArchitectureName, `classifier-${string}`>;
  /** What the training begins from; null: from nothing. */
  readonly base: BaseClassifier | null;
  /** Steps in which a new last layer is trained alone. */
  readonly headSteps: number;
  readonly epochs: number;
  readonly imageSize: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  readonly optimizer: TrainingParameters['optimizer'];
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly augmentation: number;
  readonly classBalance: number;
  readonly patience: number;
  /** Of the moving average of the weights, which are what is validated and exported. */
  readonly averageDecay: number;
  readonly seed: number;
  readonly timeBudgetS: number | null;
}

/** What the training of a picture is assumed to take before it is measured: 30 GFLOP/s, a backward pass of two forwards. */
const assumedFlopsPerMs = 3e7;
const flopsPerForwardFlop = 3;
/** The same for decoding a picture. */
const assumedDecodeMs = 1;

/**
 * Share of a run's time that its pictures' decoding takes, as far as that can be told beforehand.
 * @param pictures decoded before the first step
 * @param forwardFlops of one picture
 */
export function estimatePreparationShare(plan: TrainingPlan, pictures: number, forwardFlops: number): number {
  const { totalSteps, batchSize, timeBudgetS } = plan;
  const stepsMs = (totalSteps * batchSize * flopsPerForwardFlop * forwardFlops) / assumedFlopsPerMs;
  const trainingMs = timeBudgetS === null ? stepsMs : Math.min(stepsMs, 1000 * timeBudgetS);
  const decodingMs = pictures * assumedDecodeMs;
  return decodingMs / (decodingMs + trainingMs);
}

/** Where nobody sets epochs or a budget, a first model should be there after a coffee. */
export const defaultTimeBudgetS = 240;

/** Found by trials on photographs of leaves at 96 pixels and on handwritten digits at 28. */
const peakLearningRates = { adamw: 0.003, sgd: 0.1 } as const satisfies Record<
  TrainingParameters['optimizer'],
  number
>;

/** AdamW takes it off the weights (Loshchilov and Hutter 2019), SGD adds it to the gradient (Ultralytics' default). */
export const usualWeightDecay = { adamw: 0.02, sgd: 0.0005 } as const satisfies Record<
  TrainingParameters['optimizer'],
  number
>;

/** Where a new last layer stands on what was learned, pictures are varied less: features of them are there already. */
const transferAugmentation = 0.5;

/** Of the target, spread over all classes. */
const usualLabelSmoothing = 0.05;

export function planTraining(
  parameters: TrainingParameters,
  pictures: TrainingPictures,
  base: BaseClassifier | null = null,
): TrainingPlan {
  const batchSize = parameters.batchSize ?? chooseBatchSize(pictures.count);
  const epochs = parameters.epochs ?? chooseEpochs(pictures.count);
  const stepsPerEpoch = Math.max(1, Math.ceil(pictures.count / batchSize));
  const totalSteps = epochs * stepsPerEpoch;
  return {
    task: 'classification',
    architecture: chooseArchitecture(parameters),
    base,
    headSteps: base?.hasNewHead ? stepsPerEpoch * chooseHeadEpochs(epochs) : 0,
    epochs,
    imageSize: base?.imageSize ?? parameters.imageSize ?? chooseImageSize(pictures.medianSize),
    batchSize,
    learningRate: parameters.learningRate ?? peakLearningRates[parameters.optimizer],
    schedule: parameters.schedule ?? 'cosine',
    optimizer: parameters.optimizer,
    weightDecay: parameters.weightDecay ?? usualWeightDecay[parameters.optimizer],
    labelSmoothing: parameters.labelSmoothing ?? chooseLabelSmoothing(base),
    warmupSteps: chooseWarmupSteps(parameters.warmupEpochs, stepsPerEpoch, totalSteps, base !== null),
    totalSteps,
    augmentation: parameters.augmentation ?? (base?.hasNewHead ? transferAugmentation : 1),
    classBalance: parameters.classBalance,
    patience: parameters.patience ?? Math.max(10, Math.ceil(epochs / 4)),
    averageDecay: chooseAverageDecay(totalSteps),
    seed: parameters.seed,
    timeBudgetS: chooseTimeBudgetS(parameters),
  };
}

/** @throws {AppError} TASK_MISMATCH for the architecture of a detector */
function chooseArchitecture({
  architecture = 'classifier-nano',
}: TrainingParameters): TrainingPlan['architecture'] {
  if (architecture === 'classifier-nano' || architecture === 'classifier-small') return architecture;
  throw new AppError(
    'TASK_MISMATCH',
    `${architecture} finds boxes, but the dataset has a class for each picture: take classifier-nano or classifier-small`,
    { data: { architecture } },
  );
}

/** Small pictures keep their size, in steps of four pixels; larger ones are brought down to 96. */
export function chooseImageSize(medianSize: number): number {
  return Math.min(96, Math.max(16, 4 * Math.round(medianSize / 4)));
}

/** At least four steps an epoch while a batch can still be halved; below eight, batch statistics are noise. */
export function chooseBatchSize(count: number): number {
  if (count >= 5_000) return 64;
  let batchSize = 32;
  while (batchSize > 8 && count < 4 * batchSize) batchSize /= 2;
  return Math.min(batchSize, Math.max(1, count));
}

/** Pictures shown in all grow with the root of their number: 200 epochs of 50, 84 of 320, 21 of 5,000, 6 of 60,000. */
export function chooseEpochs(count: number): number {
  return Math.min(200, Math.max(6, Math.round(1500 / Math.sqrt(Math.max(1, count)))));
}

/**
 * A last layer that is kept has learned without it: of digits whose outputs are thousands apart, smoothing takes more
 * than learning gives (98.9 % become 98.8, without it 99.0).
 */
function chooseLabelSmoothing(base: BaseClassifier | null): number {
  return base !== null && !base.hasNewHead ? 0 : usualLabelSmoothing;
}

/** A tenth of the epochs, one to three: a new layer on fixed features is soon as good as it gets. */
function chooseHeadEpochs(epochs: number): number {
  return Math.min(3, Math.max(1, Math.round(epochs / 10)));
}

/** What was trained before needs one epoch at most: its gradients are no surprise, and its last layer has learned by then. */
function chooseWarmupSteps(
  warmupEpochs: number | undefined,
  stepsPerEpoch: number,
  totalSteps: number,
  isTrained: boolean,
): number {
  if (warmupEpochs !== undefined) return Math.round(Math.min(warmupEpochs * stepsPerEpoch, totalSteps / 2));
  return Math.round(Math.min(200, totalSteps / 10, isTrained ? stepsPerEpoch : Number.POSITIVE_INFINITY));
}

/** The average spans about the last twentieth of the steps. */
function chooseAverageDecay(totalSteps: number): number {
  return Math.min(0.998, Math.max(0.9, 1 - 20 / totalSteps));
}

function chooseTimeBudgetS({ timeBudgetS, epochs }: TrainingParameters): number | null {
  if (timeBudgetS !== undefined) return timeBudgetS;
  return epochs === undefined ? defaultTimeBudgetS : null;
}

/** As the params of the run row, in MLflow's manner: all of it as text. */
export function toParams(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, string][] => {
      if (value === null || value === undefined) return [];
      return typeof value === 'object' ? Object.entries(toParams(value)) : [[key, String(value)]];
    }),
  );
}
