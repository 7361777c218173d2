/** Recognizes, by inputs, outputs and operations, detectors as we, YOLOX and YOLO (v5, v8, v10, 11, 26) export them. */
import { AppError } from '../../../base/app-error.ts';
import { type Graph, listInputs, type Value } from '../../graph/ops.ts';
import { floatTensor, isSameShape, printType, sizeOf, toNumbers } from '../../graph/tensor.ts';
import { listHeadConvolutions } from './head-convolutions.ts';

/** Exports of ours are of one family, whatever the network: they give final boxes. */
export type DetectorFamily = 'fieldstation' | 'yolox' | 'yolov5' | 'yolov8' | 'yolov10' | 'yolo11' | 'yolo26';

/**
 * How a file states its boxes, a points in all levels:
 * - `cells`: `[n, a, 5 + classes]`: offset from the cell, log of the size, in strides; objectness and classes 0 to 1;
 * - `rows`: `[n, a, 5 + classes]`: centre and size in pixels, objectness, classes 0 to 1;
 * - `columns`: `[n, 4 + classes, a]`: centre and size in pixels, classes 0 to 1;
 * - `corners`: as columns, but corners in pixels (what YOLO gives to a suppression in the file);
 * - `final`: `[n, k, 6]`: corners in pixels, score and class of the best k, one for each object;
 * - `anchors`: of each level `[n, 3, h, w, 5 + classes]`, raw;
 * - `suppressed`: corners `[n, a, 4]` and scores `[n, classes, a]`, which an export of ours suppresses.
 */
export type BoxLayout = 'cells' | 'rows' | 'columns' | 'corners' | 'final' | 'anchors' | 'suppressed';

/** How the outputs of a foreign detector hold its boxes and scores. */
export interface ForeignLayout {
  readonly family: DetectorFamily;
  readonly classes: number;
  /** From the file's metadata, if it has them. */
  readonly classNames: readonly string[] | undefined;
  /** Height and width of the square input in pixels. */
  readonly imageSize: number;
  /** Of the levels, finest first. */
  readonly strides: readonly number[];
  readonly layout: BoxLayout;
  /** Width and height in pixels of the anchors of each level; none where boxes are measured from the cells. */
  readonly anchors: readonly (readonly (readonly [number, number])[])[];
  /** What the input expects: planes in this order, of numbers from 0 to this; or bytes as they come. */
  readonly pixels: { readonly order: 'rgb' | 'bgr'; readonly largest: 1 | 255 } | 'bytes';
}

/** Of YOLOv5 for COCO, which raw heads do not carry. */
const publishedAnchors = [
  [
    [10, 13],
    [16, 30],
    [33, 23],
  ],
  [
    [30, 61],
    [62, 45],
    [59, 119],
  ],
  [
    [116, 90],
    [156, 198],
    [373, 326],
  ],
] as const;

/** Levels that these families are exported with. */
const strideSets: readonly (readonly number[])[] = [
  [8, 16, 32],
  [8, 16, 32, 64],
  [4, 8, 16, 32],
  [16, 32],
];

/** As recognizeLayout, or undefined for another kind of graph. */
export function findLayout(graph: Graph, metadata: ReadonlyMap<string, string>): ForeignLayout | undefined {
  try {
    return recognizeLayout(graph, metadata);
  } catch (error) {
    if (error instanceof AppError && error.code === 'MODEL_UNREADABLE') return undefined;
    throw error;
  }
}

/** @throws AppError MODEL_UNREADABLE saying what was found and what was expected */
export function recognizeLayout(graph: Graph, metadata: ReadonlyMap<string, string>): ForeignLayout {
  const [input] = graph.inputs;
  const task = metadata.get('task');
  if (task !== undefined && task !== 'detect') throw unrecognized(graph, `its metadata says task ${task}`);
  const imageSize = input && graph.inputs.length === 1 ? findImageSize(input) : undefined;
  if (imageSize === undefined) throw unrecognized(graph, 'its input is not one square picture');
  const found =
    recognizeHeads(graph, imageSize) ?? recognizeFinal(graph, imageSize) ?? recognizeRows(graph, imageSize);
  if (!found) throw unrecognized(graph, 'its outputs are none of these');
  const isYolox = found.family === 'yolox';
  const classNames = readClassNames(metadata.get('names'));
  return {
    ...found,
    classNames: classNames?.length === found.classes ? classNames : undefined,
    imageSize,
    anchors: found.family === 'yolov5' ? findAnchors(graph, found.strides, imageSize) : [],
    pixels: isYolox ? { order: 'bgr', largest: 255 } : { order: 'rgb', largest: 1 },
  };
}

/**
 * An export of ours, cut before its suppression.
 * @param graph uint8 `[1, s, s, 3]` to corners `[1, a, 4]` and scores
 * @throws AppError MODEL_UNREADABLE where the points are not those of known levels
 */
export function recognizeOwnExport(graph: Graph, classNames: readonly string[]): ForeignLayout {
  const [imageSize, points] = [
    sizeOf(graph.inputs[0]?.shape ?? [], 1),
    sizeOf(graph.outputs[0]?.shape ?? [], 1),
  ];
  const isOf = (copies: number) => (strides: readonly number[]) =>
    copies * countCells(imageSize, strides) === points;
  const strides = strideSets.find(isOf(1)) ?? strideSets.find(isOf(3));
  if (!strides) throw unrecognized(graph, 'its points are not those of known levels');
  return {
    family: 'fieldstation',
    classes: classNames.length,
    classNames,
    imageSize,
    strides,
    layout: 'suppressed',
    anchors: isOf(3)(strides) ? findExportedAnchors(graph, strides, imageSize) : [],
    pixels: 'bytes',
  };
}

type Found = Pick<ForeignLayout, 'family' | 'classes' | 'strides' | 'layout'>;

/** The side of `[1, 3, s, s]`. */
function findImageSize({ dtype, shape }: Value): number | undefined {
  const [, channels, height, width] = shape;
  const isPicture = shape.length === 4 && channels === 3 && height === width && dtype.startsWith('float');
  return isPicture ? height : undefined;
}

/** One output of three axes; older exports of YOLOv5 give the raw heads after it. */
function recognizeRows(graph: Graph, imageSize: number): Found | undefined {
  const [output, ...others] = graph.outputs;
  if (output?.shape.length !== 3 || others.some(({ shape }) => shape.length !== 5)) return undefined;
  const [second, third] = [sizeOf(output.shape, 1), sizeOf(output.shape, 2)];
  for (const strides of strideSets) {
    const cells = countCells(imageSize, strides);
    if (second === cells && third > 5) {
      const layout = graph.nodes.some(({ op }) => op === 'Exp') ? 'rows' : 'cells';
      return { family: 'yolox', classes: third - 5, strides, layout };
    }
    if (second === 3 * cells && third > 5) {
      return { family: 'yolov5', classes: third - 5, strides, layout: 'rows' };
    }
    if (third === cells && second > 4) {
      const layout = givesCorners(graph, output) ? 'corners' : 'columns';
      return { family: nameColumns(graph, imageSize, strides), classes: second - 4, strides, layout };
    }
  }
  return undefined;
}

/** YOLO26 gives distances themselves; YOLO11 has depthwise convolutions before its classes, YOLOv8 has none at all. */
function nameColumns(graph: Graph, imageSize: number, strides: readonly number[]): DetectorFamily {
  const [finest] = listHeadRows(graph, imageSize, strides);
  if (finest?.length === 2 && finest[0] === 4) return 'yolo26';
  return graph.nodes.some((node) => node.op === 'Conv' && node.attributes.group > 1) ? 'yolo11' : 'yolov8';
}

/**
 * Both are joined of two halves and multiplied by the strides: point less distances beside point and distances, or their
 * middle beside their difference.
 */
function givesCorners(graph: Graph, output: Value): boolean {
  const makerOf = (value: Value | undefined) =>
    graph.nodes.find(({ outputs }) => (outputs as readonly Value[]).some((made) => made === value));
  const joined = makerOf(output);
  const scaled = joined?.op === 'Concat' ? makerOf(joined.inputs[0]) : undefined;
  const halves =
    scaled?.op === 'Mul' ? scaled.inputs.map(makerOf).find((node) => node?.op === 'Concat') : undefined;
  const [low, high] = halves ? listInputs(halves).map((half) => makerOf(half)?.op) : [];
  return low === 'Sub' && high === 'Add';
}

/** The best k, chosen inside: a level's last convolutions tell how many classes there are. */
function recognizeFinal(graph: Graph, imageSize: number): Found | undefined {
  const [output, ...others] = graph.outputs;
  const isFinal = output?.shape.length === 3 && output.shape[2] === 6 && others.length === 0;
  if (!isFinal || !graph.nodes.some(({ op }) => op === 'TopK')) return undefined;
  for (const strides of strideSets) {
    const levels = listHeadRows(graph, imageSize, strides);
    const [[boxRows = 0, classes = 0] = []] = levels;
    if (boxRows === 0 || boxRows % 4 !== 0 || classes === 0) continue;
    if (levels.some((level) => `${level}` !== `${[boxRows, classes]}`)) continue;
    return { family: boxRows === 4 ? 'yolo26' : 'yolov10', classes, strides, layout: 'final' };
  }
  return undefined;
}

/** Of each level, the channels of its last convolutions. */
function listHeadRows(graph: Graph, imageSize: number, strides: readonly number[]): readonly number[][] {
  const last = listHeadConvolutions(graph, { imageSize, strides }).map((conv) => conv.outputs[0].shape);
  return strides.map((stride) =>
    last.flatMap(([, channels = 0, , width]) => (width === imageSize / stride ? [channels] : [])),
  );
}

/** Raw heads of three anchors each. */
function recognizeHeads({ outputs }: Graph, imageSize: number): Found | undefined {
  const classes = (outputs[0]?.shape.at(-1) ?? 0) - 5;
  const strides = outputs.map(({ shape }) => imageSize / (shape[2] ?? 1));
  const isHead = ({ shape }: Value) =>
    shape.length === 5 && shape[1] === 3 && shape[2] === shape[3] && shape[4] === classes + 5;
  const isKnown = strideSets.some((known) => `${known}` === `${strides}`);
  if (classes < 1 || !outputs.every(isHead) || !isKnown) return undefined;
  return { family: 'yolov5', classes, strides, layout: 'anchors' };
}

/** Decoded exports multiply by constants `[1, anchors, h, w, 2]`, on which all cells agree. */
function findAnchors(graph: Graph, strides: readonly number[], imageSize: number): ForeignLayout['anchors'] {
  const factors = graph.nodes.flatMap((node) => (node.op === 'Mul' ? node.inputs : []));
  const levels = strides.map((stride) => {
    const cells = imageSize / stride;
    const found = factors.find(
      (value) => graph.initializers.has(value) && isSameShape(value.shape, [1, 3, cells, cells, 2]),
    );
    const numbers = found && toNumbers(graph.initializers.get(found) ?? floatTensor([]));
    return numbers && [0, 1, 2].map((copy) => pairAt(numbers, copy * cells * cells * 2));
  });
  return levels.every((level) => level !== undefined) ? levels : publishedAnchors;
}

/** Our exports multiply by a constant `[1, 2, a]`: widths, then heights. */
function findExportedAnchors(
  graph: Graph,
  strides: readonly number[],
  imageSize: number,
): ForeignLayout['anchors'] {
  const points = 3 * countCells(imageSize, strides);
  const factors = graph.nodes.flatMap((node) => (node.op === 'Mul' ? node.inputs : []));
  const found = factors.find(
    (value) => graph.initializers.has(value) && isSameShape(value.shape, [1, 2, points]),
  );
  const numbers = toNumbers((found && graph.initializers.get(found)) ?? floatTensor([]));
  return strides.map((stride, level) => {
    const start = 3 * countCells(imageSize, strides.slice(0, level));
    const starts = [0, 1, 2].map((copy) => start + copy * (imageSize / stride) ** 2);
    return starts.map((at) => [numbers[at] ?? 1, numbers[points + at] ?? 1] as const);
  });
}

function pairAt(numbers: readonly number[], index: number): readonly [number, number] {
  return [numbers[index] ?? 1, numbers[index + 1] ?? 1];
}

function countCells(imageSize: number, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + (imageSize / stride) ** 2, 0);
}

/** Ultralytics writes `{0: 'bolt', 1: "washer's rim"}`. */
function readClassNames(text: string | undefined): readonly string[] | undefined {
  const entries = [...(text ?? '').matchAll(/(\d+): (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)];
  const names = entries.map(([, , single, double]) => (single ?? double ?? '').replaceAll(/\\(.)/g, '$1'));
  const isInOrder = entries.every(([, index], position) => Number(index) === position);
  return names.length > 0 && isInOrder ? names : undefined;
}

function unrecognized(graph: Graph, reason: string): AppError {
  const list = (values: readonly Value[]) =>
    values.map((value) => `${value.name} ${printType(value)}`).join(', ');
  const expected = [
    'expected a detector as YOLOX or YOLO (v5, v8, v10, 11, 26) export it: one input [n, 3, s, s] and an output',
    '[n, a, 5 + classes], [n, 3 a, 5 + classes] or [n, 4 + classes, a] of a = Σ (s / stride)² points, [n, k, 6] of the best,',
    'or a head [n, 3, s / stride, s / stride, 5 + classes] of each stride',
  ].join(' ');
  return new AppError(
    'MODEL_UNREADABLE',
    `${expected}; found input ${list(graph.inputs)} and output ${list(graph.outputs)}: ${reason}`,
  );
}
