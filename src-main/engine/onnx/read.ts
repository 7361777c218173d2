/** ONNX bytes to a graph. */
import { AppError } from '../../base/app-error.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/ops.ts';
import type { Shape } from '../graph/tensor.ts';
import { removeDeadCode } from '../passes/remove-dead-code.ts';
import { decodeModel, findDType } from './decode.ts';
import { readNode } from './from-onnx.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './model.ts';

export interface ReadOptions {
  /** Sizes for symbolic axes, by their name in the file. A leading axis that is not named here becomes 1. */
  readonly sizes?: Readonly<Record<string, number>>;
}

export interface ReadResult {
  readonly graph: Graph;
  readonly metadata: ReadonlyMap<string, string>;
}

const oldestOpset = 7;
const newestOpset = 23;

/**
 * @throws AppError MODEL_UNREADABLE for bytes that are no ONNX file, GRAPH_INVALID for a graph that does not fit
 * together, GRAPH_NOT_TRAINABLE for operations that the engine does not know
 */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): ReadResult {
  const model = decodeModel(bytes);
  const opset = checkOpset(model);
  const builder = createGraphBuilder();
  const values = new Map<string, Value>();
  for (const [name, tensor] of model.graph.initializers) values.set(name, builder.constant(tensor, name));
  for (const input of listFileInputs(model.graph))
    values.set(input.name, declareInput(builder, input, options));
  model.graph.nodes.forEach((node, index) => {
    readInto(builder, values, { ...node, name: node.name || `${node.opType}_${index}` }, opset);
  });
  const outputs = model.graph.outputs.map((output) => find(values, output.name, 'the outputs'));
  const graph = removeDeadCode(builder.finish(model.graph.name || 'graph', outputs));
  return { graph, metadata: model.metadata };
}

/** The inputs that a caller must feed: old files list their initializers as inputs too. */
export function listFileInputs(graph: OnnxGraph): readonly OnnxValue[] {
  return graph.inputs.filter((input) => !graph.initializers.has(input.name));
}

function checkOpset(model: OnnxModel): number {
  const opset = model.opsets.get('') ?? 0;
  if (opset >= oldestOpset && opset <= newestOpset) return opset;
  throw new AppError(
    'MODEL_UNREADABLE',
    `expected an ONNX opset from ${oldestOpset} to ${newestOpset}, found ${opset || 'none'}`,
  );
}

function declareInput(builder: GraphBuilder, input: OnnxValue, options: ReadOptions): Value {
  const dtype = findDType(input.elementType);
  if (!dtype) throw invalid(`input ${input.name}: element type ${input.elementType} is not supported`);
  return builder.input(input.name, dtype, resolveShape(input, options));
}

function resolveShape({ name, shape }: OnnxValue, { sizes = {} }: ReadOptions): Shape {
  if (!shape) throw invalid(`input ${name} has no shape`);
  return shape.map((size, axis) => {
    if (typeof size === 'number' && size > 0) return size;
    const given = typeof size === 'string' ? sizes[size] : undefined;
    if (given !== undefined) return given;
    if (axis === 0) return 1;
    throw invalid(`input ${name}: axis ${axis} (${size || 'unnamed'}) is open and needs a size`);
  });
}

function readInto(builder: GraphBuilder, values: Map<string, Value>, node: OnnxNode, opset: number): void {
  const where = `${node.opType} ${node.name}`;
  const inputs = node.inputs.map((name) => (name === '' ? undefined : find(values, name, where)));
  const outputs = readNode({
    node,
    builder,
    opset,
    inputs,
    names: { node: node.name, outputs: node.outputs },
  });
  node.outputs.forEach((name, index) => {
    const value = outputs[index];
    if (value) values.set(name, value);
  });
}

function find(values: ReadonlyMap<string, Value>, name: string, where: string): Value {
  const value = values.get(name);
  if (!value) throw invalid(`${where}: ${name} is read before it is made, or never made`);
  return value;
}

function invalid(message: string): AppError {
  return new AppError('GRAPH_INVALID', message);
}
