/** One node of a file while it is read: its inputs, and its attributes with their defaults. */
import { AppError } from '../../base/app-error.ts';
import type { GraphBuilder, NodeNames } from '../graph/builder.ts';
import type { OpKind, OpTable, Value } from '../graph/ops.ts';
import { toNumbers } from '../graph/tensor.ts';
import type { OnnxAttribute, OnnxNode } from './model.ts';
import { refuseNode } from './refusals.ts';

/** One node of a file on its way into a graph. */
export interface NodeReading {
  readonly node: OnnxNode;
  readonly builder: GraphBuilder;
  readonly opset: number;
  /** In the file's order; undefined where an optional input is absent. */
  readonly inputs: readonly (Value | undefined)[];
  /** The names that the results should bear. */
  readonly names: NodeNames;
}

/** Adds what the node means to the builder and returns its outputs. */
export type ReadRule = (reading: NodeReading) => readonly Value[];

export function input(r: NodeReading, position: number): Value {
  const value = r.inputs[position];
  if (!value) throw malformed(r, `input ${position} is missing`);
  return value;
}

/** The numbers of a constant input, or undefined where the input is absent. */
export function constantNumbers(r: NodeReading, position: number): number[] | undefined {
  const value = r.inputs[position];
  if (!value) return undefined;
  const tensor = r.builder.findConstant(value);
  if (!tensor) throw unsupported(r, `input ${value.name} must be a constant`);
  return toNumbers(tensor);
}

export function requiredNumbers(r: NodeReading, position: number, what: string): number[] {
  const numbers = constantNumbers(r, position);
  if (!numbers) throw malformed(r, `the ${what} is missing`);
  return numbers;
}

export function attribute(r: NodeReading, name: string): OnnxAttribute | undefined {
  return r.node.attributes.get(name);
}

export function int(r: NodeReading, name: string, absent: number): number {
  const found = attribute(r, name);
  return found?.kind === 'int' ? found.value : absent;
}

export function float(r: NodeReading, name: string, absent: number): number {
  const found = attribute(r, name);
  return found?.kind === 'float' ? found.value : absent;
}

export function ints(r: NodeReading, name: string): readonly number[] | undefined {
  const found = attribute(r, name);
  return found?.kind === 'ints' ? found.value : undefined;
}

export function text(r: NodeReading, name: string, absent: string): string {
  const found = attribute(r, name);
  return found?.kind === 'string' ? found.value : absent;
}

/** Adds one operation that bears the node's names. */
export function add<K extends OpKind>(
  r: NodeReading,
  op: K,
  inputs: OpTable[K]['inputs'],
  attributes: OpTable[K]['attributes'],
): readonly Value[] {
  return r.builder.node(op, inputs, attributes, r.names);
}

export function flag(r: NodeReading, name: string, absent = false): boolean {
  return int(r, name, absent ? 1 : 0) !== 0;
}

/** The attribute `axis`, from the start. */
export function axisAttribute(r: NodeReading, absent: number): number {
  return normalizeAxis(int(r, 'axis', absent), input(r, 0).shape.length);
}

export function normalizeAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Whether anything reads the output. */
export function hasOutput(r: NodeReading, position: number): boolean {
  return r.names.outputs?.[position] !== undefined;
}

export function malformed(r: NodeReading, reason: string): AppError {
  const { name, opType } = r.node;
  return new AppError('GRAPH_INVALID', `${opType} ${name}: ${reason}`, {
    data: { node: name, op: opType, reason },
  });
}

/** For a node that is in order, of a kind that the engine does not take. */
export function unsupported(r: NodeReading, reason: string): AppError {
  return refuseNode(r.node, reason);
}
