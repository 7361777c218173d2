/** The nodes of a graph, of a function or of a branch, in order, into a builder. */
import { AppError } from '../../base/app-error.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/ops.ts';
import { readNode } from './from-onnx.ts';
import { bindAttributes, type FunctionTable, findFunction, opsetOf } from './functions.ts';
import type { OnnxFunction, OnnxGraph, OnnxNode } from './model.ts';
import { orderNodes } from './node-order.ts';
import { explainRefusal, refuseNode } from './refusals.ts';
import { type Unrolling, unrollLoop, unrollScan } from './unroll.ts';

/** Where nodes are read into. */
export interface BodyContext {
  readonly builder: GraphBuilder;
  readonly functions: FunctionTable;
  readonly opset: number;
  /** Set before names inside a function or branch, which may be there several times. */
  readonly prefix: string;
  /** How often each prefix was taken, shared by all of a file: nodes may bear one name. */
  readonly prefixes: Map<string, number>;
  /** How many functions and branches lie around. */
  readonly depth: number;
  /** What may still be read, shared by all of a file. */
  readonly budget: { nodes: number };
  /** Names that stand for nothing, as the node that makes them was refused; where absent a refusal ends the reading. */
  readonly lost?: Set<string>;
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
/** A round of a loop counts as so many nodes beside its own. */
const roundCost = 20;

/** The body's outputs by their names in the file. */
export function readBody(
  context: BodyContext,
  body: Pick<OnnxGraph, 'nodes' | 'outputs'>,
  values: Scope,
): readonly { readonly name: string; readonly value: Value }[] {
  if (context.depth > deepestNesting) throw invalid('functions or branches are nested too deep');
  orderNodes(body.nodes).forEach((node, index) => {
    spend(context);
    const name = `${context.prefix}${node.name || `${node.opType}_${index}`}`;
    readInto(context, values, { ...node, name });
  });
  const outputs = body.outputs.filter(({ name }) => !isLost(context, name));
  return outputs.map(({ name }) => ({ name, value: find(values, name, 'the outputs') }));
}

function isLost({ lost, depth }: BodyContext, name: string): boolean {
  return depth === 0 && lost?.has(name) === true;
}

/** What a refused node makes, and all that is made of it, is lost. */
function readInto(context: BodyContext, values: Scope, node: OnnxNode): void {
  const lose = () => {
    for (const name of node.outputs) context.lost?.add(name);
  };
  if (node.inputs.some((name) => isLost(context, name))) {
    lose();
    return;
  }
  try {
    readNodeInto(context, values, node);
  } catch (error) {
    if (!context.lost || context.depth > 0 || !(error instanceof AppError)) throw error;
    lose();
  }
}

function readNodeInto(context: BodyContext, values: Scope, node: OnnxNode): void {
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
  if (node.domain === '') {
    if (node.opType === 'If') return inlineBranch(context, values, node, inputs[0]);
    if (node.opType === 'Loop') return unrollLoop(unrollingOf(context, values, node, inputs));
    if (node.opType === 'Scan') return unrollScan(unrollingOf(context, values, node, inputs));
  }
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
  if (!known) throw refuseNode(node, explainRefusal('', 'If'));
  const branch = node.attributes.get(known.elements[0] ? 'then_branch' : 'else_branch');
  if (branch?.kind !== 'graph') throw invalid(`If ${node.name}: a branch is missing`);
  return readSubgraph(enter(context, node), values, branch.value, []);
}

function unrollingOf(
  context: BodyContext,
  values: Scope,
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
): Unrolling {
  const { builder, opset } = context;
  const runBody: Unrolling['runBody'] = (body, round, bound) => {
    spend(context, roundCost);
    return readSubgraph(enter(context, { ...node, name: `${node.name}/${round}` }), values, body, bound);
  };
  return { node, builder, opset, inputs, runBody };
}

/** A graph inside a node, which sees the values around it. */
function readSubgraph(
  inside: BodyContext,
  around: Scope,
  graph: OnnxGraph,
  inputs: readonly Value[],
): readonly Value[] {
  const values = createScope(around);
  for (const [name, tensor] of graph.initializers) {
    values.set(name, inside.builder.constant(tensor, `${inside.prefix}${name}`));
  }
  graph.inputs.forEach(({ name }, index) => {
    const value = inputs[index];
    if (value) values.set(name, value);
  });
  return readBody(inside, graph, values).map(({ value }) => value);
}

/** A file must not make work without end. */
function spend({ budget }: BodyContext, nodes = 1): void {
  budget.nodes -= nodes;
  if (budget.nodes < 0) throw invalid(`expected at most ${mostNodes} nodes`);
}

function enter(context: BodyContext, node: OnnxNode): BodyContext {
  const { prefixes, depth } = context;
  const times = prefixes.get(node.name) ?? 0;
  prefixes.set(node.name, times + 1);
  return { ...context, prefix: `${node.name}/${times > 0 ? `${times}/` : ''}`, depth: depth + 1 };
}

function find(values: Scope, name: string, where: string): Value {
  const value = values.find(name);
  if (!value) throw invalid(`${where}: ${name} is read before it is made, or never made`);
  return value;
}

function invalid(message: string): AppError {
  return new AppError('GRAPH_INVALID', message);
}
