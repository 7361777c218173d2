/** The last layer of a classifier that was read from a file: where it is, and another in its place. */
import { AppError } from '../../base/app-error.ts';
import { createRandom } from '../../base/random.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import type { Graph, Node, OpKind, OpTable, Value } from '../graph/ops.ts';
import {
  countElements,
  createTensor,
  floatTensor,
  type Shape,
  sizeOf,
  type Tensor,
} from '../graph/tensor.ts';
import { removeDeadCode } from '../passes/remove-dead-code.ts';

export interface ForeignHead {
  /** What the weight's product is before a softmax, `[1, classes]` or `[1, classes, 1, 1]`. */
  readonly logits: Value;
  readonly classes: number;
  /** A constant, or what the file makes of one by reshaping. */
  readonly weight: Value;
  /** The axis of the weight that counts classes. */
  readonly classAxis: number;
  readonly bias: Value | undefined;
  /** The constants behind weight and bias. */
  readonly names: readonly string[];
}

/** What turns the numbers of the classes into an answer: they are taken before it. */
const answering: ReadonlySet<OpKind> = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'ArgMax', 'TopK']);

/** Operations between the last layer and the output that keep the classes apart. */
const passing: ReadonlySet<OpKind> = new Set([
  'Flatten',
  'Reshape',
  'Identity',
  'Cast',
  'Dropout',
  'Relu',
  'GlobalAveragePool',
  'AveragePool',
  'ReduceMean',
]);

/**
 * Of the first output that comes from one: files may give labels and features too.
 * @throws AppError GRAPH_NOT_TRAINABLE naming the node that is no last layer of a classifier
 */
export function findForeignHead(graph: Graph): ForeignHead {
  const makers = new Map<Value, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) makers.set(output, node);
  const refusals: unknown[] = [];
  for (const output of graph.outputs) {
    try {
      return findHeadBefore(output, makers, graph);
    } catch (error) {
      refusals.push(error);
    }
  }
  throw refusals[0] ?? new Error('bug: a graph without outputs');
}

function findHeadBefore(output: Value, makers: ReadonlyMap<Value, Node>, graph: Graph): ForeignHead {
  let [at, logits]: [Value, Value] = [output, output];
  let bias: Value | undefined;
  for (;;) {
    const node = makers.get(at);
    if (!node) throw refuse(`${at.name} comes from no layer with weights`);
    const layer = readLayer(node, makers, graph);
    if (layer) return assembleHead({ ...layer, bias: layer.bias ?? bias }, logits, { makers, graph });
    if (node.op === 'Add') {
      const [first, second] = node.inputs;
      bias = [first, second].find((value) => isConstant(value, makers, graph));
      if (!bias) throw refuse(`Add ${node.name} joins two branches`);
      at = bias === first ? second : first;
      continue;
    }
    const next = findScaled(node, graph) ?? node.inputs[0];
    if (!next || !(answering.has(node.op) || passing.has(node.op) || findScaled(node, graph)))
      throw refuse(`${node.op} ${node.name} stands after the last layer`);
    if (answering.has(node.op)) logits = next;
    at = next;
  }
}

/** What a product or quotient with a number scales, as a temperature does. */
function findScaled(node: Node, { initializers }: Graph): Value | undefined {
  if (node.op !== 'Mul' && node.op !== 'Div') return undefined;
  const [first, second] = node.inputs;
  const isNumber = (value: Value) => initializers.has(value) && countElements(value.shape) === 1;
  if (isNumber(second)) return first;
  return node.op === 'Mul' && isNumber(first) ? second : undefined;
}

interface Surroundings {
  readonly makers: ReadonlyMap<Value, Node>;
  readonly graph: Graph;
}

type Layer = Pick<ForeignHead, 'weight' | 'classAxis' | 'bias'>;

function readLayer(node: Node, makers: ReadonlyMap<Value, Node>, graph: Graph): Layer | undefined {
  if (node.op !== 'Gemm' && node.op !== 'MatMul' && node.op !== 'Conv') return undefined;
  const [, weight, bias] = node.inputs;
  if (!isConstant(weight, makers, graph)) throw refuse(`${node.op} ${node.name} has no constant weight`);
  if (node.op === 'MatMul') return { weight, classAxis: weight.shape.length - 1, bias: undefined };
  if (node.op === 'Gemm') return { weight, classAxis: node.attributes.transB ? 0 : 1, bias };
  const isPointwise = weight.shape.slice(2).every((size) => size === 1) && node.attributes.group === 1;
  if (!isPointwise) throw refuse(`Conv ${node.name} is no 1 × 1 convolution`);
  return { weight, classAxis: 0, bias };
}

/** A constant, or one in another shape. */
function isConstant(value: Value, makers: ReadonlyMap<Value, Node>, graph: Graph): boolean {
  return findSource(value, { makers, graph }) !== undefined;
}

function findSource(value: Value, { makers, graph }: Surroundings): Value | undefined {
  let at: Value | undefined = value;
  while (at && !graph.initializers.has(at)) {
    const node = makers.get(at);
    const isReshaping = node?.op === 'Reshape' || node?.op === 'Transpose' || node?.op === 'Identity';
    at = isReshaping ? node.inputs[0] : undefined;
  }
  return at;
}

function assembleHead(layer: Layer, logits: Value, surroundings: Surroundings): ForeignHead {
  const sources = [layer.weight, layer.bias].map((value) => value && findSource(value, surroundings)?.name);
  const classes = sizeOf(layer.weight.shape, layer.classAxis);
  if (countElements(logits.shape) !== classes || logits.shape[1] !== classes)
    throw refuse(`its output has the shape [${logits.shape}] for ${classes} classes`);
  return { ...layer, logits, classes, names: sources.flatMap((name) => name ?? []) };
}

/**
 * The graph for other classes: the head's weights are drawn anew as in a linear layer, its bias is 0, all else and
 * all names stay.
 */
export function replaceForeignHead(graph: Graph, head: ForeignHead, classes: number, seed: number): Graph {
  const { weight, classAxis, bias, names } = head;
  const [weightName = '', biasName = ''] = names;
  const fresh = new Map<Value, { readonly name: string; readonly tensor: Tensor }>();
  fresh.set(weight, {
    name: weightName,
    tensor: drawWeight(weight.shape, classAxis, classes, weightName, seed),
  });
  if (bias) {
    const shape = bias.shape.map((size) => (size === head.classes ? classes : size));
    fresh.set(bias, { name: biasName, tensor: floatTensor(new Float32Array(countElements(shape)), shape) });
  }
  return removeDeadCode(rebuildWith(graph, fresh, (shape) => exchange(shape, head.classes, classes)));
}

/** Uniform within 1 / √inputs. */
function drawWeight(old: Shape, classAxis: number, classes: number, name: string, seed: number): Tensor {
  const shape = old.map((size, axis) => (axis === classAxis ? classes : size));
  const inputs = old.reduce((product, size, axis) => (axis === classAxis ? product : product * size), 1);
  const random = createRandom(seed, 'weights', name);
  const elements = new Float32Array(inputs * classes);
  return createTensor(
    'float32',
    shape,
    elements.map(() => random.uniform(-1, 1) / Math.sqrt(inputs)),
  );
}

/** A row of one number for each class in its new length. */
function exchange(shape: Shape, from: number, to: number): Shape {
  return countElements(shape) === from ? shape.map((size) => (size === from ? to : size)) : shape;
}

function listValueNames({ inputs, initializers, nodes }: Graph): ReadonlySet<string> {
  const made = nodes.flatMap(({ outputs }): readonly Value[] => outputs);
  return new Set([...inputs, ...initializers.keys(), ...made].map(({ name }) => name));
}

function rebuildWith(
  graph: Graph,
  fresh: ReadonlyMap<Value, { readonly name: string; readonly tensor: Tensor }>,
  reshape: (shape: Shape) => Shape,
): Graph {
  const builder = createGraphBuilder(listValueNames(graph));
  const taken = new Set([...fresh.values()].map(({ name }) => name));
  const images = new Map<Value, Value>();
  for (const input of graph.inputs) images.set(input, builder.input(input.name, input.dtype, input.shape));
  for (const [value, tensor] of graph.initializers)
    images.set(value, builder.constant(tensor, taken.has(value.name) ? undefined : value.name));
  for (const [value, { name, tensor }] of fresh) images.set(value, builder.constant(tensor, name));
  const find = (value: Value): Value => {
    const image = images.get(value);
    if (!image) throw new Error(`bug: ${value.name} is read before it is made`);
    return image;
  };
  for (const node of graph.nodes) {
    const outputs: readonly Value[] = node.outputs;
    if (outputs.every((output) => fresh.has(output))) continue;
    const present: readonly (Value | undefined)[] = node.inputs;
    const inputs = present.map((value) => value && find(value)) as OpTable[OpKind]['inputs'];
    const attributes =
      node.op === 'Reshape' ? { ...node.attributes, shape: reshape(node.attributes.shape) } : node.attributes;
    const names = { node: node.name, outputs: outputs.map(({ name }) => name) };
    const made: readonly Value[] = builder.node(node.op, inputs, attributes, names);
    outputs.forEach((output, index) => {
      const image = made[index];
      if (image) images.set(output, image);
    });
  }
  return builder.finish(graph.name, graph.outputs.map(find));
}

function refuse(reason: string): AppError {
  const expected =
    'expected a classifier whose last layer is linear (Gemm, MatMul or 1 × 1 Conv), with a number for each class';
  return new AppError('GRAPH_NOT_TRAINABLE', `${expected}: ${reason}`, { data: { reason } });
}
