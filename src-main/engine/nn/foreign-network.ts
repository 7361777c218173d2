/** A graph that was read from a file as a network: its weights become named parameters with the file's values. */
import { assertTrainable, listTrainable } from '../autodiff/trainable.ts';
import type { Graph, Node, OpKind, OpTable, Value } from '../graph/ops.ts';
import { countElements, type Tensor, toNumbers } from '../graph/tensor.ts';
import { setBatch } from '../passes/set-batch.ts';
import {
  type Network,
  type NetworkOutline,
  type NetworkScope,
  outlineNetwork,
  type ParameterSpec,
} from './network.ts';

export interface ForeignNetworkOptions {
  /** Names of the file's initializers: other constants are weights only where a convolution or product takes them. */
  readonly initializers: ReadonlySet<string>;
  /** Batch normalizations keep the file's statistics, in training too; their scale and shift still learn. */
  readonly isNormalizationFrozen: boolean;
}

export interface ForeignNetwork extends Omit<NetworkOutline, 'graph'> {
  /** From the graph's one input, with any number of samples, to its first output. */
  readonly network: Network;
  /** The file's values, in the order of `parameters`. */
  readonly initialParameters: Float32Array;
  readonly initialStatistics: Float32Array;
}

/**
 * @param graph float32, for one sample, of one input; its first output is what the network computes
 * @throws AppError GRAPH_NOT_TRAINABLE naming node, operation and reason
 */
export function createForeignNetwork(graph: Graph, options: ForeignNetworkOptions): ForeignNetwork {
  const [output] = graph.outputs;
  const [input] = graph.inputs;
  if (!output || !input) throw new Error('bug: a graph without an input or an output');
  assertTrainable(graph, [output]);
  const weights = new Set(listWeights(graph, output, options).map(({ name }) => name));
  const values = new Map([...graph.initializers].map(([{ name }, tensor]) => [name, tensor]));
  const graphs = new Map([[1, graph]]);
  const network: Network = (scope, pixels) => {
    const count = pixels.shape[0] ?? 1;
    const batched = graphs.get(count) ?? setBatch(graph, count);
    graphs.set(count, batched);
    return addGraph(scope, batched, pixels, { weights, ...options });
  };
  const { parameters, statistics } = outlineNetwork(network, input.shape, new Set(values.keys()));
  return {
    network,
    parameters,
    statistics,
    initialParameters: joinTensors(
      values,
      parameters.map(({ name }) => name),
    ),
    initialStatistics: joinTensors(
      values,
      statistics.flatMap(({ names }) => [names.mean, names.variance]),
    ),
  };
}

function joinTensors(values: ReadonlyMap<string, Tensor>, names: readonly string[]): Float32Array {
  const tensors = names.flatMap((name) => values.get(name) ?? []);
  const joined = new Float32Array(tensors.reduce((sum, { shape }) => sum + countElements(shape), 0));
  let offset = 0;
  for (const tensor of tensors) {
    const { elements } = tensor;
    joined.set(elements instanceof Float32Array ? elements : toNumbers(tensor), offset);
    offset += countElements(tensor.shape);
  }
  return joined;
}

interface GraphParts {
  readonly weights: ReadonlySet<string>;
  readonly isNormalizationFrozen: boolean;
}

function addGraph(scope: NetworkScope, graph: Graph, input: Value, parts: GraphParts): Value {
  const { builder } = scope.e;
  const images = new Map<Value, Value>(graph.inputs.map((value) => [value, input]));
  const find = (value: Value): Value => {
    const image = images.get(value) ?? addConstant(scope, graph, value, parts.weights);
    images.set(value, image);
    return image;
  };
  for (const node of graph.nodes) {
    const present: readonly (Value | undefined)[] = node.inputs;
    const outputs: readonly Value[] = node.outputs;
    const made =
      addLayer(scope, graph, node, find, parts) ??
      (builder.node(
        node.op,
        present.map((value) => value && find(value)) as OpTable[OpKind]['inputs'],
        node.attributes,
        { node: node.name },
      ) as readonly Value[]);
    outputs.forEach((output, index) => {
      const image = made[index];
      if (image) images.set(output, image);
    });
  }
  const [output] = graph.outputs;
  if (!output) throw new Error('bug: a graph without outputs');
  return find(output);
}

/** Layers that behave otherwise in training. */
function addLayer(
  scope: NetworkScope,
  graph: Graph,
  node: Node,
  find: (value: Value) => Value,
  { weights, isNormalizationFrozen }: GraphParts,
): readonly Value[] | undefined {
  if (node.op === 'Dropout') return [scope.dropout(find(node.inputs[0]), node.attributes.ratio)];
  if (
    node.op !== 'BatchNormalization' ||
    isNormalizationFrozen ||
    !isTrainedNormalization(graph, node, weights)
  )
    return undefined;
  const [x, scale, shift, mean, variance] = node.inputs;
  const names = { scale: scale.name, shift: shift.name, mean: mean.name, variance: variance.name };
  return [scope.normalize(node.name, find(x), { epsilon: node.attributes.epsilon, names })];
}

/** Its four vectors are constants of the file that no other node reads, as the scope wants to own them. */
function isTrainedNormalization(
  graph: Graph,
  node: Node<'BatchNormalization'>,
  weights: ReadonlySet<string>,
): boolean {
  const [, scale, shift, ...statistics] = node.inputs;
  const isOwn = (value: Value) =>
    graph.nodes.every((other) => other === node || !(other.inputs as readonly unknown[]).includes(value));
  return (
    [scale, shift].every((value) => weights.has(value.name) && isOwn(value)) &&
    statistics.every((value) => graph.initializers.has(value) && isOwn(value))
  );
}

function addConstant(scope: NetworkScope, graph: Graph, value: Value, weights: ReadonlySet<string>): Value {
  const tensor = graph.initializers.get(value);
  if (!tensor) throw new Error(`bug: ${value.name} is read before it is made`);
  if (!weights.has(value.name)) return scope.e.constant(tensor);
  return scope.parameter(specOf(value));
}

/** Biases and per-channel factors have one axis that counts, whatever their rank: they are spared from decay. */
function specOf({ name, shape }: Value): ParameterSpec {
  const decays = shape.filter((size) => size > 1).length >= 2;
  return { name, shape, initialization: { constant: 0 }, decays };
}

/** Operations whose operands are weights, even if the file has made them by a `Constant` node. */
const productOps: ReadonlySet<OpKind> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

function listWeights(graph: Graph, output: Value, { initializers }: ForeignNetworkOptions): readonly Value[] {
  const operands = new Set<unknown>();
  const statistics = new Set<unknown>();
  for (const { op, inputs } of graph.nodes) {
    if (productOps.has(op)) for (const input of inputs) operands.add(input);
    if (op === 'BatchNormalization') for (const input of inputs.slice(3)) statistics.add(input);
  }
  return listTrainable(graph, output).filter(
    (value) =>
      value.dtype === 'float32' &&
      countElements(value.shape) > 1 &&
      !statistics.has(value) &&
      (initializers.has(value.name) || operands.has(value)),
  );
}
