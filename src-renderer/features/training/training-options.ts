/** The options beyond the first choices: which a task has, in which group they stand, and under which name people know them. */
import {
  type DetectionOptions,
  detectionOptionsSchema,
  type ScheduleName,
  type Task,
  type TrainingParameters,
  trainingParametersSchema,
} from '../../../src-preload/contract/index.ts';

type ChosenElsewhere =
  | 'architecture'
  | 'base'
  | 'basePixelRange'
  | 'checkpointEveryS'
  | 'detection'
  | 'device'
  | 'forms'
  | 'timeBudgetS';

export type OptionName = Exclude<keyof TrainingParameters, ChosenElsewhere> | keyof DetectionOptions;
export type OptionValue = number | string | boolean;

export interface TrainingOption {
  readonly name: OptionName;
  readonly label: string;
  readonly description: string;
  /** Of the arrows beside a number. */
  readonly step?: number;
  /** Values and how they are called, where it is no number. */
  readonly choices?: ReadonlyArray<readonly [OptionValue, string]>;
  /** What stands in the empty field of an option without a default of its own. */
  readonly whenEmpty?: string;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly TrainingOption[];
}

const optimizers = [
  ['adamw', 'AdamW'],
  ['sgd', 'SGD, momentum'],
] as const;

const schedules = [
  ['cosine', 'Cosine'],
  ['linear', 'Linear'],
  ['step', 'In steps'],
  ['one-cycle', 'One cycle'],
  ['constant', 'Constant'],
] as const satisfies ReadonlyArray<readonly [ScheduleName, string]>;

const switchChoices = [
  [true, 'On'],
  [false, 'Off'],
] as const;

const classBalance: TrainingOption = {
  name: 'classBalance',
  label: 'Class balance',
  description: '1: all classes alike',
  step: 0.25,
};

const threads: TrainingOption = {
  name: 'threads',
  label: 'CPU threads',
  description: 'Of this machine',
  whenEmpty: 'All',
};

const mixedPrecision: TrainingOption = {
  name: 'amp',
  label: 'Mixed precision',
  description: 'Faster on a GPU',
  choices: switchChoices,
};

const classificationGroups: readonly OptionGroup[] = [
  {
    title: 'Length and size',
    options: [
      { name: 'epochs', label: 'Epochs', description: 'At most' },
      { name: 'patience', label: 'Patience', description: 'Epochs; 0: off' },
      { name: 'imageSize', label: 'Picture size', description: 'Pixels', step: 16 },
      { name: 'batchSize', label: 'Batch size', description: 'Pictures a step', step: 8 },
      threads,
      mixedPrecision,
      { name: 'seed', label: 'Seed', description: 'Same seed, same run' },
    ],
  },
  {
    title: 'Learning',
    options: [
      { name: 'optimizer', label: 'Optimizer', description: 'How it learns', choices: optimizers },
      { name: 'learningRate', label: 'Learning rate', description: 'At its peak', step: 0.001 },
      { name: 'schedule', label: 'Schedule', description: 'Of the learning rate', choices: schedules },
      {
        name: 'weightDecay',
        label: 'Weight decay',
        description: '0 to 1',
        step: 0.01,
        whenEmpty: '0.02, of SGD 0.0005',
      },
      { name: 'warmupEpochs', label: 'Warm-up', description: 'Epochs' },
      {
        name: 'labelSmoothing',
        label: 'Label smoothing',
        description: '0 to 0.5',
        step: 0.05,
        whenEmpty: '0.05',
      },
    ],
  },
  {
    title: 'Pictures',
    options: [
      {
        name: 'augmentation',
        label: 'Augmentation',
        description: '0: off, 1: normal',
        step: 0.25,
        whenEmpty: '1',
      },
      classBalance,
    ],
  },
];

/** Under the names of Ultralytics, which those who train detectors have in their fingers. */
const detectionGroups: readonly OptionGroup[] = [
  {
    title: 'Length and size',
    options: [
      { name: 'imageSize', label: 'imgsz', description: 'Pixels, by 32', step: 32 },
      { name: 'batchSize', label: 'batch', description: 'Pictures at once', step: 4 },
      {
        name: 'nbs',
        label: 'nbs',
        description: 'Pictures an update',
        step: 8,
        whenEmpty: 'One batch',
      },
      { name: 'epochs', label: 'epochs', description: 'At most' },
      { name: 'patience', label: 'patience', description: 'Epochs; 0: off' },
      {
        name: 'tile',
        label: 'tile',
        description: 'Pixels of a large picture',
        step: 64,
        whenEmpty: 'Whole pictures',
      },
      { name: 'seed', label: 'seed', description: 'Same seed, same run' },
      threads,
      { ...mixedPrecision, label: 'amp' },
    ],
  },
  {
    title: 'Learning',
    options: [
      { name: 'optimizer', label: 'optimizer', description: 'How it learns', choices: optimizers },
      { name: 'learningRate', label: 'lr0', description: 'Rate at its peak', step: 0.001 },
      { name: 'lrf', label: 'lrf', description: 'At the end, of lr0', step: 0.01 },
      { name: 'schedule', label: 'schedule', description: 'Instead of cos_lr', choices: schedules },
      { name: 'cosLr', label: 'cos_lr', description: 'Off: along a line', choices: switchChoices },
      { name: 'warmupEpochs', label: 'warmup_epochs', description: 'Rate rises' },
      { name: 'momentum', label: 'momentum', description: 'Of past gradients', step: 0.01 },
      {
        name: 'weightDecay',
        label: 'weight_decay',
        description: '0 to 1',
        step: 0.005,
        whenEmpty: '0.02, of SGD 0.0005',
      },
      { name: 'freeze', label: 'freeze', description: 'First stages kept' },
      classBalance,
    ],
  },
  {
    title: 'Augmentation',
    options: [
      { name: 'mosaic', label: 'mosaic', description: 'Chance of four in one', step: 0.1 },
      { name: 'closeMosaic', label: 'close_mosaic', description: 'Last epochs without' },
      { name: 'mixup', label: 'mixup', description: 'Chance of two mixed', step: 0.1 },
      { name: 'multiScale', label: 'multi_scale', description: 'Of a whole step', step: 0.1 },
      { name: 'hsvH', label: 'hsv_h', description: 'Reach of hue', step: 0.005 },
      { name: 'hsvS', label: 'hsv_s', description: 'Reach of saturation', step: 0.1 },
      { name: 'hsvV', label: 'hsv_v', description: 'Reach of brightness', step: 0.1 },
      { name: 'degrees', label: 'degrees', description: 'Rotation, each way', step: 5 },
      { name: 'translate', label: 'translate', description: 'Share of the side', step: 0.05 },
      { name: 'scale', label: 'scale', description: '0.5: half to 1½ times', step: 0.1 },
      { name: 'shear', label: 'shear', description: 'Degrees, each way' },
      { name: 'fliplr', label: 'fliplr', description: 'Chance, left to right', step: 0.1 },
      { name: 'flipud', label: 'flipud', description: 'Chance, upside down', step: 0.1 },
      { name: 'crop', label: 'crop', description: 'Chance, boxes whole', step: 0.1 },
      {
        name: 'augmentation',
        label: 'Strength',
        description: 'Of all these; 0: off',
        step: 0.25,
        whenEmpty: '1',
      },
    ],
  },
  {
    title: 'Validation',
    options: [
      { name: 'conf', label: 'conf', description: 'Least confidence', step: 0.001 },
      { name: 'iou', label: 'iou', description: 'Overlap of duplicates', step: 0.05 },
      { name: 'maxDet', label: 'max_det', description: 'Boxes a picture', step: 50 },
    ],
  },
];

export const optionGroups = {
  classification: classificationGroups,
  detection: detectionGroups,
} as const satisfies Record<Task, readonly OptionGroup[]>;

/** Whether the contract has it in the parameters' part for detectors. */
export function isDetectionOption(name: string): boolean {
  return Object.hasOwn(detectionOptionsSchema.shape, name);
}

/** What the contract takes where nothing is said; options that the station chooses from the pictures have none. */
export const optionDefaults: Readonly<Partial<Record<OptionName, OptionValue | undefined>>> = readDefaults();

function readDefaults(): Partial<Record<OptionName, OptionValue | undefined>> {
  const { detection, ...parameters } = trainingParametersSchema.parse({ detection: {} });
  return { ...parameters, ...detection };
}
