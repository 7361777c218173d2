/** Loops that run a known number of rounds become their rounds, one after the other. */
import { AppError } from '../../base/app-error.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { createExpressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { fromNumbers, int64Tensor, sizeOf } from '../graph/tensor.ts';
import type { OnnxGraph, OnnxNode } from './model.ts';
import { normalizeAxis } from './node-reading.ts';
import { explainRefusal, refuseNode } from './refusals.ts';

/** A node with a body, on its way into a graph. */
export interface Unrolling {
  readonly node: OnnxNode;
  readonly builder: GraphBuilder;
  readonly opset: number;
  /** Undefined where an optional input is absent. */
  readonly inputs: readonly (Value | undefined)[];
  /** Adds one round of the body and returns its outputs. */
  runBody(body: OnnxGraph, round: number, inputs: readonly Value[]): readonly Value[];
}

/**
 * As long as the condition holds and at most as often as stated; the results of each round that are no state of the
 * next are stacked.
 * @throws AppError GRAPH_NOT_TRAINABLE where the number of rounds depends on data
 */
export function unrollLoop(loop: Unrolling): readonly Value[] {
  const { builder, inputs } = loop;
  const body = bodyOf(loop);
  const [limit, condition, ...initial] = inputs;
  const rounds = limit ? requireConstant(loop, limit) : Number.POSITIVE_INFINITY;
  const stateCount = body.inputs.length - 2;
  if (stateCount < 0) throw invalid(loop, 'its body expects a number and a condition');
  let going = condition ?? builder.constant(fromNumbers('bool', [], [1]));
  let state = initial.slice(0, stateCount).filter((value) => value !== undefined);
  const stacks: Value[][] = [];
  for (let round = 0; round < rounds && requireConstant(loop, going) !== 0; round++) {
    const number = builder.constant(int64Tensor([round], []));
    const [next, ...results] = loop.runBody(body, round, [number, going, ...state]);
    if (!next || results.length < stateCount) throw invalid(loop, 'its body has too few outputs');
    going = next;
    state = results.slice(0, stateCount);
    collect(stacks, results.slice(stateCount));
  }
  return [...state, ...stackAll(loop, body, stateCount + 1, stacks, [])];
}

/**
 * One round for each entry along the scanned axes.
 * @throws AppError GRAPH_NOT_TRAINABLE for the form of opset 8, which scans each image apart
 */
export function unrollScan(scan: Unrolling): readonly Value[] {
  const { node, builder } = scan;
  if (scan.opset < 9)
    throw refuseNode(node, 'its form of opset 8 is not supported: export with opset 9 or later');
  const body = bodyOf(scan);
  const e = createExpressions(builder);
  const present = scan.inputs.filter((value) => value !== undefined);
  const stateCount = present.length - intOf(node, 'num_scan_inputs');
  if (stateCount < 0) throw invalid(scan, `it has ${present.length} inputs`);
  const scanned = present.slice(stateCount).map((value, index) => ({
    value,
    axis: normalizeAxis(intsOf(node, 'scan_input_axes')[index] ?? 0, value.shape.length),
    isBackwards: intsOf(node, 'scan_input_directions')[index] === 1,
  }));
  const [first] = scanned;
  if (!first) throw invalid(scan, 'it has nothing to scan');
  const rounds = sizeOf(first.value.shape, first.axis);
  let state = present.slice(0, stateCount);
  const stacks: Value[][] = [];
  for (let round = 0; round < rounds; round++) {
    const entries = scanned.map(({ value, axis, isBackwards }) => {
      const at = isBackwards ? rounds - 1 - round : round;
      return e.reshape(e.sliceAxis(value, axis, at, at + 1), value.shape.toSpliced(axis, 1));
    });
    const results = scan.runBody(body, round, [...state, ...entries]);
    if (results.length < stateCount) throw invalid(scan, 'its body has too few outputs');
    state = results.slice(0, stateCount);
    collect(stacks, results.slice(stateCount));
  }
  const directions = intsOf(node, 'scan_output_directions');
  const ordered = stacks.map((stack, index) => (directions[index] === 1 ? stack.toReversed() : stack));
  return [...state, ...stackAll(scan, body, stateCount, ordered, intsOf(node, 'scan_output_axes'))];
}

function collect(stacks: Value[][], results: readonly Value[]): void {
  results.forEach((value, index) => {
    const stack = stacks[index];
    if (stack) stack.push(value);
    else stacks[index] = [value];
  });
}

/** @param kept outputs of the body that are no results to stack */
function stackAll(
  unrolling: Unrolling,
  body: OnnxGraph,
  kept: number,
  stacks: readonly (readonly Value[])[],
  axes: readonly number[],
): readonly Value[] {
  if (stacks.length < body.outputs.length - kept)
    throw invalid(unrolling, 'no round of it runs, so that its results have no shape');
  const e = createExpressions(unrolling.builder);
  return stacks.map((stack, index) => {
    const rank = (stack[0]?.shape.length ?? 0) + 1;
    const axis = normalizeAxis(axes[index] ?? 0, rank);
    return e.concat(
      stack.map((value) => e.reshape(value, value.shape.toSpliced(axis, 0, 1))),
      axis,
    );
  });
}

function bodyOf(unrolling: Unrolling): OnnxGraph {
  const body = unrolling.node.attributes.get('body');
  if (body?.kind !== 'graph') throw invalid(unrolling, 'its body is missing');
  return body.value;
}

function requireConstant(unrolling: Unrolling, value: Value): number {
  const tensor = unrolling.builder.findConstant(value);
  if (tensor) return Number(tensor.elements[0] ?? 0);
  throw refuseNode(unrolling.node, explainRefusal('', unrolling.node.opType));
}

function intOf(node: OnnxNode, name: string): number {
  const found = node.attributes.get(name);
  return found?.kind === 'int' ? found.value : 0;
}

function intsOf(node: OnnxNode, name: string): readonly number[] {
  const found = node.attributes.get(name);
  return found?.kind === 'ints' ? found.value : [];
}

function invalid({ node }: Unrolling, reason: string): AppError {
  return new AppError('GRAPH_INVALID', `${node.opType} ${node.name}: ${reason}`, {
    data: { node: node.name, op: node.opType },
  });
}
