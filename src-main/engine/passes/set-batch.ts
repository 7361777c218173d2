/** Makes a graph that was read for one sample one of a whole batch. */
import { AppError } from '../../base/app-error.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Graph, Node, OpKind, OpTable, Value } from '../graph/ops.ts';
import { countElements, isSameShape, type Shape } from '../graph/tensor.ts';

/** A value of the old graph in the new one. */
interface Image {
  readonly value: Value;
  /** The axis that grew from b to b × count, undefined for what does not depend on the batch. */
  readonly batchAxis: number | undefined;
}

/**
 * The same graph with `count` samples on the first axis of each input, which must be 1. Names stay.
 * @throws AppError GRAPH_NOT_TRAINABLE naming the node that mixes the samples or fixes their number
 */
export function setBatch(graph: Graph, count: number): Graph {
  if (count === 1) return graph;
  const builder = createGraphBuilder(listNames(graph));
  const images = new Map<Value, Image>();
  for (const input of graph.inputs) {
    if (input.shape[0] !== 1) throw refuse(`its input ${input.name} is for ${input.shape[0]} samples`);
    const value = builder.input(input.name, input.dtype, grow(input.shape, 0, count));
    images.set(input, { value, batchAxis: 0 });
  }
  for (const [value, tensor] of graph.initializers) {
    images.set(value, { value: builder.constant(tensor, value.name), batchAxis: undefined });
  }
  for (const node of graph.nodes) growNode(builder, node, images, count);
  const outputs = graph.outputs.map((output) => findImage(images, output));
  const [fixed] = outputs.filter(({ batchAxis }) => batchAxis !== 0);
  if (fixed) throw refuse(`the output ${fixed.value.name} has no row for each sample`);
  return builder.finish(
    graph.name,
    outputs.map(({ value }) => value),
  );
}

/** Whether setBatch takes the graph. */
export function canGrow(graph: Graph): boolean {
  try {
    setBatch(graph, 2);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** Of all values: what is added between the nodes takes other names. */
function listNames({ initializers, nodes }: Graph): ReadonlySet<string> {
  const made = nodes.flatMap(({ outputs }): readonly Value[] => outputs);
  return new Set([...initializers.keys(), ...made].map(({ name }) => name));
}

function growNode(builder: GraphBuilder, node: Node, images: Map<Value, Image>, count: number): void {
  const present: readonly (Value | undefined)[] = node.inputs;
  const inputs = present.map((input) => input && findImage(images, input));
  const values = growPartners(builder, node, inputs, count).map((image) => image?.value);
  const attributes = growAttributes(node, inputs[0], count);
  const olds: readonly Value[] = node.outputs;
  const made = build(builder, node, values, attributes);
  const isBatched = inputs.some((image) => image?.batchAxis !== undefined);
  olds.forEach((old, index) => {
    const value = made[index];
    if (!value) return;
    const batchAxis = isBatched ? findGrownAxis(node, old.shape, value.shape, count) : undefined;
    images.set(old, { value, batchAxis });
  });
}

function build(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly (Value | undefined)[],
  attributes: Node['attributes'],
): readonly Value[] {
  const outputs: readonly Value[] = node.outputs;
  const names = { node: node.name, outputs: outputs.map(({ name }) => name) };
  try {
    return builder.node(node.op, inputs as OpTable[OpKind]['inputs'], attributes, names);
  } catch (cause) {
    throw refuse(`${node.op} ${node.name} does not fit a batch`, cause);
  }
}

/** What is joined to the batch must be as long as it: a class token of one row is repeated. */
function growPartners(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly (Image | undefined)[],
  count: number,
): readonly (Image | undefined)[] {
  const axis = inputs.find((image) => image?.batchAxis !== undefined)?.batchAxis;
  if (node.op !== 'Concat' || axis === undefined) return inputs;
  return inputs.map((image) => {
    if (!image || image.batchAxis !== undefined) return image;
    const { value } = image;
    const shape = value.shape.map((size, index) => (index === axis ? size * count : size));
    if (value.shape[axis] !== 1) throw refuse(`${node.op} ${node.name} joins ${value.name} to the samples`);
    return { value: builder.node('Expand', [value], { shape })[0], batchAxis: axis };
  });
}

function growAttributes(node: Node, x: Image | undefined, count: number): Node['attributes'] {
  const axis = x?.batchAxis;
  if (axis === undefined) return node.attributes;
  switch (node.op) {
    case 'Reshape': {
      const { shape, batchAxis = findReshapedAxis(node, axis) } = node.attributes;
      return { ...node.attributes, shape: grow(shape, batchAxis, count) };
    }
    case 'Expand':
      return { shape: grow(node.attributes.shape, axis, count) };
    case 'Slice': {
      const { starts, ends, steps } = node.attributes;
      const size = node.inputs[0].shape[axis] ?? 0;
      const isWhole = starts[axis] === 0 && ends[axis] === size && steps[axis] === 1;
      if (!isWhole) throw refuse(`Slice ${node.name} picks samples`);
      return { starts, ends: grow(ends, axis, count), steps };
    }
    case 'Resize':
      return { ...node.attributes, sizes: grow(node.attributes.sizes, axis, count) };
    default:
      return node.attributes;
  }
}

/** The axis of the same size with as many elements before it: heads and samples may have changed places before. */
function findReshapedAxis(node: Node<'Reshape'>, axis: number): number {
  if (axis === 0) return 0;
  const old = node.inputs[0].shape;
  const { shape } = node.attributes;
  const before = countElements(old.slice(0, axis));
  const found = shape.flatMap((size, index) =>
    size === old[axis] && countElements(shape.slice(0, index)) === before ? [index] : [],
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw refuse(`Reshape ${node.name} comes after the samples left the first axis`);
}

function grow(shape: Shape, axis: number, count: number): Shape {
  return shape.map((size, index) => (index === axis ? size * count : size));
}

function findGrownAxis(node: Node, old: Shape, grown: Shape, count: number): number {
  const axis = old.findIndex((size, index) => size !== grown[index]);
  const isBatch = axis >= 0 && isSameShape(grow(old, axis, count), grown);
  if (isBatch && countElements(grown) === count * countElements(old)) return axis;
  throw refuse(`${node.op} ${node.name} mixes the samples of a batch`);
}

function findImage(images: ReadonlyMap<Value, Image>, value: Value): Image {
  const image = images.get(value);
  if (!image) throw new Error(`bug: ${value.name} is read before it is made`);
  return image;
}

function refuse(reason: string, cause?: unknown): AppError {
  return new AppError('GRAPH_NOT_TRAINABLE', `expected a model that takes any number of samples: ${reason}`, {
    cause,
  });
}
