/** ONNX bytes to a graph. */
import { AppError } from '../../base/app-error.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/ops.ts';
import { isSameShape, type Shape, type Tensor } from '../graph/tensor.ts';
import { removeDeadCode } from '../passes/remove-dead-code.ts';
import { decodeModel, type ReadExternal } from './decode.ts';
import { findDType, nameElementType } from './element-types.ts';
import { foldWhileBuilding } from './folding-builder.ts';
import { collectNames, createFunctionTable } from './functions.ts';
import type { OnnxGraph, OnnxModel, OnnxValue } from './model.ts';
import { type BodyContext, createScope, mostNodes, readBody } from './read-body.ts';

export interface ReadOptions {
  /** Sizes for symbolic axes, by their name in the file. A leading axis that is not named here becomes 1. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Whole shapes of inputs by name, where the file leaves axes open. */
  readonly inputShapes?: Readonly<Record<string, Shape>>;
  /** Inputs that become constants. */
  readonly fixedInputs?: ReadonlyMap<string, Tensor>;
  /** Finds data that the file keeps in others; without it such a file is refused. */
  readonly readExternal?: ReadExternal;
}

export interface ReadResult {
  readonly graph: Graph;
  readonly metadata: ReadonlyMap<string, string>;
}

const oldestOpset = 1;
const newestOpset = 23;

/**
 * @throws AppError MODEL_UNREADABLE for bytes that are no ONNX file, GRAPH_INVALID for a graph that does not fit
 * together, GRAPH_NOT_TRAINABLE for operations that the engine does not know
 */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): ReadResult {
  const model = decodeModel(bytes, options.readExternal);
  return { graph: buildGraph(model, options), metadata: model.metadata };
}

/**
 * As far as a file can be read: past nodes that are refused nothing is, and every value of three axes is an output, in
 * order.
 * @throws AppError as readOnnx, but not for operations that the engine does not know
 */
export function readReadable(model: OnnxModel, options: ReadOptions = {}): Graph {
  const { builder } = readInto(model, options, new Set());
  const made = builder.nodes.flatMap(({ outputs }): readonly Value[] => outputs);
  return builder.finish(
    model.graph.name || 'graph',
    made.filter(({ shape }) => shape.length === 3),
  );
}

function buildGraph(model: OnnxModel, options: ReadOptions): Graph {
  const { builder, outputs } = readInto(model, options);
  return removeDeadCode(builder.finish(model.graph.name || 'graph', separateOutputs(builder, outputs)));
}

/** @param lost where it is there, refused nodes are passed by */
function readInto(model: OnnxModel, options: ReadOptions, lost?: Set<string>) {
  const opset = checkOpset(model.opsets);
  const plain = createGraphBuilder(collectNames(model.graph));
  const builder = foldWhileBuilding(plain);
  const context: BodyContext = {
    builder,
    functions: createFunctionTable(model),
    opset,
    prefix: '',
    prefixes: new Map(),
    depth: 0,
    budget: { nodes: mostNodes },
    ...(lost && { lost }),
  };
  const values = createScope();
  for (const [name, tensor] of model.graph.initializers) values.set(name, plain.constant(tensor, name));
  for (const input of listFileInputs(model.graph))
    values.set(input.name, declareInput(builder, input, options));
  return { builder, outputs: readBody(context, model.graph, values) };
}

/** An output that is an input, a constant or another output gets a node of its own: files name outputs apart. */
function separateOutputs(
  builder: GraphBuilder,
  outputs: readonly { readonly name: string; readonly value: Value }[],
): readonly Value[] {
  return outputs.map(({ name, value }) =>
    value.name === name ? value : builder.node('Identity', [value], {}, { outputs: [name] })[0],
  );
}

/** The inputs that a caller must feed: old files list their initializers as inputs too. */
export function listFileInputs(graph: OnnxGraph): readonly OnnxValue[] {
  return graph.inputs.filter((input) => !graph.initializers.has(input.name));
}

function checkOpset(opsets: ReadonlyMap<string, number>): number {
  const opset = opsets.get('') ?? 0;
  if (opset >= oldestOpset && opset <= newestOpset) return opset;
  throw new AppError(
    'MODEL_UNREADABLE',
    `expected an ONNX opset from ${oldestOpset} to ${newestOpset}, found ${opset || 'none'}`,
  );
}

function declareInput(builder: GraphBuilder, input: OnnxValue, options: ReadOptions): Value {
  const dtype = findDType(input.elementType);
  if (!dtype) throw refuseInput(input);
  const fixed = options.fixedInputs?.get(input.name);
  return fixed
    ? builder.constant(fixed, input.name)
    : builder.input(input.name, dtype, resolveShape(input, options));
}

function refuseInput({ name, elementType }: OnnxValue): AppError {
  const reason = `${nameElementType(elementType)} is not supported`;
  return new AppError('GRAPH_NOT_TRAINABLE', `input ${name}: ${reason}`, { data: { input: name, reason } });
}

function resolveShape({ name, shape }: OnnxValue, { sizes = {}, inputShapes = {} }: ReadOptions): Shape {
  const whole = Object.hasOwn(inputShapes, name) ? inputShapes[name] : undefined;
  if (whole) return checkShape(name, shape, whole);
  if (!shape) throw invalid(`input ${name} has no shape`);
  if (shape.length > 64) throw invalid(`input ${name} has ${shape.length} axes`);
  return shape.map((size, axis) => {
    if (typeof size === 'number' && isSize(size)) return size;
    const given = typeof size === 'string' && Object.hasOwn(sizes, size) ? sizes[size] : undefined;
    if (given !== undefined) return given;
    if (axis === 0) return 1;
    throw invalid(`input ${name}: axis ${axis} (${size || 'unnamed'}) is open and needs a size`);
  });
}

/** A shape that a caller gives may only fill what the file leaves open. */
function checkShape(name: string, stated: OnnxValue['shape'], given: Shape): Shape {
  const fits = stated?.map((size, axis) =>
    typeof size === 'number' && isSize(size) ? size : (given[axis] ?? -1),
  );
  if (!fits || isSameShape(fits, given)) return given;
  throw invalid(`input ${name} is [${stated}] in the file, and cannot be [${given}]`);
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size > 0;
}

function invalid(message: string): AppError {
  return new AppError('GRAPH_INVALID', message);
}
