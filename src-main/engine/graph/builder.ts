/** Builds a graph node by node: every node is shape-checked the moment it is added. */
import { AppError, assert } from '../../base/app-error.ts';
import type { Graph, Node, OpKind, OpTable, Value } from './ops.ts';
import { inferTypes } from './shapes.ts';
import type { DType, Shape, Tensor, TensorType } from './tensor.ts';
import { verifyGraph } from './verifier.ts';

/** The open end of a graph under construction. */
export interface GraphBuilder {
  /** @throws AppError GRAPH_INVALID when the name is taken. */
  input(name: string, dtype: DType, shape: Shape): Value;
  /** A constant; small equal scalars need not be shared by the caller. */
  constant(tensor: Tensor, name?: string): Value;
  /**
   * Adds a node and returns its outputs.
   * @throws AppError GRAPH_INVALID when the inputs do not fit the operation
   */
  node<K extends OpKind>(
    op: K,
    inputs: OpTable[K]['inputs'],
    attributes: OpTable[K]['attributes'],
    names?: NodeNames,
  ): OpTable[K]['outputs'];
  /** Takes over a graph's values and nodes under their own identities, to continue it. */
  adopt(graph: Graph): void;
  /** The nodes so far, in order. */
  readonly nodes: readonly Node[];
  /** The tensor of a constant, or undefined for any other value. */
  findConstant(value: Value): Tensor | undefined;
  /** Checks the whole and closes it. */
  finish(name: string, outputs: readonly Value[]): Graph;
}

export interface NodeNames {
  readonly node?: string;
  readonly outputs?: readonly string[];
}

export function createGraphBuilder(): GraphBuilder {
  const inputs: Value[] = [];
  const initializers = new Map<Value, Tensor>();
  const nodes: Node[] = [];
  const taken = new Set<string>();
  const takenNodes = new Set<string>();
  let counter = 0;

  const claim = (wanted: string | undefined, prefix = ''): string => {
    let name = wanted ?? `${prefix}${counter++}`;
    while (wanted === undefined && taken.has(name)) name = `${prefix}${counter++}`;
    if (taken.has(name)) throw new AppError('GRAPH_INVALID', `the value name ${name} is used twice`);
    taken.add(name);
    return name;
  };

  /** Files repeat node names, or leave them out. */
  const claimNodeName = (wanted: string): string => {
    let name = wanted;
    for (let copy = 2; takenNodes.has(name); copy++) name = `${wanted}_${copy}`;
    takenNodes.add(name);
    return name;
  };

  const addNode = <K extends OpKind>(
    op: K,
    nodeInputs: OpTable[K]['inputs'],
    attributes: OpTable[K]['attributes'],
    names: NodeNames = {},
  ): OpTable[K]['outputs'] => {
    const nodeName = claimNodeName(names.node ?? `${op}_${nodes.length}`);
    const types = inferTypes(op, nodeName, nodeInputs, attributes);
    const outputs = types.map((type, index) => createValue(claim(names.outputs?.[index]), type));
    nodes.push(createNode(op, nodeName, nodeInputs, attributes, outputs));
    return outputs as readonly Value[] as OpTable[K]['outputs'];
  };

  return {
    nodes,
    input: (name, dtype, shape) => {
      const value = createValue(claim(name), { dtype, shape });
      inputs.push(value);
      return value;
    },
    constant: (tensor, name) => {
      const value = createValue(claim(name, 'c'), tensor);
      initializers.set(value, tensor);
      return value;
    },
    node: addNode,
    adopt: (graph) => {
      assert(taken.size === 0, 'a graph can only be adopted by an empty builder');
      inputs.push(...graph.inputs);
      for (const [value, tensor] of graph.initializers) initializers.set(value, tensor);
      nodes.push(...graph.nodes);
      for (const { name } of graph.nodes) takenNodes.add(name);
      for (const value of listValues(graph)) taken.add(value.name);
    },
    findConstant: (value) => initializers.get(value),
    finish: (name, outputs) => verifyGraph({ name, inputs, initializers, nodes, outputs }),
  };
}

/** Assembles a node; the caller has checked that the parts belong to the operation. */
export function createNode(
  op: OpKind,
  name: string,
  inputs: readonly (Value | undefined)[],
  attributes: OpTable[OpKind]['attributes'],
  outputs: readonly Value[],
): Node {
  return { op, name, inputs, attributes, outputs } as Node;
}

/** Every value of a graph: inputs, initializers, node outputs. */
export function listValues(graph: Graph): Value[] {
  const produced = graph.nodes.flatMap((node) => [...node.outputs]);
  return [...graph.inputs, ...graph.initializers.keys(), ...produced];
}

function createValue(name: string, { dtype, shape }: TensorType): Value {
  return { name, dtype, shape };
}
