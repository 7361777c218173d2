/** The nodes of a graph, of a function or of a branch, in order, into a builder. */
import { AppError } from '../../base/app-error.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/ops.ts';
import { readNode } from './from-onnx.ts';
import { bindAttributes, type FunctionTable, findFunction, opsetOf } from './functions.ts';
import type { OnnxFunction, OnnxGraph, OnnxNode } from './model.ts';
import { explainRefusal } from './refusals.ts';

/** Where nodes are read into. */
export interface BodyContext {
  readonly builder: GraphBuilder;
  readonly functions: FunctionTable;
  readonly opset: number;
  /** Set before names inside a function or branch, which may be there several times. */
  readonly prefix: string;
  /** How many functions and branches lie around. */
  readonly depth: number;
  /** What may still be read, shared by all of a file. */
  readonly budget: { nodes: number };
}

/** The values that a body can name: its own and those around it. */
export interface Scope {
  find(name: string): Value | undefined;
  set(name: string, value: Value): void;
}

export function createScope(around?: Scope): Scope {
  const own = new Map<string, Value>();
  return {
    find: (name) => own.get(name) ?? around?.find(name),
    set: (name, value) => own.set(name, value),
  };
}

/** Functions that call each other without end must not exhaust the stack. */
const deepestNesting = 32;
/** Functions that call others twice, which do the same, must not take forever. */
export const mostNodes = 100_000;

/** The body's outputs by their names in the file. */
export function readBody(
  context: BodyContext,
  body: Pick<OnnxGraph, 'nodes' | 'outputs'>,
  values: Scope,
): readonly { readonly name: string; readonly value: Value }[] {
  if (context.depth > deepestNesting) throw invalid('functions or branches are nested too deep');
  body.nodes.forEach((node, index) => {
    if (context.budget.nodes-- <= 0) throw invalid(`expected at most ${mostNodes} nodes`);
    const name = `${context.prefix}${node.name || `${node.opType}_${index}`}`;
    readInto(context, values, { ...node, name });
  });
  return body.outputs.map(({ name }) => ({ name, value: find(values, name, 'the outputs') }));
}

function readInto(context: BodyContext, values: Scope, node: OnnxNode): void {
  const inputs = node.inputs.map((name) =>
    name === '' ? undefined : find(values, name, `${node.opType} ${node.name}`),
  );
  const outputs = readMeaning(context, values, node, inputs);
  node.outputs.forEach((name, index) => {
    const value = outputs[index];
    if (value && name !== '') values.set(name, value);
  });
}

function readMeaning(
  context: BodyContext,
  values: Scope,
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
): readonly Value[] {
  const called = findFunction(context.functions, node);
  if (called) return inlineFunction(context, node, called, inputs);
  if (node.domain === '' && node.opType === 'If') return inlineBranch(context, values, node, inputs[0]);
  const outputs = node.outputs.map((name) => (name === '' ? undefined : `${context.prefix}${name}`));
  const { builder, opset } = context;
  return readNode({ node, builder, opset, inputs, names: { node: node.name, outputs } });
}

function inlineFunction(
  context: BodyContext,
  node: OnnxNode,
  called: OnnxFunction,
  inputs: readonly (Value | undefined)[],
): readonly Value[] {
  const values = createScope();
  called.inputs.forEach((name, index) => {
    const value = inputs[index];
    if (value) values.set(name, value);
  });
  const nodes = called.nodes.map((inner) => bindAttributes(inner, called, node));
  const absent = new Set(called.inputs.filter((name) => !values.find(name)));
  const present = nodes.map((inner) => ({
    ...inner,
    inputs: inner.inputs.map((name) => (absent.has(name) ? '' : name)),
  }));
  const outputs = called.outputs.map((name) => ({ name, elementType: 0, shape: undefined }));
  const inside = { ...enter(context, node), opset: opsetOf(called, context.opset) };
  return readBody(inside, { nodes: present, outputs }, values).map(({ value }) => value);
}

/** A branch whose condition is known takes the place of the choice; it sees the values around it. */
function inlineBranch(
  context: BodyContext,
  values: Scope,
  node: OnnxNode,
  condition: Value | undefined,
): readonly Value[] {
  const known = condition && context.builder.findConstant(condition);
  if (!known) {
    const reason = explainRefusal('', 'If');
    throw new AppError('GRAPH_NOT_TRAINABLE', `If ${node.name}: ${reason}`, {
      data: { node: node.name, op: 'If', reason },
    });
  }
  const branch = node.attributes.get(known.elements[0] ? 'then_branch' : 'else_branch');
  if (branch?.kind !== 'graph') throw invalid(`If ${node.name}: a branch is missing`);
  const inside = enter(context, node);
  const inner = createScope(values);
  for (const [name, tensor] of branch.value.initializers) {
    inner.set(name, context.builder.constant(tensor, `${inside.prefix}${name}`));
  }
  return readBody(inside, branch.value, inner).map(({ value }) => value);
}

function enter(context: BodyContext, node: OnnxNode): BodyContext {
  return { ...context, prefix: `${node.name}/`, depth: context.depth + 1 };
}

function find(values: Scope, name: string, where: string): Value {
  const value = values.find(name);
  if (!value) throw invalid(`${where}: ${name} is read before it is made, or never made`);
  return value;
}

function invalid(message: string): AppError {
  return new AppError('GRAPH_INVALID', message);
}
