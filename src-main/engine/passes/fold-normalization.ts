/** Folds frozen batch normalization into the convolution before it. */
import { createNode } from '../graph/builder.ts';
import { type Graph, listInputs, type Node, type Value } from '../graph/ops.ts';
import { createTensor, floatTensor, type Tensor, toNumbers } from '../graph/tensor.ts';
import { verifyGraph } from '../graph/verifier.ts';
import { removeDeadCode } from './remove-dead-code.ts';

/**
 * scale i (w * x + b - mean) + shift with i = 1 / sqrt(variance + epsilon) is a convolution with weights
 * scale i w and bias scale i (b - mean) + shift. Applies where all of these are constants and nothing else
 * reads the convolution's output.
 */
export function foldNormalization(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const add = (name: string, tensor: Tensor): Value => {
    const value = { name, dtype: tensor.dtype, shape: tensor.shape };
    initializers.set(value, tensor);
    return value;
  };
  const nodes = graph.nodes.map((node) => {
    const found = node.op === 'BatchNormalization' ? findFoldable(graph, node) : undefined;
    if (!found) return node;
    const { weights, bias } = foldWeights(found);
    const [input] = found.conv.inputs;
    const inputs = [input, add(`${node.name}.weight`, weights), add(`${node.name}.bias`, bias)];
    return createNode('Conv', found.conv.name, inputs, found.conv.attributes, node.outputs);
  });
  return verifyGraph(removeDeadCode({ ...graph, nodes, initializers }));
}

/** A convolution and the normalization after it, with their constants. */
interface Foldable {
  readonly conv: Node<'Conv'>;
  readonly weights: Tensor;
  /** Per channel, zeros where the convolution has none. */
  readonly biases: readonly number[];
  readonly scales: readonly number[];
  readonly shifts: readonly number[];
  readonly means: readonly number[];
  readonly variances: readonly number[];
  readonly epsilon: number;
}

function findFoldable(graph: Graph, node: Node<'BatchNormalization'>): Foldable | undefined {
  const [x, ...parameters] = node.inputs;
  const conv = graph.nodes.find((before) => before.outputs.some((output: Value) => output === x));
  if (conv?.op !== 'Conv' || countReaders(graph, x) !== 1) return undefined;
  const [, weight, bias] = conv.inputs;
  const numbersOf = (value: Value) => {
    const tensor = graph.initializers.get(value);
    return tensor && toNumbers(tensor);
  };
  const [scales, shifts, means, variances] = parameters.map(numbersOf);
  const weights = graph.initializers.get(weight);
  if (!weights || !scales || !shifts || !means || !variances) return undefined;
  const biases = bias ? numbersOf(bias) : scales.map(() => 0);
  return (
    biases && { conv, weights, biases, scales, shifts, means, variances, epsilon: node.attributes.epsilon }
  );
}

function foldWeights(parts: Foldable): { readonly weights: Tensor; readonly bias: Tensor } {
  const { weights, biases, scales, shifts, means, variances, epsilon } = parts;
  const factors = scales.map((scale, c) => scale / Math.sqrt((variances[c] ?? 0) + epsilon));
  const bias = factors.map((factor, c) => factor * ((biases[c] ?? 0) - (means[c] ?? 0)) + (shifts[c] ?? 0));
  return { weights: scaleOutputChannels(weights, factors), bias: floatTensor(bias) };
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
