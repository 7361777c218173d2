/** From a detector's raw outputs at each anchor point to boxes in pixels, and on to the few that are reported. */
import type { Expressions } from '../../graph/expressions.ts';
import type { Value } from '../../graph/ops.ts';
import { floatTensor, sizeOf } from '../../graph/tensor.ts';
import type { AnchorPoints } from './anchor-points.ts';

/**
 * Distances as the expectation of their distributions, in strides (Li et al. 2020, Generalized Focal Loss,
 * equation 5), to corners around the points.
 * @param distances logits `[n, 4, a, bins]`, left, top, right, bottom
 * @returns x1, y1, x2, y2 in pixels, `[n, 4, a]`
 */
export function decodeDistances(e: Expressions, distances: Value, anchors: AnchorPoints): Value {
  const [n, a, bins] = [sizeOf(distances.shape, 0), sizeOf(distances.shape, 2), sizeOf(distances.shape, 3)];
  const [shares] = e.builder.node('Softmax', [distances], { axis: 3 });
  const steps = e.constant(floatTensor([...Array(bins).keys()], [bins, 1]));
  return decodeSides(e, e.reshape(e.matMul(shares, steps), [n, 4, a]), anchors);
}

/**
 * Distances to corners around the points.
 * @param sides in strides `[n, 4, a]`, left, top, right, bottom @returns x1, y1, x2, y2 in pixels, `[n, 4, a]`
 */
export function decodeSides(e: Expressions, sides: Value, anchors: AnchorPoints): Value {
  const pixels = e.mul(sides, e.constant(anchors.stride));
  const points = e.constant(
    floatTensor([...pointRow(anchors.x), ...pointRow(anchors.y)], [1, 2, anchors.count]),
  );
  const lowest = e.sub(points, e.sliceAxis(pixels, 1, 0, 2));
  const highest = e.add(points, e.sliceAxis(pixels, 1, 2, 4));
  return e.concat([lowest, highest], 1);
}

function pointRow({ elements }: AnchorPoints['x']): number[] {
  return Array.from(elements, Number);
}

/** Which of the overlapping boxes that a detector finds are kept. */
export interface SuppressionOptions {
  /** Boxes with a lower score are left out. */
  readonly confidence: number;
  /** Of two boxes of a class that overlap more (IoU) the one with the lower score is left out. */
  readonly overlap: number;
  /** Boxes reported of an image at most. */
  readonly maxDetections: number;
}

/** What Ultralytics evaluates with; a caller that wants fewer boxes drops those with low scores. */
export const evaluationSuppression: SuppressionOptions = {
  confidence: 0.001,
  overlap: 0.7,
  maxDetections: 300,
};

/** The constants of a written detector that may be replaced on loading. */
export const suppressionConstants = {
  confidence: 'suppression.confidence',
  overlap: 'suppression.overlap',
} as const;

/**
 * Class-wise suppression, then the best of all classes: `boxes` `[n, k, 4]`, cut to the image after that, `scores` `[n, k]` in
 * falling order, `classes` int32 `[n, k]`. Where fewer boxes are left the scores are 0.
 * @param scores `[n, classes, a]` @param boxes corners in pixels `[n, 4, a]`
 */
export function selectDetections(
  e: Expressions,
  scores: Value,
  boxes: Value,
  { confidence, overlap, maxDetections }: SuppressionOptions,
  imageSize: number,
): ReadonlyMap<string, Value> {
  const [n, classes, a] = [sizeOf(scores.shape, 0), sizeOf(scores.shape, 1), sizeOf(scores.shape, 2)];
  const corners = e.transpose(boxes, [0, 2, 1]);
  const threshold = (value: number, name: string) => e.builder.constant(floatTensor([value]), name);
  const thresholds = [
    threshold(overlap, suppressionConstants.overlap),
    threshold(confidence, suppressionConstants.confidence),
  ] as const;
  const [kept] = e.builder.node('NonMaxSuppression', [corners, scores, ...thresholds], {
    maxPerClass: maxDetections,
  });
  const k = Math.min(maxDetections, classes * a);
  const flat = e.reshape(kept, [n, classes * a]);
  const [best, places] = e.builder.node('TopK', [flat], { axis: 1, k, largest: true });
  const classOf = e.div(places, e.scalar(a, 'int64'));
  const pointOf = e.sub(places, e.mul(classOf, e.scalar(a, 'int64')));
  const wide = e.expand(e.reshape(pointOf, [n, k, 1]), [n, k, 4]);
  const [chosen] = e.builder.node('GatherElements', [corners, wide], { axis: 1 });
  const [inside] = e.builder.node('Clip', [chosen], { min: 0, max: imageSize });
  return new Map([
    ['boxes', inside],
    ['scores', best],
    ['classes', e.cast(classOf, 'int32')],
  ]);
}
