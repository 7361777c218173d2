/** Writes a graph that was built for one image so that it takes any number of them. */
import { AppError } from '../../base/app-error.ts';
import { type Graph, listInputs, type Node, type Value } from '../graph/ops.ts';
import { fromNumbers, int64Tensor, isSameShape, type Shape } from '../graph/tensor.ts';
import { setBatch } from '../passes/set-batch.ts';
import type { OnnxForm, OnnxPart } from './to-onnx.ts';

/** The form of a node whose sizes follow the batch; undefined where it is written as it is. */
export type OpenForm = (node: Node, form: OnnxForm) => OnnxForm | undefined;

/**
 * Compares the graph with itself for two images: what differs depends on their number.
 * @returns undefined for a graph that cannot be for two, as it mixes them
 */
export function openBatch(graph: Graph): OpenForm | undefined {
  const twin = tryBatch(graph, 2);
  if (!twin) return undefined;
  const twins = new Map(twin.nodes.map((node) => [node.outputs[0]?.name, node]));
  const dependent = listDependent(graph);
  return (node, form) => {
    const axis = findGrownAxis(node, twins.get(node.outputs[0]?.name));
    if (axis === undefined) return undefined;
    if (node.op === 'Reshape') return openReshape(node, form, axis);
    if (node.op === 'Expand' && dependent.has(node.inputs[0])) return openExpand(node, form, axis);
    if (node.op === 'Concat') return repeatPartners(node, form, { axis, dependent });
    return undefined;
  };
}

function tryBatch(graph: Graph, count: number): Graph | undefined {
  if (graph.inputs.some(({ shape }) => shape[0] !== 1)) return undefined;
  try {
    return setBatch(graph, count);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function listDependent({ inputs, nodes }: Graph): ReadonlySet<Value> {
  const dependent = new Set<Value>(inputs);
  for (const node of nodes) {
    if (!listInputs(node).some((input) => dependent.has(input))) continue;
    for (const output of node.outputs as readonly Value[]) dependent.add(output);
  }
  return dependent;
}

function findGrownAxis(node: Node, twin: Node | undefined): number | undefined {
  const [one, two]: readonly (Shape | undefined)[] = [node.outputs[0]?.shape, twin?.outputs[0]?.shape];
  if (!one || !two || isSameShape(one, two)) return undefined;
  return one.findIndex((size, axis) => size !== two[axis]);
}

/** -1 stands for what is left, 0 for the input's size on the same axis. */
function openReshape(node: Node<'Reshape'>, form: OnnxForm, axis: number): OnnxForm | undefined {
  const [x] = node.inputs;
  const { shape } = node.attributes;
  if (!shape.includes(0)) return { ...form, inputs: [x, int64Tensor(shape.with(axis, -1))] };
  return axis === 0 && x.shape[0] === shape[0]
    ? { opType: 'Reshape', inputs: [x, int64Tensor(shape.with(0, 0))] }
    : undefined;
}

/** 1 leaves the input's size. */
function openExpand(node: Node<'Expand'>, form: OnnxForm, axis: number): OnnxForm {
  const [x] = node.inputs;
  return { ...form, inputs: [x, int64Tensor(node.attributes.shape.with(axis, 1))] };
}

interface Growth {
  readonly axis: number;
  readonly dependent: ReadonlySet<Value>;
}

/** What is joined to each image, as a class token is, is repeated for each: to the shape of what it is joined to. */
function repeatPartners(
  node: Node<'Concat'>,
  form: OnnxForm,
  { axis, dependent }: Growth,
): OnnxForm | undefined {
  const images = node.inputs.find((input) => dependent.has(input));
  if (!images || node.inputs.every((input) => dependent.has(input))) return undefined;
  const rank = images.shape.length;
  const isGrown = fromNumbers(
    'bool',
    [rank],
    images.shape.map((_, index) => Number(index === axis)),
  );
  const before: OnnxPart[] = [{ opType: 'Shape', inputs: [images], output: `${node.name}.shape` }];
  const inputs = node.inputs.map((input, index): Value | string => {
    if (dependent.has(input)) return input;
    const [target, output] = [`${node.name}.target${index}`, `${node.name}.repeated${index}`];
    before.push(
      { opType: 'Where', inputs: [isGrown, `${node.name}.shape`, int64Tensor(input.shape)], output: target },
      { opType: 'Expand', inputs: [input, target], output },
    );
    return output;
  });
  return { ...form, inputs, before };
}
