/** Computes a network's matrix products, and what lies between them, in half precision. */
import type { GraphBuilder } from '../graph/builder.ts';
import { type Graph, listInputs, type Node, type OpKind, type OpTable, type Value } from '../graph/ops.ts';
import { countElements, fromNumbers, type Tensor, toNumbers } from '../graph/tensor.ts';
import { countSummands, precisions } from './precision.ts';
import { rebuildGraph } from './rebuild.ts';

export interface HalvingOptions {
  /** What may be computed in half precision; all else stays in float32, as inputs and outputs of the graph do. */
  readonly eligible: ReadonlySet<Node>;
  /** Products that sum more elements stay in float32: for kernels that add in half precision. No limit if absent. */
  readonly longestSum?: number;
}

/**
 * Where to cast is decided for the whole graph: what follows its operands is computed in half precision if its largest
 * ones are, unless all that read it compute in float32. Statistics of normalizations, sums and functions of a wide
 * range (`precision.ts`) are computed in float32, from operands in half precision that are cast where they are read.
 */
export function halveFloats(graph: Graph, options: HalvingOptions): Graph {
  const plan = planPrecision(graph, options);
  const casts = createCasts();
  return rebuildGraph(graph, (node, inputs, builder) => {
    const isHalf = plan.halved.has(node);
    const operands = inputs.map((input) => (isFloat(input) ? casts.cast(builder, input, isHalf) : input));
    const isPlain = !isHalf && operands.every((operand, index) => operand === inputs[index]);
    const isHandedOn = node.outputs.some((output: Value) => plan.kept.has(output));
    if (isPlain && !isHandedOn) return undefined;
    const made: readonly Value[] = builder.node(
      node.op,
      operands as OpTable[OpKind]['inputs'],
      isHalf ? halveAttributes(node) : node.attributes,
      { node: node.name, ...nameOutputs(graph, node) },
    );
    return node.outputs.map((output: Value, index: number) => {
      const value = made[index];
      if (!value) throw new Error(`bug: ${node.name} lacks output ${index}`);
      return !isHalf && plan.kept.has(output) ? casts.cast(builder, value, true) : value;
    });
  });
}

function nameOutputs(graph: Graph, { outputs }: Node): { readonly outputs?: readonly string[] } {
  const isNamed = outputs.some((output: Value) => graph.outputs.includes(output));
  return isNamed ? { outputs: outputs.map(({ name }: Value) => name) } : {};
}

/** What of a node's attributes depends on the type. */
function halveAttributes(node: Node): Node['attributes'] {
  if (node.op === 'Cast') return { to: 'float16' };
  if (node.op !== 'Pad') return node.attributes;
  const { value } = node.attributes;
  return { ...node.attributes, value: Math.max(-largestHalf, Math.min(largestHalf, value)) };
}

interface PrecisionPlan {
  /** Nodes that compute in half precision. */
  readonly halved: ReadonlySet<Node>;
  /** Values that are kept in half precision. */
  readonly kept: ReadonlySet<Value>;
}

/** `free`: computed exactly in either precision, like constants and truth values, so their readers decide. */
type Kind = 'half' | 'single' | 'free';

function planPrecision(graph: Graph, options: HalvingOptions): PrecisionPlan {
  const kinds = new Map<Value, Kind>(graph.inputs.map((input) => [input, 'single']));
  for (const [value, tensor] of graph.initializers)
    kinds.set(value, isExpressible(tensor) ? 'free' : 'single');
  const wishes = new Map<Node, Kind>();
  for (const node of graph.nodes) {
    const wish = chooseKind(node, kinds, options, graph);
    wishes.set(node, wish);
    const isEligible = options.eligible.has(node);
    node.outputs.forEach((output: Value, index: number) => {
      kinds.set(output, isEligible && index === 0 && handsOnHalf(node, kinds) ? 'half' : wish);
    });
  }
  return settle(graph, kinds, wishes);
}

/** In which precision the node computes, as far as its operands tell. */
function chooseKind(
  node: Node,
  kinds: ReadonlyMap<Value, Kind>,
  { eligible, longestSum = Number.POSITIVE_INFINITY }: HalvingOptions,
  graph: Graph,
): Kind {
  if (!eligible.has(node)) return 'single';
  switch (precisions[node.op]) {
    case 'half':
      return countSummands(node) <= longestSum ? 'half' : 'single';
    case 'follows':
      return node.op === 'Cast' ? chooseCastKind(node) : followOperands(node, kinds, graph);
    default:
      return 'single';
  }
}

/** Truth values are 0 and 1; whole numbers may be too large. */
function chooseCastKind({ inputs: [x], attributes: { to } }: Node<'Cast'>): Kind {
  return x.dtype === 'bool' && to === 'float32' ? 'free' : 'single';
}

/** As the largest operands whose precision is settled: a mask or a vector of each channel is cast to the others'. */
function followOperands(node: Node, kinds: ReadonlyMap<Value, Kind>, graph: Graph): Kind {
  const operands = listInputs(node).filter(isFloat);
  const settled = operands.filter((operand) => kinds.get(operand) !== 'free');
  if (operands.length === 0 || settled.some((operand) => graph.initializers.has(operand))) return 'single';
  if (settled.length === 0) return 'free';
  const sizes = settled.map(({ shape }) => countElements(shape));
  const largest = Math.max(...sizes);
  const isMet = settled.some((operand, index) => sizes[index] === largest && kinds.get(operand) === 'single');
  return isMet ? 'single' : 'half';
}

/** The first output of what is in float32 inside alone is what its first operand was. */
function handsOnHalf(node: Node, kinds: ReadonlyMap<Value, Kind>): boolean {
  const [x] = listInputs(node);
  return precisions[node.op] === 'inside' && x !== undefined && kinds.get(x) === 'half';
}

/** From the end: what is free, or read in float32 alone, is computed as its readers do. */
function settle(
  graph: Graph,
  kinds: ReadonlyMap<Value, Kind>,
  wishes: ReadonlyMap<Node, Kind>,
): PrecisionPlan {
  const halved = new Set<Node>();
  const kept = new Set<Value>();
  const readers = listReaders(graph);
  const isWanted = (value: Value) =>
    readers.get(value)?.some((reader) => halved.has(reader) || isKeptInside(reader, kept)) ?? false;
  for (const node of graph.nodes.toReversed()) {
    const outputs: readonly Value[] = node.outputs;
    if (outputs.some((output) => graph.outputs.includes(output))) continue;
    const read = outputs.filter((output) => isFloat(output) && readers.has(output));
    const isReadInHalf = read.some(isWanted);
    const isSelective = precisions[node.op] === 'follows' && read.length > 0;
    const wish = wishes.get(node);
    const isHalf = wish === 'half' ? !isSelective || isReadInHalf : wish === 'free' && isReadInHalf;
    if (isHalf) halved.add(node);
    const isKept = isHalf || (precisions[node.op] === 'inside' && isReadInHalf);
    for (const output of read) if (isKept && kinds.get(output) !== 'single') kept.add(output);
  }
  return { halved, kept };
}

function isKeptInside(node: Node, kept: ReadonlySet<Value>): boolean {
  return precisions[node.op] === 'inside' && node.outputs.some((output: Value) => kept.has(output));
}

function listReaders(graph: Graph): ReadonlyMap<Value, readonly Node[]> {
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes) {
    for (const input of listInputs(node)) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}

function isFloat({ dtype }: Value): boolean {
  return dtype === 'float32' || dtype === 'float16';
}

const largestHalf = 65504;
/** Below it half precision has fewer digits. */
const smallestNormalHalf = 2 ** -14;

/** Whether half precision holds each of the numbers with all its digits. */
function isExpressible(tensor: Tensor): boolean {
  return tensor.dtype === 'float32' && toNumbers(tensor).every(isInRange);
}

function isInRange(number: number): boolean {
  const size = Math.abs(number);
  return size === 0 || (size >= smallestNormalHalf && size <= largestHalf);
}

/**
 * A value that is cast up is used again if it was soon before; later it is cast anew: a copy in float32 that stayed
 * from the forward to the backward pass would take the memory that half precision saves.
 */
const nearbyNodes = 24;

interface Casts {
  cast(builder: GraphBuilder, value: Value, toHalf: boolean): Value;
}

function createCasts(): Casts {
  const lowered = new Map<Value, Value>();
  const raised = new Map<Value, { readonly value: Value; readonly usedAt: number }>();
  const lower = (builder: GraphBuilder, value: Value): Value => {
    const constant = builder.findConstant(value);
    if (!constant) return builder.node('Cast', [value], { to: 'float16' })[0];
    return builder.constant(fromNumbers('float16', constant.shape, toNumbers(constant)));
  };
  return {
    cast: (builder, value, toHalf) => {
      if ((value.dtype === 'float16') === toHalf) return value;
      if (toHalf) {
        const found = lowered.get(value) ?? lower(builder, value);
        lowered.set(value, found);
        return found;
      }
      const usedAt = builder.nodes.length;
      const known = raised.get(value);
      const isNear = known !== undefined && usedAt - known.usedAt <= nearbyNodes;
      const found = isNear ? known.value : builder.node('Cast', [value], { to: 'float32' })[0];
      raised.set(value, { value: found, usedAt });
      return found;
    },
  };
}
