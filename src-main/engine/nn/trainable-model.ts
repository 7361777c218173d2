/** What a trainer needs of a model: its parameters, the loss of a batch, and the graph that serves it. */
import type { Value } from '../graph/ops.ts';
import type { DType, Shape } from '../graph/tensor.ts';
import type { NetworkScope, ParameterSpec, StatisticSpec } from './network.ts';

/** An input of a training step. */
export interface FeedSpec {
  readonly name: string;
  readonly dtype: Extract<DType, 'uint8' | 'int32' | 'float32'>;
  /** The first axis counts the samples of the batch. */
  readonly shape: Shape;
}

export interface ModelLoss {
  /** A scalar: what is minimized. */
  readonly loss: Value;
  /** Float values that each step returns beside the loss. */
  readonly results: ReadonlyMap<string, Value>;
}

/** A model's definition with its initial weights; immutable, trainers work on copies. */
export interface TrainableModel {
  /** What a saved state belongs to: architecture, classes, and the image size where the weights depend on it. */
  readonly subject: Readonly<Record<string, string | number>>;
  /** Height and width of the pictures that it is served with, in pixels. */
  readonly imageSize: number | PictureSize;
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  /** All parameters, one after the other in the order of `parameters`. */
  readonly initialParameters: Float32Array;
  /** Mean, then variance of each normalization in the order of `statistics`; absent: 0 and 1. */
  readonly initialStatistics?: Float32Array;
  /** False: it is served with its layers as they are, not with normalization folded into convolutions. True if absent. */
  readonly foldsNormalization?: boolean;
  /** Inputs of a step besides the state and the optimizer's numbers. */
  listFeeds(batchSize: number): readonly FeedSpec[];
  /** Adds forward pass and loss, its parameters taken from the scope in the order of `parameters`. */
  buildLoss(scope: NetworkScope, feeds: ReadonlyMap<string, Value>): ModelLoss;
  /**
   * Adds the serving forward pass; no node may mix images, the batch may be left open on writing.
   * @param images uint8 `[1, h, w, 3]`, RGB
   * @returns outputs by name, the first axis counts images
   */
  buildInference(scope: NetworkScope, images: Value): ReadonlyMap<string, Value>;
}

export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

export function pictureSizeOf({ imageSize }: Pick<TrainableModel, 'imageSize'>): PictureSize {
  return typeof imageSize === 'number' ? { height: imageSize, width: imageSize } : imageSize;
}
