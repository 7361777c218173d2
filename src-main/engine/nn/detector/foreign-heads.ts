/** The last convolutions of a foreign detector: where they are, and the network up to them with other classes. */
import { AppError } from '../../../base/app-error.ts';
import { createRandom } from '../../../base/random.ts';
import { appendGraph } from '../../graph/append.ts';
import { createGraphBuilder } from '../../graph/builder.ts';
import { createExpressions, type Expressions } from '../../graph/expressions.ts';
import type { Graph, Node, Value } from '../../graph/ops.ts';
import { countElements, floatTensor, sizeOf, type Tensor, toNumbers } from '../../graph/tensor.ts';
import { removeDeadCode } from '../../passes/remove-dead-code.ts';
import { classPrior } from './detection-feeds.ts';
import type { DetectorFamily, ForeignLayout } from './foreign-layout.ts';
import { listHeadConvolutions } from './head-convolutions.ts';

/**
 * What the rows stand for: distributions of distances; distances themselves (YOLO26); offset and size from the cell with
 * an objectness (YOLOX); the same with anchors (YOLOv5).
 */
export type HeadKind = 'distances' | 'sides' | 'cells' | 'anchors';

/** What the rows of a convolution's output stand for, before any sigmoid. */
interface HeadPart {
  readonly conv: Node<'Conv'>;
  /** Of the rows of one anchor: how many come before the classes. */
  readonly boxRows: number;
  readonly classRows: number;
  readonly anchors: number;
}

export interface RawDetector {
  /** For one picture: to `[1, boxRows + classes, a]`, boxes (and objectness) first, nothing decoded. */
  readonly graph: Graph;
  readonly boxRows: number;
  readonly kind: HeadKind;
}

/**
 * The file's graph up to its last convolutions. Where `classes` is another number than the file's, rows of weights
 * for classes are drawn anew, uniform within 1 / √fan-in, and their biases start at the prior (at 0 beside
 * an objectness); all other weights, and all names, stay.
 * @throws AppError GRAPH_NOT_TRAINABLE when the convolutions are not where the family has them
 */
export function cutDetector(
  graph: Graph,
  layout: ForeignLayout,
  options: { readonly classes: number; readonly seed: number },
): RawDetector {
  const levels = findHeads(graph, layout);
  const [first] = levels;
  if (!first) throw new Error('bug: a detector without levels');
  const kind = kindOf(first);
  const convs = levels.flat().map(({ conv }) => conv.outputs[0]);
  const cut = removeDeadCode({ ...graph, outputs: convs });
  const changed =
    options.classes === layout.classes
      ? new Map<Value, Tensor>()
      : drawClassRows(graph, levels, layout.strides, { ...options, kind });
  return {
    graph: joinLevels(cut, levels, changed),
    boxRows: first.reduce((sum, part) => sum + part.boxRows, 0),
    kind,
  };
}

/** Whether the last convolutions are where the family has them. */
export function hasHeads(graph: Graph, layout: ForeignLayout): boolean {
  try {
    return findHeads(graph, layout).length > 0;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** The graph with other constants in place of some, and with one output of all levels. */
function joinLevels(
  cut: Graph,
  levels: readonly (readonly HeadPart[])[],
  changed: ReadonlyMap<Value, Tensor>,
): Graph {
  const builder = createGraphBuilder(new Set([...cut.initializers.keys()].map(({ name }) => name)));
  const bind = new Map<Value, Value>();
  for (const input of cut.inputs) bind.set(input, builder.input(input.name, input.dtype, input.shape));
  for (const [value, tensor] of cut.initializers)
    bind.set(value, builder.constant(changed.get(value) ?? tensor, value.name));
  const values = appendGraph(builder, cut, bind);
  const e = createExpressions(builder);
  const rows = levels.map((level) => {
    const outputs = level.flatMap(({ conv, anchors }) => {
      const image = values.get(conv.outputs[0]);
      return image ? [alignRows(e, image, anchors)] : [];
    });
    return e.concat(outputs, 1);
  });
  return removeDeadCode(builder.finish(cut.name, [e.concat(rows, 2)]));
}

/** `[n, anchors rows, h, w]` to `[n, rows, anchors h w]` */
function alignRows(e: Expressions, x: Value, anchors: number): Value {
  const [n, channels] = [sizeOf(x.shape, 0), sizeOf(x.shape, 1)];
  const cells = countElements(x.shape.slice(2));
  const rows = channels / anchors;
  if (anchors === 1) return e.reshape(x, [n, rows, cells]);
  const apart = e.transpose(e.reshape(x, [n, anchors, rows, cells]), [0, 2, 1, 3]);
  return e.reshape(apart, [n, rows, anchors * cells]);
}

/** The convolutions of each level in the order box, objectness, classes. */
function findHeads(graph: Graph, layout: ForeignLayout): HeadPart[][] {
  const found = listHeadConvolutions(graph, layout);
  return layout.strides.map((stride) => {
    const cells = layout.imageSize / stride;
    const convs = found.filter((conv) => conv.outputs[0].shape[3] === cells);
    const parts = describeParts(convs, layout);
    if (parts) return parts;
    const channels = convs.map((conv) => conv.outputs[0].shape[1]).join(', ') || 'none';
    throw new AppError(
      'GRAPH_NOT_TRAINABLE',
      `expected at stride ${stride} the last convolutions of a ${layout.family} with ${layout.classes} classes, ` +
        `found 1 × 1 convolutions of these channels: ${channels}`,
    );
  });
}

const headKinds: readonly HeadKind[] = ['anchors', 'distances', 'sides', 'cells'];

/** By a level's last convolutions. */
function kindOf({ length, 0: first }: readonly HeadPart[]): HeadKind {
  if (length === 1) return 'anchors';
  if (length === 3) return 'cells';
  return first?.boxRows === 4 ? 'sides' : 'distances';
}

/** Which of these a family's file has; exports of ours have any. */
const kindsOfFamilies: Readonly<Record<DetectorFamily, readonly HeadKind[]>> = {
  fieldstation: headKinds,
  yolox: ['cells'],
  yolov5: ['anchors'],
  yolov8: ['distances'],
  yolov10: ['distances'],
  yolo11: ['distances'],
  yolo26: ['sides'],
};

/** Undefined where the channels are not the family's. */
function describeParts(
  convs: readonly Node<'Conv'>[],
  { family, classes }: ForeignLayout,
): HeadPart[] | undefined {
  const channels = convs.map((conv) => sizeOf(conv.outputs[0].shape, 1));
  const [first] = channels;
  const part = (index: number, boxRows: number, classRows: number, anchors = 1): HeadPart[] => {
    const conv = convs[index];
    return conv ? [{ conv, boxRows, classRows, anchors }] : [];
  };
  const isOf = (kind: HeadKind, expected: readonly number[]) =>
    kindsOfFamilies[family].includes(kind) && `${channels}` === `${expected}`;
  if (isOf('anchors', [3 * (5 + classes)])) return part(0, 5, classes, 3);
  if (isOf('cells', [4, 1, classes])) return [...part(0, 4, 0), ...part(1, 1, 0), ...part(2, 0, classes)];
  if (isOf('sides', [4, classes])) return [...part(0, 4, 0), ...part(1, 0, classes)];
  const isDistribution = first !== undefined && first % 4 === 0 && first > 4;
  if (isDistribution && isOf('distances', [first, classes]))
    return [...part(0, first, 0), ...part(1, 0, classes)];
  return undefined;
}

/** Weights and biases of the convolutions that tell classes, with rows for other classes. */
function drawClassRows(
  graph: Graph,
  levels: readonly (readonly HeadPart[])[],
  strides: readonly number[],
  options: { readonly classes: number; readonly seed: number; readonly kind: HeadKind },
): ReadonlyMap<Value, Tensor> {
  const changed = new Map<Value, Tensor>();
  for (const [index, level] of levels.entries()) {
    const bias =
      options.kind === 'distances' || options.kind === 'sides'
        ? classPrior(strides[index] ?? 8, options.classes)
        : 0;
    for (const part of level.filter(({ classRows }) => classRows > 0)) {
      const [, weight, biases] = part.conv.inputs;
      const random = createRandom(options.seed, 'classes', weight.name);
      const width = countElements(weight.shape.slice(1));
      const draw = () => random.uniform(-1, 1) / Math.sqrt(width);
      const rows = replaceRows(graph, weight, part, options.classes, draw);
      changed.set(weight, floatTensor(rows, [rows.length / width, ...weight.shape.slice(1)]));
      if (biases)
        changed.set(biases, floatTensor(replaceRows(graph, biases, part, options.classes, () => bias)));
    }
  }
  return changed;
}

/** Of each anchor the rows of the box as they are, then as many drawn rows as there are classes. */
function replaceRows(
  graph: Graph,
  value: Value,
  { boxRows, classRows, anchors }: HeadPart,
  classes: number,
  draw: () => number,
): number[] {
  const tensor = graph.initializers.get(value);
  const width = countElements(value.shape.slice(1));
  const numbers = tensor ? toNumbers(tensor) : [];
  return Array.from({ length: anchors }, (_, anchor) => {
    const start = anchor * (boxRows + classRows) * width;
    return [
      ...numbers.slice(start, start + boxRows * width),
      ...Array.from({ length: classes * width }, draw),
    ];
  }).flat();
}
