/** From what a foreign detector gives to scores and corners in pixels, as the caller of its export has to. */
import type { Expressions } from '../../graph/expressions.ts';
import type { Value } from '../../graph/ops.ts';
import { countElements, floatTensor, int64Tensor, sizeOf } from '../../graph/tensor.ts';
import { type AnchorPoints, createAnchorPoints } from './anchor-points.ts';
import type { ForeignLayout } from './foreign-layout.ts';

export interface DecodedBoxes {
  /** 0 to 1, `[n, classes, a]`. */
  readonly scores: Value;
  /** x1, y1, x2, y2 in pixels of the input, `[n, 4, a]`. */
  readonly boxes: Value;
}

/** Pixels as the file wants them. @param images uint8 `[n, h, w, 3]`, RGB @returns float32 `[n, 3, h, w]`, or bytes as they are */
export function preparePixels(
  e: Expressions,
  images: Value,
  { pixels }: Pick<ForeignLayout, 'pixels'>,
): Value {
  if (pixels === 'bytes') return images;
  const planes = e.transpose(images, [0, 3, 1, 2]);
  const reversed = () =>
    e.builder.node('Gather', [planes, e.constant(int64Tensor([2, 1, 0]))], { axis: 1 })[0];
  const floats = e.cast(pixels.order === 'bgr' ? reversed() : planes, 'float32');
  return pixels.largest === 255 ? floats : e.mul(floats, 1 / 255);
}

/** @param outputs of the foreign graph, in its order */
export function decodeOutputs(
  e: Expressions,
  outputs: readonly Value[],
  layout: ForeignLayout,
): DecodedBoxes {
  const [first] = outputs;
  if (!first) throw new Error('bug: a detector without outputs');
  switch (layout.layout) {
    case 'columns': {
      const end = sizeOf(first.shape, 1);
      return { scores: e.sliceAxis(first, 1, 4, end), boxes: toCorners(e, e.sliceAxis(first, 1, 0, 4)) };
    }
    case 'corners': {
      const end = sizeOf(first.shape, 1);
      return { scores: e.sliceAxis(first, 1, 4, end), boxes: e.sliceAxis(first, 1, 0, 4) };
    }
    case 'rows':
      return splitRow(e, e.transpose(first, [0, 2, 1]), (box) => box);
    case 'cells': {
      const points = createAnchorPoints(layout.imageSize, layout.strides);
      return splitRow(e, e.transpose(first, [0, 2, 1]), (box) => decodeCells(e, box, points));
    }
    case 'final':
      return spreadClasses(e, e.transpose(first, [0, 2, 1]), layout.classes);
    case 'suppressed': {
      const [, scores] = outputs;
      if (!scores) throw new Error('bug: an export of ours without scores');
      return { scores, boxes: e.transpose(first, [0, 2, 1]) };
    }
    case 'anchors':
      return decodeHeads(e, outputs, layout);
  }
}

/** @param rows corners 4, score 1, class 1: `[n, 6, k]` */
function spreadClasses(e: Expressions, rows: Value, classes: number): DecodedBoxes {
  const [n, k] = [sizeOf(rows.shape, 0), sizeOf(rows.shape, 2)];
  const wide = (row: number) => e.expand(e.sliceAxis(rows, 1, row, row + 1), [n, classes, k]);
  const numbers = e.constant(floatTensor([...Array(classes).keys()], [1, classes, 1]));
  const [isIts] = e.builder.node('Equal', [wide(5), numbers], {});
  return { scores: e.where(isIts, wide(4), e.scalar(0)), boxes: e.sliceAxis(rows, 1, 0, 4) };
}

/** Rows are box 4, objectness 1, classes: `[n, 5 + classes, a]`. */
function splitRow(e: Expressions, row: Value, decode: (box: Value) => Value): DecodedBoxes {
  const objectness = e.sliceAxis(row, 1, 4, 5);
  const classes = e.sliceAxis(row, 1, 5, sizeOf(row.shape, 1));
  return { scores: e.mul(objectness, classes), boxes: toCorners(e, decode(e.sliceAxis(row, 1, 0, 4))) };
}

/** Sizes end at e⁸ strides, larger than any picture: a training step gone wild stays finite. */
const largestLogSize = 8;

/**
 * YOLOX: the centre is the cell's corner plus the offset, the size the exponential, both times the stride.
 * @param box `[n, 4, a]` @returns centre and size in pixels
 */
export function decodeCells(e: Expressions, box: Value, points: AnchorPoints): Value {
  const strides = e.constant(points.stride);
  const corner = e.sub(e.concat([e.constant(points.x), e.constant(points.y)], 1), e.mul(strides, 0.5));
  const centre = e.add(e.mul(e.sliceAxis(box, 1, 0, 2), strides), corner);
  const [logSize] = e.builder.node('Clip', [e.sliceAxis(box, 1, 2, 4)], { min: -20, max: largestLogSize });
  const size = e.mul(e.unary('Exp', logSize), strides);
  return e.concat([centre, size], 1);
}

/** Raw heads of YOLOv5, `[n, anchors, h, w, 5 + classes]` of each level. */
function decodeHeads(e: Expressions, heads: readonly Value[], layout: ForeignLayout): DecodedBoxes {
  const rows = heads.map((head) => {
    const [n, fields] = [sizeOf(head.shape, 0), sizeOf(head.shape, -1)];
    return e.reshape(head, [n, countElements(head.shape) / (n * fields), fields]);
  });
  const row = e.unary('Sigmoid', e.transpose(e.concat(rows, 1), [0, 2, 1]));
  const points = createAnchorPoints(
    layout.imageSize,
    layout.strides,
    layout.anchors.map(({ length }) => length),
  );
  return splitRow(e, row, (box) => decodeAnchors(e, box, points, layout.anchors));
}

/**
 * YOLOv5: the centre is the cell's centre plus (2 p - 1) strides, the size the anchor's times (2 p)².
 * @param box p, after the sigmoid, `[n, 4, a]` @returns centre and size in pixels
 */
export function decodeAnchors(
  e: Expressions,
  box: Value,
  points: AnchorPoints,
  anchors: ForeignLayout['anchors'],
): Value {
  const doubled = e.mul(box, 2);
  const offset = e.mul(e.sub(e.sliceAxis(doubled, 1, 0, 2), 1), e.constant(points.stride));
  const centre = e.add(offset, e.concat([e.constant(points.x), e.constant(points.y)], 1));
  const size = e.sliceAxis(doubled, 1, 2, 4);
  const sizes = [0, 1].map((side) =>
    points.places.map((place) => anchors[place.level]?.[place.copy]?.[side] ?? 1),
  );
  const tensor = e.constant(floatTensor(sizes.flat(), [1, 2, points.count]));
  return e.concat([centre, e.mul(e.mul(size, size), tensor)], 1);
}

/** Centre and size to corners, `[n, 4, a]`. */
export function toCorners(e: Expressions, box: Value): Value {
  const centre = e.sliceAxis(box, 1, 0, 2);
  const half = e.mul(e.sliceAxis(box, 1, 2, 4), 0.5);
  return e.concat([e.sub(centre, half), e.add(centre, half)], 1);
}
