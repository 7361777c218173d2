/** Our object detectors: what they are made of, what they cost, and how they are trained and served. */
import { AppError } from '../../../base/app-error.ts';
import type { Value } from '../../graph/ops.ts';
import { sizeOf } from '../../graph/tensor.ts';
import { countGraphFlops } from '../../passes/count-flops.ts';
import { countParameters, initializeParameters } from '../classifier.ts';
import { activatedConvolution } from '../layers.ts';
import { type NetworkOutline, type NetworkScope, outlineNetwork } from '../network.ts';
import { scalePixels } from '../pixels.ts';
import type { TrainableModel } from '../trainable-model.ts';
import { createAnchorPoints } from './anchor-points.ts';
import { cspStage, decoupledHead, pathAggregation } from './csp-blocks.ts';
import {
  decodeDistances,
  evaluationSuppression,
  type SuppressionOptions,
  selectDetections,
} from './dense-decoding.ts';
import { classPrior, listDetectionFeeds, splitDistances, takeFeed } from './detection-feeds.ts';
import { type DetectionGains, detectionLoss, publishedGains } from './detection-loss.ts';

/** The detectors of our own. */
export type DetectorName = 'detector-nano' | 'detector-small' | 'detector-medium';

/** What a list of architectures tells of each, before one is made. */
export interface DetectorArchitecture {
  readonly name: DetectorName;
  /** One sentence for a person who has to choose. */
  readonly description: string;
  /** Trainable parameters of the network with that many classes. */
  countParameters(classes: number): number;
  /** Floating-point operations (a multiply-add is two) of one forward pass over one square image. */
  countFlops(imageSize: number, classes: number): number;
}

/** Which network, for how many classes and how large pictures. */
export interface DetectorOptions {
  readonly architecture: DetectorName;
  /** Number of classes, at least one. */
  readonly classes: number;
  /** Height and width of the square input in pixels, a multiple of 32 from 64 to 1536. */
  readonly imageSize: number;
  /** Rows of boxes that each image of a training step has room for. */
  readonly maxBoxes: number;
  /** Names the random stream of the initial weights. */
  readonly seed: number;
  /** Of the served graph. */
  readonly suppression?: SuppressionOptions;
  readonly gains?: DetectionGains;
}

/** A detector's definition with its initial weights; immutable, the trainer works on copies. */
export interface Detector extends TrainableModel {
  readonly architecture: DetectorName;
  readonly classes: number;
  readonly imageSize: number;
}

/**
 * A stem of two halving 3 × 3 convolutions; stages at 1/4 to 1/32 of the input, each but the first after a halving
 * convolution; a path aggregation neck; at strides 8, 16 and 32 a decoupled head with distances as distributions.
 */
interface DetectorTable {
  readonly description: string;
  readonly stemChannels: number;
  /** At strides 4, 8, 16, 32. */
  readonly stages: readonly { readonly channels: number; readonly depth: number }[];
  readonly neckDepth: number;
  readonly headWidth: number;
}

const detectorTables = {
  'detector-nano': {
    description:
      'Trains in minutes on two CPU cores; the first choice for small data sets and weak machines.',
    stemChannels: 16,
    stages: [
      { channels: 32, depth: 1 },
      { channels: 64, depth: 1 },
      { channels: 128, depth: 1 },
      { channels: 192, depth: 1 },
    ],
    neckDepth: 1,
    headWidth: 48,
  },
  'detector-small': {
    description: 'Three times the arithmetic of the nano: for small or similar objects, slower to train.',
    stemChannels: 32,
    stages: [
      { channels: 64, depth: 1 },
      { channels: 128, depth: 1 },
      { channels: 256, depth: 1 },
      { channels: 384, depth: 1 },
    ],
    neckDepth: 1,
    headWidth: 96,
  },
  'detector-medium': {
    description: 'For thousands of pictures and a GPU.',
    stemChannels: 48,
    stages: [
      { channels: 96, depth: 2 },
      { channels: 192, depth: 3 },
      { channels: 384, depth: 3 },
      { channels: 512, depth: 2 },
    ],
    neckDepth: 2,
    headWidth: 128,
  },
} as const satisfies Record<DetectorName, DetectorTable>;

const detectorNames: readonly DetectorName[] = ['detector-nano', 'detector-small', 'detector-medium'];

/** All of our own detectors, the smallest first. */
export const detectorArchitectures: readonly DetectorArchitecture[] = detectorNames.map((name) => ({
  name,
  description: detectorTables[name].description,
  countParameters: (classes) => countParameters(outlineDetector(name, classes, 64).parameters),
  countFlops: (imageSize, classes) => countGraphFlops(outlineDetector(name, classes, imageSize).graph),
}));

/** Strides of the levels at which boxes are predicted. */
const detectorStrides: readonly number[] = [8, 16, 32];

/** Bins of each distance: up to 15 strides, as in YOLOv8. */
const distanceBins = 16;

/** @throws AppError GRAPH_INVALID for an unknown architecture or unusable counts and sizes. */
export function createDetector(options: DetectorOptions): Detector {
  checkOptions(options);
  const { architecture, classes, imageSize, maxBoxes, seed } = options;
  const { parameters, statistics } = outlineDetector(architecture, classes, imageSize);
  const anchors = createAnchorPoints(imageSize, detectorStrides);
  const predict = (scope: NetworkScope, images: Value) => {
    const raw = predictRaw(scope, scalePixels(scope.e, images), architecture, classes);
    const distances = splitDistances(scope.e, raw.distances);
    return { classLogits: raw.classes, distances, boxes: decodeDistances(scope.e, distances, anchors) };
  };
  return {
    architecture,
    classes,
    imageSize,
    subject: { architecture, classes },
    parameters,
    statistics,
    initialParameters: initializeParameters(parameters, seed),
    listFeeds: (batchSize) => listDetectionFeeds(batchSize, imageSize, maxBoxes),
    buildLoss: (scope, feeds) => {
      const predictions = predict(scope, takeFeed(feeds, 'images'));
      const truth = { boxes: takeFeed(feeds, 'boxes'), classes: takeFeed(feeds, 'classes') };
      return detectionLoss(scope.e, predictions, truth, anchors, options.gains ?? publishedGains);
    },
    buildInference: (scope, images) => {
      const { classLogits, boxes } = predict(scope, images);
      const scores = scope.e.unary('Sigmoid', classLogits);
      return selectDetections(
        scope.e,
        scores,
        boxes,
        options.suppression ?? evaluationSuppression,
        imageSize,
      );
    },
  };
}

function outlineDetector(name: DetectorName, classes: number, imageSize: number): NetworkOutline {
  const network = (scope: NetworkScope, pixels: Value) => {
    const raw = predictRaw(scope, pixels, name, classes);
    return scope.e.concat([raw.classes, raw.distances], 1);
  };
  return outlineNetwork(network, imageSize);
}

interface RawPredictions {
  /** Logits `[n, classes, a]`. */
  readonly classes: Value;
  /** Logits `[n, 4 bins, a]`. */
  readonly distances: Value;
}

function predictRaw(scope: NetworkScope, pixels: Value, name: DetectorName, classes: number): RawPredictions {
  const table: DetectorTable = detectorTables[name];
  const levels = pathAggregation(scope, buildBackbone(scope, pixels, table), table.neckDepth);
  const heads = levels.map((level, index) => {
    const stride = detectorStrides[index] ?? 8;
    const options = {
      width: table.headWidth,
      classes,
      bins: distanceBins,
      classBias: classPrior(stride, classes),
    };
    const head = decoupledHead(scope, `head${index + 3}`, level, options);
    return { classes: flattenPoints(scope, head.classes), distances: flattenPoints(scope, head.distances) };
  });
  return {
    classes: scope.e.concat(
      heads.map((head) => head.classes),
      2,
    ),
    distances: scope.e.concat(
      heads.map((head) => head.distances),
      2,
    ),
  };
}

/** Features at strides 8, 16 and 32. */
function buildBackbone(
  scope: NetworkScope,
  pixels: Value,
  { stemChannels, stages }: DetectorTable,
): readonly [Value, Value, Value] {
  const halve = (name: string, x: Value, channels: number) =>
    activatedConvolution(scope, name, x, { channels, kernel: 3, stride: 2 });
  let x = halve('stem', pixels, stemChannels);
  const features: Value[] = [];
  for (const [index, { channels, depth }] of stages.entries()) {
    const name = `stage${index + 2}`;
    x = cspStage(scope, name, halve(`${name}.half`, x, channels), { channels, depth, isResidual: true });
    features.push(x);
  }
  const [, fine, middle, coarse] = features;
  if (!fine || !middle || !coarse) throw new Error('bug: a backbone of fewer than four stages');
  return [fine, middle, coarse];
}

/** `[n, c, h, w]` to `[n, c, h w]` */
function flattenPoints({ e }: NetworkScope, x: Value): Value {
  const [n, c, h, w] = [0, 1, 2, 3].map((axis) => sizeOf(x.shape, axis)) as [number, number, number, number];
  return e.reshape(x, [n, c, h * w]);
}

function checkOptions({ architecture, classes, imageSize, maxBoxes }: DetectorOptions): void {
  if (!detectorNames.includes(architecture)) {
    throw new AppError('GRAPH_INVALID', `expected one of ${detectorNames.join(', ')}, got ${architecture}`);
  }
  if (!Number.isInteger(classes) || classes < 1) {
    throw new AppError('GRAPH_INVALID', `a detector needs at least 1 class, got ${classes}`);
  }
  if (imageSize % 32 !== 0 || imageSize < 64 || imageSize > 1536) {
    const expected = 'the image size must be a multiple of 32 from 64 to 1536 pixels';
    throw new AppError('GRAPH_INVALID', `${expected}, got ${imageSize}`);
  }
  if (!Number.isInteger(maxBoxes) || maxBoxes < 1) {
    throw new AppError('GRAPH_INVALID', `a step needs room for at least 1 box an image, got ${maxBoxes}`);
  }
}
