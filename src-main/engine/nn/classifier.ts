/** Our image classifiers: what they are made of, what they cost, and their seeded initial weights. */
import { AppError } from '../../base/app-error.ts';
import { createRandom, type Random } from '../../base/random.ts';
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { countElements } from '../graph/tensor.ts';
import { countGraphFlops } from '../passes/count-flops.ts';
import { activatedConvolution, classifierHead, residualBlock } from './layers.ts';
import { type Network, outlineNetwork, type ParameterSpec, type StatisticSpec } from './network.ts';

/** The classifiers of our own. */
export type ArchitectureName = 'classifier-nano' | 'classifier-small';

/** What a list of architectures tells of each, before one is made. */
export interface ClassifierArchitecture {
  readonly name: ArchitectureName;
  /** One sentence for a person who has to choose. */
  readonly description: string;
  /** Trainable parameters of the network with that many classes. */
  countParameters(classes: number): number;
  /** Floating-point operations (a multiply-add is two) of one forward pass over one square image. */
  countFlops(imageSize: number, classes: number): number;
}

/** Which network, for how many classes and how large pictures. */
export interface ClassifierOptions {
  readonly architecture: ArchitectureName;
  /** Number of classes, at least two. */
  readonly classes: number;
  /** Height and width of the square input in pixels, 16 to 1024. */
  readonly imageSize: number;
  /** Colour channels of the pictures: RGB. */
  readonly channels?: 3;
  /** Names the random stream of the initial weights. */
  readonly seed: number;
}

/** A classifier's definition with its initial weights; immutable, the trainer works on copies. */
export interface Classifier {
  /** An ArchitectureName, or `custom`. */
  readonly architecture: string;
  readonly classes: number;
  readonly imageSize: number;
  readonly channels: 3;
  readonly network: Network;
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  /** All parameters, one after the other in the order of `parameters`. */
  readonly initialParameters: Float32Array;
  /** Mean, then variance of each normalization; 0 and 1 if absent. */
  readonly initialStatistics?: Float32Array;
  /** From bytes `[n, h, w, 3]` to what the network takes; to `[n, 3, h, w]` from -2 to 2 if absent. */
  readonly readImages?: (e: Expressions, images: Value) => Value;
  /** False: it is served with its layers as they are. True if absent. */
  readonly foldsNormalization?: boolean;
}

/**
 * A stem, then stages of one halving convolution and some residual blocks, then the head.
 *
 * The stem's stride follows the picture: 1 below 48 pixels, 2 below 160, else 4. So the last stage sees 3 to 10
 * cells a side for pictures of 28 to 320 pixels.
 */
interface StageTable {
  readonly description: string;
  readonly stemChannels: number;
  readonly stages: readonly { readonly channels: number; readonly blocks: number }[];
}

const stageTables = {
  'classifier-nano': {
    description:
      'Trains in minutes on two CPU cores; the first choice for small data sets and weak machines.',
    stemChannels: 16,
    stages: [
      { channels: 24, blocks: 1 },
      { channels: 48, blocks: 1 },
      { channels: 96, blocks: 1 },
    ],
  },
  'classifier-small': {
    description:
      'Seven times the weights of the nano: for many classes or fine differences, slower to train.',
    stemChannels: 24,
    stages: [
      { channels: 48, blocks: 2 },
      { channels: 96, blocks: 2 },
      { channels: 192, blocks: 2 },
    ],
  },
} as const satisfies Record<ArchitectureName, StageTable>;

const architectureNames: readonly ArchitectureName[] = ['classifier-nano', 'classifier-small'];

/** All of our own classifiers, the smallest first. */
export const classifierArchitectures: readonly ClassifierArchitecture[] = architectureNames.map((name) => ({
  name,
  description: stageTables[name].description,
  countParameters: (classes) =>
    countParameters(outlineNetwork(createNetwork(name, classes, 32), 32).parameters),
  countFlops: (imageSize, classes) =>
    countGraphFlops(outlineNetwork(createNetwork(name, classes, imageSize), imageSize).graph),
}));

/** @throws AppError GRAPH_INVALID for an unknown architecture, fewer than two classes or an unusable size. */
export function createClassifier(options: ClassifierOptions): Classifier {
  const { architecture, classes, imageSize, seed } = options;
  checkOptions(options);
  const network = createNetwork(architecture, classes, imageSize);
  return { ...createClassifierFrom(network, { classes, imageSize, seed }), architecture };
}

/** A classifier of any network that ends in `[n, classes]` logits. */
export function createClassifierFrom(
  network: Network,
  { classes, imageSize, seed }: Pick<ClassifierOptions, 'classes' | 'imageSize' | 'seed'>,
): Classifier {
  const { parameters, statistics } = outlineNetwork(network, imageSize);
  const initialParameters = initializeParameters(parameters, seed);
  return {
    architecture: 'custom',
    classes,
    imageSize,
    channels: 3,
    network,
    parameters,
    statistics,
    initialParameters,
  };
}

export function countParameters(parameters: readonly ParameterSpec[]): number {
  return parameters.reduce((sum, { shape }) => sum + countElements(shape), 0);
}

function checkOptions({ architecture, classes, imageSize }: ClassifierOptions): void {
  if (!architectureNames.includes(architecture)) {
    throw new AppError(
      'GRAPH_INVALID',
      `expected one of ${architectureNames.join(', ')}, got ${architecture}`,
    );
  }
  if (!Number.isInteger(classes) || classes < 2) {
    throw new AppError('GRAPH_INVALID', `a classifier needs at least 2 classes, got ${classes}`);
  }
  if (!Number.isInteger(imageSize) || imageSize < 16 || imageSize > 1024) {
    throw new AppError('GRAPH_INVALID', `the image size must be 16 to 1024 pixels, got ${imageSize}`);
  }
}

function createNetwork(name: ArchitectureName, classes: number, imageSize: number): Network {
  const { stemChannels, stages }: StageTable = stageTables[name];
  const stride = stemStride(imageSize);
  return (scope, pixels) => {
    const stem = { channels: stemChannels, kernel: Math.max(3, 2 * stride - 1), stride };
    let x = activatedConvolution(scope, 'stem', pixels, stem);
    for (const [index, { channels, blocks }] of stages.entries()) {
      const stage = `stage${index + 1}`;
      x = activatedConvolution(scope, `${stage}.down`, x, { channels, kernel: 3, stride: 2 });
      for (let block = 1; block <= blocks; block++) x = residualBlock(scope, `${stage}.block${block}`, x);
    }
    return classifierHead(scope, x, classes);
  };
}

function stemStride(imageSize: number): number {
  if (imageSize < 48) return 1;
  return imageSize < 160 ? 2 : 4;
}

/** Each parameter has a random stream of its own, named by the parameter. */
export function initializeParameters(parameters: readonly ParameterSpec[], seed: number): Float32Array {
  const all = new Float32Array(countParameters(parameters));
  let offset = 0;
  for (const spec of parameters) {
    const length = countElements(spec.shape);
    fillParameter(all.subarray(offset, offset + length), spec, createRandom(seed, 'weights', spec.name));
    offset += length;
  }
  return all;
}

function fillParameter(target: Float32Array, { shape, initialization }: ParameterSpec, random: Random): void {
  const fanIn = countElements(shape.slice(1));
  if (typeof initialization === 'object') {
    target.fill(initialization.constant);
    return;
  }
  switch (initialization) {
    case 'zeros':
      target.fill(0);
      break;
    case 'ones':
      target.fill(1);
      break;
    case 'he':
      target.forEach((_, index) => {
        target[index] = random.normal() * Math.sqrt(2 / fanIn);
      });
      break;
    case 'linear':
      target.forEach((_, index) => {
        target[index] = random.uniform(-1, 1) / Math.sqrt(fanIn);
      });
      break;
  }
}
