/** A detector from a file as a model that can be trained: its own weights, the classes of the operator. */
import type { Value } from '../../graph/ops.ts';
import { sizeOf } from '../../graph/tensor.ts';
import { divideInput } from '../../passes/divide-input.ts';
import { fuseSilu } from '../../passes/fuse-silu.ts';
import { createForeignNetwork } from '../foreign-network.ts';
import type { NetworkScope } from '../network.ts';
import type { TrainableModel } from '../trainable-model.ts';
import { type AnchorPoints, createAnchorPoints } from './anchor-points.ts';
import {
  decodeDistances,
  decodeSides,
  evaluationSuppression,
  type SuppressionOptions,
  selectDetections,
} from './dense-decoding.ts';
import { listDetectionFeeds, splitDistances, takeFeed } from './detection-feeds.ts';
import {
  type DensePredictions,
  type DetectionGains,
  detectionLoss,
  publishedGains,
  scorePoints,
} from './detection-loss.ts';
import { decodeAnchors, decodeCells, preparePixels, toCorners } from './foreign-decoding.ts';
import { cutDetector, type RawDetector } from './foreign-heads.ts';
import type { DetectorFamily, ForeignLayout } from './foreign-layout.ts';
import { type ForeignFile, readForeignDetector } from './read-foreign.ts';

/** The file, and the classes that it is to find. */
export interface ForeignDetectorOptions {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** Number of classes to train; where it is the file's, the file's weights of its classes stay. */
  readonly classes: number;
  /** Rows of boxes that each image of a training step has room for. */
  readonly maxBoxes: number;
  /** Names the random stream of the weights of new classes. */
  readonly seed: number;
  /** Of the square input in pixels, for a file that leaves it open. */
  readonly imageSize?: number;
  readonly suppression?: SuppressionOptions;
  readonly gains?: DetectionGains;
}

/** A detector that was read from a file, ready to be trained for these classes. */
export interface ForeignDetector extends TrainableModel {
  readonly family: DetectorFamily;
  readonly classes: number;
  readonly imageSize: number;
}

/**
 * Trained by the loss of our own detectors whatever it was trained by before. Where there is an objectness (YOLOX,
 * YOLOv5) its target is the alignment, and classes are only told apart where there is an object.
 * @throws AppError as readForeignDetector; GRAPH_NOT_TRAINABLE naming the node that stands in the way
 */
export function createForeignDetector(options: ForeignDetectorOptions): ForeignDetector {
  const { bytes, classes, maxBoxes, seed } = options;
  const { graph, layout, initializers } = normalizePixels(readForeignDetector(bytes, options.imageSize));
  const { imageSize, family } = layout;
  const raw = cutDetector(fuseSilu(graph), layout, { classes, seed });
  const { network, ...outline } = createForeignNetwork(raw.graph, {
    initializers,
    isNormalizationFrozen: false,
  });
  const copies = layout.anchors.map(({ length }) => length);
  const anchors = createAnchorPoints(imageSize, layout.strides, copies);
  const predict = (scope: NetworkScope, images: Value) => {
    const rows = network(scope, preparePixels(scope.e, images, layout));
    return interpretRows(scope, rows, raw, { layout, anchors });
  };
  return {
    ...outline,
    family,
    classes,
    imageSize,
    subject: { architecture: family, classes },
    listFeeds: (batchSize) => listDetectionFeeds(batchSize, imageSize, maxBoxes),
    buildLoss: (scope, feeds) => {
      const truth = { boxes: takeFeed(feeds, 'boxes'), classes: takeFeed(feeds, 'classes') };
      const predictions = predict(scope, takeFeed(feeds, 'images'));
      return detectionLoss(scope.e, predictions, truth, anchors, options.gains ?? publishedGains);
    },
    buildInference: (scope, images) => {
      const predictions = predict(scope, images);
      const suppression = options.suppression ?? evaluationSuppression;
      return selectDetections(
        scope.e,
        scorePoints(scope.e, predictions),
        predictions.boxes,
        suppression,
        imageSize,
      );
    },
  };
}

/** Steps of one size for all weights suit pixels up to 1: from 255 the first weights are tiny, and a step is large. */
function normalizePixels(file: ForeignFile): ForeignFile {
  const { pixels } = file.layout;
  if (pixels === 'bytes' || pixels.largest === 1) return file;
  const graph = divideInput(file.graph, pixels.largest);
  return graph ? { ...file, graph, layout: { ...file.layout, pixels: { ...pixels, largest: 1 } } } : file;
}

/** @param rows `[n, boxRows + classes, a]`, raw */
function interpretRows(
  { e }: NetworkScope,
  rows: Value,
  { kind, boxRows }: RawDetector,
  { layout, anchors }: { readonly layout: ForeignLayout; readonly anchors: AnchorPoints },
): DensePredictions {
  const classLogits = e.sliceAxis(rows, 1, boxRows, sizeOf(rows.shape, 1));
  if (kind === 'distances') {
    const distances = splitDistances(e, e.sliceAxis(rows, 1, 0, boxRows));
    return { classLogits, distances, boxes: decodeDistances(e, distances, anchors) };
  }
  const box = e.sliceAxis(rows, 1, 0, 4);
  if (kind === 'sides') return { classLogits, boxes: decodeSides(e, box, anchors) };
  const decoded =
    kind === 'cells'
      ? decodeCells(e, box, anchors)
      : decodeAnchors(e, e.unary('Sigmoid', box), anchors, layout.anchors);
  return { classLogits, objectness: e.sliceAxis(rows, 1, 4, 5), boxes: toCorners(e, decoded) };
}
