/**
 * Decides, inside the graph, which anchor point answers for which object: task-aligned assignment (Feng et al. 2021,
 * TOOD, section 3.2) with the constants of YOLOv8.
 */
import type { Expressions } from '../../graph/expressions.ts';
import type { Value } from '../../graph/ops.ts';
import { int32Tensor, sizeOf } from '../../graph/tensor.ts';
import type { AnchorPoints } from './anchor-points.ts';
import { intersectionOverUnion, splitBoxes } from './box-geometry.ts';

export interface DetectionTruth {
  /** Corners x1, y1, x2, y2 in pixels of the input, float32 `[n, m, 4]`. */
  readonly boxes: Value;
  /** int32 `[n, m]`, -1 where there is no object. */
  readonly classes: Value;
}

export interface Assignment {
  /** 1 where an anchor point answers for an object, else 0: float32 `[n, 1, a]`. */
  readonly isPositive: Value;
  /** The object's box where positive, any object's elsewhere: `[n, 4, a]`. */
  readonly boxes: Value;
  /** How well the point is aligned with its object, against the best of the object's points: `[n, 1, a]`, 0 elsewhere. */
  readonly weights: Value;
  /** The weight at the object's class, 0 elsewhere: `[n, classes, a]`. */
  readonly classTargets: Value;
}

/** Anchor points that an object may have. */
const candidatesPerObject = 10;
/** Keeps 0 / 0 finite. The published code has 1e-9, which takes the weight off objects met badly so far: u⁶ is tiny. */
const epsilon = 1e-20;

/** A score that rounds to 0 would leave an object without points, and so without a gradient, ever after. */
const leastScore = 1e-9;

/**
 * The alignment of a point within an object is t = s^½ u⁶ with s the score of the object's class and u the IoU; an
 * object takes the ten best, a point that several objects want goes to the one that it overlaps most (of equal ones
 * the first). Weights are t · max u / max t, the maxima over the object's points (equation 3 and below).
 *
 * An object below one and a half finest strides counts as that large when points are sought, so that it has one.
 * Nothing of the result takes a gradient.
 * @param scores after the sigmoid, `[n, classes, a]` @param boxes predicted corners in pixels, `[n, 4, a]`
 * @param leastOverlap of a point within an object: above 0 for boxes that may miss their points, which would have no
 * weight, and so no gradient, ever after
 */
export function assignTargets(
  e: Expressions,
  predictions: { readonly scores: Value; readonly boxes: Value },
  truth: DetectionTruth,
  anchors: AnchorPoints,
  leastOverlap = 0,
): Assignment {
  const scores = e.unary('StopGradient', predictions.scores);
  const boxes = e.unary('StopGradient', predictions.boxes);
  const measured = intersectionOverUnion(e, splitBoxes(e, boxes, 1), splitBoxes(e, truth.boxes, 2));
  const overlap = leastOverlap === 0 ? measured : raise(e, measured, leastOverlap);
  const alignment = computeAlignment(e, scores, overlap, truth, anchors);
  const wanted = selectBest(e, alignment, Math.min(candidatesPerObject, anchors.count));
  const contested = e.where(wanted, overlap, e.scalar(-1));
  const best = { axis: 1, keepDims: true, selectLast: false };
  const [owner] = e.builder.node('ArgMax', [contested], best);
  const [strongest] = e.builder.node('ReduceMax', [contested], { axes: [1], keepDims: true });
  const isPositive = e.cast(e.builder.node('GreaterOrEqual', [strongest, e.scalar(0)], {})[0], 'float32');
  const weights = e.mul(normalizeAlignment(e, alignment, overlap, owner, wanted), isPositive);
  return {
    isPositive,
    weights,
    boxes: takeBoxes(e, truth.boxes, owner),
    classTargets: e.mul(takeClasses(e, truth.classes, owner, sizeOf(scores.shape, 1)), weights),
  };
}

/** t `[n, m, a]`, 0 for points outside the object and for padding. */
function computeAlignment(
  e: Expressions,
  scores: Value,
  overlap: Value,
  truth: DetectionTruth,
  anchors: AnchorPoints,
): Value {
  const [n, m] = [sizeOf(truth.classes.shape, 0), sizeOf(truth.classes.shape, 1)];
  const classes = e.reshape(truth.classes, [n, m, 1]);
  const oneHot = e.isEqual(classes, countingTensor(e, sizeOf(scores.shape, 1), 2));
  const scoreOfClass = raise(e, e.matMul(oneHot, scores), leastScore);
  const cubed = e.mul(e.mul(overlap, overlap), overlap);
  const alignment = e.mul(e.unary('Sqrt', scoreOfClass), e.mul(cubed, cubed));
  const isObject = e.builder.node('GreaterOrEqual', [classes, e.scalar(0, 'int32')], {})[0];
  const isCandidate = and(e, findPointsWithin(e, truth.boxes, anchors), isObject);
  return e.where(isCandidate, alignment, e.scalar(0));
}

/** True where a point lies strictly within an object: bool `[n, m, a]`. */
function findPointsWithin(e: Expressions, boxes: Value, anchors: AnchorPoints): Value {
  const { x1, y1, x2, y2 } = splitBoxes(e, boxes, 2);
  const least = 1.5 * anchors.finestStride;
  const isBetween = (low: Value, high: Value, points: Value) => {
    const centre = e.mul(e.add(low, high), 0.5);
    const [extent] = e.builder.node('Max', [e.sub(high, low), e.scalar(least)], {});
    const [isAfter] = e.builder.node('Greater', [points, e.sub(centre, e.mul(extent, 0.5))], {});
    const [isBefore] = e.builder.node('Less', [points, e.add(centre, e.mul(extent, 0.5))], {});
    return and(e, isAfter, isBefore);
  };
  return and(e, isBetween(x1, x2, e.constant(anchors.x)), isBetween(y1, y2, e.constant(anchors.y)));
}

/** True for the k largest of each object, as far as they are positive: bool `[n, m, a]`. */
function selectBest(e: Expressions, alignment: Value, k: number): Value {
  const [largest] = e.builder.node('TopK', [alignment], { axis: 2, k, largest: true });
  const last = e.sliceAxis(largest, 2, k - 1, k);
  const [isAmong] = e.builder.node('GreaterOrEqual', [alignment, last], {});
  const [isAny] = e.builder.node('Greater', [alignment, e.scalar(0)], {});
  return and(e, isAmong, isAny);
}

/** t · max u / (max t + ε) of the owner at each point, `[n, 1, a]`. */
function normalizeAlignment(
  e: Expressions,
  alignment: Value,
  overlap: Value,
  owner: Value,
  wanted: Value,
): Value {
  const [n, m, a] = [sizeOf(alignment.shape, 0), sizeOf(alignment.shape, 1), sizeOf(alignment.shape, 2)];
  const [isOwner] = e.builder.node('Equal', [owner, e.cast(countingTensor(e, m, 1), 'int64')], {});
  const isTaken = and(e, isOwner, wanted);
  const largest = (x: Value) =>
    e.builder.node('ReduceMax', [e.where(isTaken, x, e.scalar(0))], { axes: [2], keepDims: false })[0];
  const factors = e.div(largest(overlap), e.add(largest(alignment), epsilon));
  const flatOwner = e.reshape(owner, [n, a]);
  const [factor] = e.builder.node('GatherElements', [factors, flatOwner], { axis: 1 });
  const [own] = e.builder.node('GatherElements', [alignment, owner], { axis: 1 });
  return e.mul(own, e.reshape(factor, [n, 1, a]));
}

/** `[n, m, 4]` by owner `[n, 1, a]` to `[n, 4, a]`. */
function takeBoxes(e: Expressions, boxes: Value, owner: Value): Value {
  const shape = [sizeOf(owner.shape, 0), 4, sizeOf(owner.shape, 2)];
  return e.builder.node('GatherElements', [e.transpose(boxes, [0, 2, 1]), e.expand(owner, shape)], {
    axis: 2,
  })[0];
}

/** 1 at the owner's class, `[n, classes, a]`. */
function takeClasses(e: Expressions, classes: Value, owner: Value, count: number): Value {
  const [n, a] = [sizeOf(owner.shape, 0), sizeOf(owner.shape, 2)];
  const [label] = e.builder.node('GatherElements', [classes, e.reshape(owner, [n, a])], { axis: 1 });
  return e.isEqual(e.reshape(label, [n, 1, a]), countingTensor(e, count, 1));
}

/** 0, 1, 2, … along one of three axes, int32. */
function countingTensor(e: Expressions, count: number, axis: number): Value {
  return e.constant(int32Tensor([...Array(count).keys()], [1, 1, 1].with(axis, count)));
}

function raise(e: Expressions, x: Value, least: number): Value {
  return e.builder.node('Max', [x, e.scalar(least)], {})[0];
}

function and(e: Expressions, a: Value, b: Value): Value {
  return e.builder.node('And', [a, b], {})[0];
}
