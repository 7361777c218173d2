/** Reads a detector from an ONNX file, another tool's or ours: its graph in float32, and how it states its boxes. */
import { AppError } from '../../../base/app-error.ts';
import { findClassNames } from '../../classifier-metadata.ts';
import type { Graph } from '../../graph/ops.ts';
import { dtypes, type Shape } from '../../graph/tensor.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { OnnxGraph, OnnxModel } from '../../onnx/model.ts';
import { listFileInputs, readOnnx } from '../../onnx/read.ts';
import { widenFloats } from '../../passes/widen-floats.ts';
import { type ForeignLayout, recognizeLayout, recognizeOwnExport } from './foreign-layout.ts';

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
  const { graph, metadata } = readOnnx(bytes, { inputShapes: fillShapes(model, imageSize) });
  const layout = recognizeLayout(graph, metadata);
  return { graph: widenFloats(graph), layout, initializers: new Set(model.graph.initializers.keys()) };
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
