/** Reads a detector from an ONNX file, another tool's or ours: its graph in float32, and how it states its boxes. */
import { AppError } from '../../../base/app-error.ts';
import { findClassNames } from '../../classifier-metadata.ts';
import type { Graph } from '../../graph/ops.ts';
import { dtypes, type Shape } from '../../graph/tensor.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { OnnxGraph, OnnxModel } from '../../onnx/model.ts';
import { listFileInputs, readOnnx, readReadable } from '../../onnx/read.ts';
import { removeDeadCode } from '../../passes/remove-dead-code.ts';
import { widenFloats } from '../../passes/widen-floats.ts';
import { assertTakesOne } from '../../picture-input.ts';
import { readBatched } from '../read-batched.ts';
import { hasHeads } from './foreign-heads.ts';
import { type ForeignLayout, findLayout, recognizeLayout, recognizeOwnExport } from './foreign-layout.ts';

export interface ForeignFile {
  /** For one picture. */
  readonly graph: Graph;
  readonly layout: ForeignLayout;
  /** Names of the file's own constants, as against those that its nodes hold. */
  readonly initializers: ReadonlySet<string>;
}

/** What these families are trained with where a file leaves its size open and does not say. */
const usualSize = 640;

/**
 * @param imageSize of the square input in pixels, for a file that leaves it open
 * @throws AppError MODEL_UNREADABLE for another kind of file, GRAPH_INVALID for a graph that does not fit together,
 * GRAPH_NOT_TRAINABLE for operations that the engine does not know
 */
export function readForeignDetector(bytes: Uint8Array, imageSize?: number): ForeignFile {
  const model = decodeModel(bytes);
  const classNames = findClassNames(model.metadata);
  if (classNames) return readOwnExport(model, classNames);
  for (const { shape } of listFileInputs(model.graph)) assertTakesOne(shape?.[0]);
  const inputShapes = fillShapes(model, imageSize);
  const { graph, layout } = isSuppressing(model)
    ? readBeforeSuppression(model, inputShapes)
    : readWhole(bytes, inputShapes);
  return { graph: widenFloats(graph), layout, initializers: new Set(model.graph.initializers.keys()) };
}

type Recognized = Pick<ForeignFile, 'graph' | 'layout'>;

function readWhole(bytes: Uint8Array, inputShapes: Readonly<Record<string, Shape>>): Recognized {
  const { graph, metadata } = readBatched(bytes, inputShapes);
  return { graph, layout: recognizeLayout(graph, metadata) };
}

function isSuppressing({ graph }: OnnxModel): boolean {
  return graph.nodes.some(({ opType }) => opType === 'NonMaxSuppression');
}

/** How many boxes a suppression keeps depends on the data: what the network itself gives is taken, the last that fits. */
function readBeforeSuppression(model: OnnxModel, inputShapes: Readonly<Record<string, Shape>>): Recognized {
  const readable = readReadable(model, { inputShapes });
  for (const output of readable.outputs.toReversed()) {
    const graph = removeDeadCode({ ...readable, outputs: [output] });
    const layout = findLayout(graph, model.metadata);
    if (layout && hasHeads(graph, layout)) return { graph, layout };
  }
  throw refuseSuppression(model);
}

function refuseSuppression({ graph }: OnnxModel): AppError {
  const outputs = graph.outputs.map(({ name, shape }) => `${name} [${shape?.join(', ') ?? ''}]`).join(', ');
  return new AppError(
    'MODEL_UNREADABLE',
    'expected a detector as YOLOX or YOLO (v5, v8, v10, 11, 26) export it, with a suppression behind it or without, ' +
      `found a NonMaxSuppression behind another network, with outputs ${outputs}: export it without, if it is one of these`,
  );
}

/** What a file is, without running it. @throws AppError as readForeignDetector */
export function recognizeDetector(bytes: Uint8Array, imageSize?: number): ForeignLayout {
  return readForeignDetector(bytes, imageSize).layout;
}

/** Up to what goes into the suppression: how many boxes come out of it depends on the data. */
function readOwnExport(model: OnnxModel, classNames: readonly string[]): ForeignFile {
  const suppression = model.graph.nodes.find(({ opType }) => opType === 'NonMaxSuppression');
  const [boxes, scores] = suppression?.inputs ?? [];
  if (boxes === undefined || scores === undefined) {
    const found = model.graph.outputs.map(({ name }) => name).join(', ');
    throw new AppError(
      'MODEL_UNREADABLE',
      `expected a detector of ours with a suppression, found outputs ${found}`,
    );
  }
  const cut = { ...model, graph: cutAt(model.graph, [boxes, scores]) };
  const { graph } = readOnnx(encodeModel(cut));
  const initializers = new Set(model.graph.initializers.keys());
  return { graph, layout: recognizeOwnExport(graph, classNames), initializers };
}

/** The part of a graph that the values need, with these as its outputs. */
function cutAt(graph: OnnxGraph, names: readonly string[]): OnnxGraph {
  const needed = new Set(names);
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    const isNeeded = outputs.some((name) => needed.has(name));
    if (isNeeded) for (const name of inputs) needed.add(name);
    return isNeeded;
  });
  const outputs = names.map((name) => ({ name, elementType: dtypes.float32.onnx, shape: undefined }));
  return { ...graph, nodes: nodes.reverse(), outputs };
}

/** One picture of the wanted size, then of the size that the metadata state, on the axes that are open. */
function fillShapes({ graph, metadata }: OnnxModel, imageSize: number | undefined): Record<string, Shape> {
  const stated = Number(metadata.get('imgsz')?.match(/\d+/)?.[0] ?? usualSize);
  const wanted = [1, 3, imageSize ?? stated, imageSize ?? stated];
  const entries = listFileInputs(graph).flatMap(({ name, shape }): [string, Shape][] =>
    shape?.length === 4
      ? [
          [
            name,
            shape.map((size, axis) => (typeof size === 'number' && size > 0 ? size : (wanted[axis] ?? 1))),
          ],
        ]
      : [],
  );
  return Object.fromEntries(entries);
}
