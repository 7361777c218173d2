/** The loss of a one-stage detector with task-aligned targets, as YOLOv8 composes it. */
import type { Expressions } from '../../graph/expressions.ts';
import type { Value } from '../../graph/ops.ts';
import { floatTensor, sizeOf } from '../../graph/tensor.ts';
import type { AnchorPoints } from './anchor-points.ts';
import { type Assignment, assignTargets, type DetectionTruth } from './assignment.ts';
import { type BoxPlanes, completeIntersectionOverUnion, splitBoxes } from './box-geometry.ts';

/** What a detector says of each anchor point. */
export interface DensePredictions {
  /** Before the sigmoid, `[n, classes, a]`. */
  readonly classLogits: Value;
  /** Where it is told apart from the classes: the logit of there being an object, `[n, 1, a]`. */
  readonly objectness?: Value;
  /** Corners in pixels, `[n, 4, a]`. */
  readonly boxes: Value;
  /** Where distances are distributions: their logits over 0, 1, 2, … strides, left, top, right, bottom: `[n, 4, a, bins]`. */
  readonly distances?: Value;
}

/** Weights of the parts of the loss. */
export interface DetectionGains {
  readonly box: number;
  readonly class: number;
  readonly distribution: number;
}

/** Detectors with an objectness predict boxes that need not contain their points. */
const freeBoxOverlap = 0.1;

/** As published with YOLOv8. */
export const publishedGains: DetectionGains = { box: 7.5, class: 0.5, distribution: 1.5 };

export interface DetectionLoss {
  /** The sum of the parts, a scalar. */
  readonly loss: Value;
  /** Scalars: the weighted parts `lossBox`, `lossClass`, `lossDfl`, and `positives`, points that answer for an object. */
  readonly results: ReadonlyMap<string, Value>;
}

/**
 * All parts are sums divided by the sum of the alignment weights over the batch (at least 1): binary cross-entropy of
 * the class logits against the weights, and, weighted by them, 1 - complete IoU and the distribution focal loss.
 */
export function detectionLoss(
  e: Expressions,
  predictions: DensePredictions,
  truth: DetectionTruth,
  anchors: AnchorPoints,
  gains: DetectionGains = publishedGains,
): DetectionLoss {
  const { boxes, distances } = predictions;
  const scores = scorePoints(e, predictions);
  const leastOverlap = predictions.objectness ? freeBoxOverlap : 0;
  const targets = assignTargets(e, { scores, boxes }, truth, anchors, leastOverlap);
  const [total] = e.builder.node('Max', [sumAll(e, targets.weights), e.scalar(1)], {});
  const part = (x: Value, gain: number) => e.mul(e.div(sumAll(e, x), total), gain);
  const truthBoxes = replaceUnassigned(e, targets, anchors);
  const overlap = completeIntersectionOverUnion(e, splitBoxes(e, boxes, 1), truthBoxes);
  const parts = {
    lossBox: part(e.mul(e.sub(1, overlap), targets.weights), gains.box),
    lossClass: e.mul(e.div(classificationLoss(e, predictions, targets), total), gains.class),
    lossDfl: distances
      ? part(e.mul(distributionLoss(e, distances, truthBoxes, anchors), targets.weights), gains.distribution)
      : e.scalar(0),
  };
  return {
    loss: e.add(e.add(parts.lossBox, parts.lossClass), parts.lossDfl),
    results: new Map([...Object.entries(parts), ['positives', sumAll(e, targets.isPositive)]]),
  };
}

/** Scores of classes, 0 to 1, `[n, classes, a]`: times the objectness where there is one. */
export function scorePoints(e: Expressions, { classLogits, objectness }: DensePredictions): Value {
  const scores = e.unary('Sigmoid', classLogits);
  return objectness ? e.mul(scores, e.unary('Sigmoid', objectness)) : scores;
}

/** With an objectness, this is held to the weights, and the classes by the weights to the object's class. */
function classificationLoss(e: Expressions, predictions: DensePredictions, targets: Assignment): Value {
  const { classLogits, objectness } = predictions;
  if (!objectness) return sumAll(e, binaryCrossEntropy(e, classLogits, targets.classTargets));
  const isObject = sumAll(e, binaryCrossEntropy(e, objectness, targets.weights));
  // w (softplus(x) - x t) with the target w t that is at hand
  const weighted = e.mul(e.unary('Softplus', classLogits), targets.weights);
  return e.add(isObject, sumAll(e, e.sub(weighted, e.mul(classLogits, targets.classTargets))));
}

/** softplus(x) - x t, elementwise. */
function binaryCrossEntropy(e: Expressions, logits: Value, targets: Value): Value {
  return e.sub(e.unary('Softplus', logits), e.mul(logits, targets));
}

/** Points that answer for nothing get the box of their own cell, with which every formula stays finite. */
function replaceUnassigned(
  e: Expressions,
  { isPositive, boxes }: Assignment,
  anchors: AnchorPoints,
): BoxPlanes {
  const [x, y, stride] = [e.constant(anchors.x), e.constant(anchors.y), e.constant(anchors.stride)];
  const half = e.mul(stride, 0.5);
  const [isAssigned] = e.builder.node('Greater', [isPositive, e.scalar(0)], {});
  const own = splitBoxes(e, boxes, 1);
  return {
    x1: e.where(isAssigned, own.x1, e.sub(x, half)),
    y1: e.where(isAssigned, own.y1, e.sub(y, half)),
    x2: e.where(isAssigned, own.x2, e.add(x, half)),
    y2: e.where(isAssigned, own.y2, e.add(y, half)),
  };
}

/**
 * The mean over four sides of the cross-entropy between the distribution and the two whole distances around the
 * true one (Li et al. 2020, Generalized Focal Loss, equation 6), `[n, 1, a]`. The target's weight on distance j is
 * max(0, 1 - |j - d|); d is cut to what the bins reach.
 */
function distributionLoss(e: Expressions, distances: Value, truth: BoxPlanes, anchors: AnchorPoints): Value {
  const [n, a, bins] = [sizeOf(distances.shape, 0), sizeOf(distances.shape, 2), sizeOf(distances.shape, 3)];
  const [x, y] = [e.constant(anchors.x), e.constant(anchors.y)];
  const sides = [e.sub(x, truth.x1), e.sub(y, truth.y1), e.sub(truth.x2, x), e.sub(truth.y2, y)];
  const inStrides = e.div(e.concat(sides, 1), e.constant(anchors.stride));
  const [cut] = e.builder.node('Clip', [inStrides], { min: 0, max: bins - 1 - 0.01 });
  const steps = e.constant(floatTensor([...Array(bins).keys()], [1, 1, 1, bins]));
  const away = e.unary('Abs', e.sub(e.reshape(cut, [n, 4, a, 1]), steps));
  const target = e.unary('Relu', e.sub(1, away));
  const [logProbabilities] = e.builder.node('LogSoftmax', [distances], { axis: 3 });
  const perSide = e.sum(e.mul(target, logProbabilities), [3], false);
  return e.unary('Neg', e.mean(perSide, [1], true));
}

function sumAll(e: Expressions, x: Value): Value {
  return e.sum(
    x,
    x.shape.map((_, axis) => axis),
    false,
  );
}
