/** Builds a graph node by node: every node is shape-checked the moment it is added. */
import { AppError } from '../../base/app-error.ts';
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
  /** The nodes so far, in order. */
  readonly nodes: readonly Node[];
  /** The tensor of a constant, or undefined for any other value. */
  findConstant(value: Value): Tensor | undefined;
  /** Checks the whole and closes it. */
  finish(name: string, outputs: readonly Value[]): Graph;
}

export interface NodeNames {
  readonly node?: string;
  readonly outputs?: readonly (string | undefined)[];
}

/** @param reserved names that only those get who ask for them */
export function createGraphBuilder(reserved: ReadonlySet<string> = new Set()): GraphBuilder {
  return new OpenGraph(reserved);
}

class OpenGraph implements GraphBuilder {
  readonly nodes: Node[] = [];
  readonly #inputs: Value[] = [];
  readonly #initializers = new Map<Value, Tensor>();
  readonly #valueNames = new Set<string>();
  readonly #nodeNames = new Set<string>();
  readonly #reserved: ReadonlySet<string>;
  #counter = 0;

  constructor(reserved: ReadonlySet<string>) {
    this.#reserved = reserved;
  }

  input(name: string, dtype: DType, shape: Shape): Value {
    const value = createValue(this.#claimValueName(name), { dtype, shape });
    this.#inputs.push(value);
    return value;
  }

  constant(tensor: Tensor, name?: string): Value {
    const value = createValue(this.#claimValueName(name, 'c'), tensor);
    this.#initializers.set(value, tensor);
    return value;
  }

  node<K extends OpKind>(
    op: K,
    inputs: OpTable[K]['inputs'],
    attributes: OpTable[K]['attributes'],
    names: NodeNames = {},
  ): OpTable[K]['outputs'] {
    const nodeName = this.#claimNodeName(names.node ?? `${op}_${this.nodes.length}`);
    const types = inferTypes(op, nodeName, inputs, attributes);
    const outputs = types.map((type, index) =>
      createValue(this.#claimValueName(names.outputs?.[index]), type),
    );
    this.nodes.push(createNode(op, nodeName, inputs, attributes, outputs));
    return outputs as readonly Value[] as OpTable[K]['outputs'];
  }

  findConstant(value: Value): Tensor | undefined {
    return this.#initializers.get(value);
  }

  finish(name: string, outputs: readonly Value[]): Graph {
    return verifyGraph({
      name,
      inputs: this.#inputs,
      initializers: this.#initializers,
      nodes: this.nodes,
      outputs,
    });
  }

  /** The wanted name, which must be free, or the next free number after the prefix. */
  #claimValueName(wanted: string | undefined, prefix = ''): string {
    let name = wanted ?? `${prefix}${this.#counter++}`;
    const isTaken = () => this.#valueNames.has(name) || this.#reserved.has(name);
    while (wanted === undefined && isTaken()) name = `${prefix}${this.#counter++}`;
    if (this.#valueNames.has(name))
      throw new AppError('GRAPH_INVALID', `the value name ${name} is used twice`);
    this.#valueNames.add(name);
    return name;
  }

  /** Files repeat node names, or leave them out. */
  #claimNodeName(wanted: string): string {
    let name = wanted;
    for (let copy = 2; this.#nodeNames.has(name); copy++) name = `${wanted}_${copy}`;
    this.#nodeNames.add(name);
    return name;
  }
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

function createValue(name: string, { dtype, shape }: TensorType): Value {
  return { name, dtype, shape };
}
