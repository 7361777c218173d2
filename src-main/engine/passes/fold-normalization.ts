/** Folds frozen batch normalization into the convolution before it. */
import { createNode } from '../graph/builder.ts';
import { type Graph, listInputs, type Node, type Value } from '../graph/ops.ts';
import { createTensor, type Tensor, toNumbers } from '../graph/tensor.ts';
import { verifyGraph } from '../graph/verifier.ts';
import { removeDeadCode } from './remove-dead-code.ts';

/**
 * scale i (w * x + b - mean) + shift with i = 1 / sqrt(variance + epsilon) is a convolution with weights
 * scale i w and bias scale i (b - mean) + shift. Applies where all of these are constants and nothing else
 * reads the convolution's output.
 */
export function foldNormalization(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.map((node) =>
    node.op === 'BatchNormalization' ? foldOne(graph, node, initializers) : node,
  );
  return verifyGraph(removeDeadCode({ ...graph, nodes, initializers }));
}

function foldOne(graph: Graph, node: Node<'BatchNormalization'>, initializers: Map<Value, Tensor>): Node {
  const [x, scale, shift, mean, variance] = node.inputs;
  const conv = graph.nodes.find((before) => before.outputs.some((output: Value) => output === x));
  if (conv?.op !== 'Conv' || countReaders(graph, x) !== 1) return node;
  const [input, weight, bias] = conv.inputs;
  const weights = graph.initializers.get(weight);
  const constants = [scale, shift, mean, variance].map((value) => graph.initializers.get(value));
  const biases = bias ? graph.initializers.get(bias) : undefined;
  if (!weights || constants.includes(undefined) || (bias && !biases)) return node;
  const [scales = [], shifts = [], means = [], variances = []] = constants.map((tensor) =>
    tensor ? toNumbers(tensor) : [],
  );
  const factors = scales.map((value, c) => value / Math.sqrt((variances[c] ?? 0) + node.attributes.epsilon));
  const offsets = biases ? toNumbers(biases) : factors.map(() => 0);
  const foldedBias = factors.map(
    (factor, c) => factor * ((offsets[c] ?? 0) - (means[c] ?? 0)) + (shifts[c] ?? 0),
  );
  const add = (name: string, tensor: Tensor): Value => {
    const value = { name, dtype: tensor.dtype, shape: tensor.shape };
    initializers.set(value, tensor);
    return value;
  };
  const inputs = [
    input,
    add(`${node.name}.weight`, scaleOutputChannels(weights, factors)),
    add(`${node.name}.bias`, createTensor('float32', [factors.length], Float32Array.from(foldedBias))),
  ];
  return createNode('Conv', conv.name, inputs, conv.attributes, node.outputs);
}

function countReaders(graph: Graph, value: Value): number {
  const reads = graph.nodes.filter((node) => listInputs(node).includes(value)).length;
  return reads + graph.outputs.filter((output) => output === value).length;
}

function scaleOutputChannels(weights: Tensor, factors: readonly number[]): Tensor {
  const values = toNumbers(weights);
  const perChannel = values.length / factors.length;
  const scaled = values.map((value, index) => value * (factors[Math.floor(index / perChannel)] ?? 0));
  return createTensor('float32', weights.shape, Float32Array.from(scaled));
}
