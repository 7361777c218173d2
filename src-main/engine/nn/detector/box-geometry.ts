/** Overlap of boxes in the graph, plain and complete. */
import type { Expressions } from '../../graph/expressions.ts';
import type { Value } from '../../graph/ops.ts';

/** Corners in pixels, each in a shape of its own that broadcasts against the other boxes'. */
export interface BoxPlanes {
  readonly x1: Value;
  readonly y1: Value;
  readonly x2: Value;
  readonly y2: Value;
}

/** Cuts boxes along the axis of four. */
export function splitBoxes(e: Expressions, boxes: Value, axis: number): BoxPlanes {
  const side = (index: number) => e.sliceAxis(boxes, axis, index, index + 1);
  return { x1: side(0), y1: side(1), x2: side(2), y2: side(3) };
}

/** Keeps divisions finite, in square pixels; as in the published code of the complete IoU. */
const epsilon = 1e-7;

/** Intersection over union, 0 to 1; 0 for boxes without area. */
export function intersectionOverUnion(e: Expressions, a: BoxPlanes, b: BoxPlanes): Value {
  const inner = e.mul(innerLength(e, a.x1, a.x2, b.x1, b.x2), innerLength(e, a.y1, a.y2, b.y1, b.y2));
  const areas = e.add(areaOf(e, a), e.add(areaOf(e, b), epsilon));
  return e.div(inner, e.sub(areas, inner));
}

/**
 * IoU − ρ²(centres) / c² − α v with v = 4/π² (atan w₂/h₂ − atan w₁/h₁)², c the diagonal of the smallest box around
 * both, and α = v / (1 − IoU + v), which takes no gradient (Zheng et al. 2020, Distance-IoU Loss, equations 7 to 11).
 */
export function completeIntersectionOverUnion(e: Expressions, found: BoxPlanes, truth: BoxPlanes): Value {
  const overlap = intersectionOverUnion(e, found, truth);
  const wide = e.sub(maximum(e, found.x2, truth.x2), minimum(e, found.x1, truth.x1));
  const high = e.sub(maximum(e, found.y2, truth.y2), minimum(e, found.y1, truth.y1));
  const diagonal = e.add(e.add(square(e, wide), square(e, high)), epsilon);
  const dx = e.sub(e.add(found.x1, found.x2), e.add(truth.x1, truth.x2));
  const dy = e.sub(e.add(found.y1, found.y2), e.add(truth.y1, truth.y2));
  const distance = e.mul(e.add(square(e, dx), square(e, dy)), 0.25);
  const turn = e.sub(aspectAngle(e, truth), aspectAngle(e, found));
  const shape = e.mul(square(e, turn), 4 / Math.PI ** 2);
  const share = e.div(shape, e.add(e.sub(shape, overlap), 1 + epsilon));
  const penalty = e.add(e.div(distance, diagonal), e.mul(e.unary('StopGradient', share), shape));
  return e.sub(overlap, penalty);
}

function areaOf(e: Expressions, { x1, y1, x2, y2 }: BoxPlanes): Value {
  return e.mul(e.sub(x2, x1), e.sub(y2, y1));
}

function innerLength(e: Expressions, start: Value, end: Value, otherStart: Value, otherEnd: Value): Value {
  return e.unary('Relu', e.sub(minimum(e, end, otherEnd), maximum(e, start, otherStart)));
}

function aspectAngle(e: Expressions, { x1, y1, x2, y2 }: BoxPlanes): Value {
  return e.unary('Atan', e.div(e.sub(x2, x1), e.add(e.sub(y2, y1), epsilon)));
}

function square(e: Expressions, x: Value): Value {
  return e.mul(x, x);
}

function minimum(e: Expressions, a: Value, b: Value): Value {
  return e.builder.node('Min', [a, b], {})[0];
}

function maximum(e: Expressions, a: Value, b: Value): Value {
  return e.builder.node('Max', [a, b], {})[0];
}
