import { expect, it } from 'vitest';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions, type Expressions } from '../../../../src-main/engine/graph/expressions.ts';
import type { Graph, Node, Value } from '../../../../src-main/engine/graph/ops.ts';
import { printGraph } from '../../../../src-main/engine/graph/printer.ts';
import { createDetector } from '../../../../src-main/engine/nn/detector/detector.ts';
import { createTrainingGraph } from '../../../../src-main/engine/optim/training-graph.ts';
import { halveFloats } from '../../../../src-main/engine/passes/halve-floats.ts';

const window = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;

it('keeps what lies between two products in half precision, and statistics inside in float32', () => {
  const printed = printHalved((e, x) => {
    const vector = (name: string) => e.builder.input(name, 'float32', [2]);
    const y = e.conv(x, weight(e, 'w1'), window);
    const parts = [y, vector('scale'), vector('shift'), vector('mean'), vector('variance')] as const;
    const [normalized] = e.builder.node('BatchNormalization', parts, { epsilon: 1e-5 });
    return e.conv(e.unary('Relu', normalized), weight(e, 'w2'), window);
  });
  expect(printed).toEqual([
    'Cast : f16[1,2,4,4]',
    'Cast : f16[2,2,3,3]',
    'Conv : f16[1,2,4,4]',
    'Cast : f32[1,2,4,4]',
    'BatchNormalization : f32[1,2,4,4]',
    'Cast : f16[1,2,4,4]',
    'Relu : f16[1,2,4,4]',
    'Cast : f16[2,2,3,3]',
    'Conv : f16[1,2,4,4]',
    'Cast : f32[1,2,4,4]',
    'Neg : f32[1,2,4,4]',
  ]);
});

it('computes what is read in float32 alone in float32: nothing is rounded for a sum', () => {
  const printed = printHalved((e, x) => {
    const y = e.conv(x, weight(e, 'w'), window);
    return e.sum(e.mul(y, y), [0, 1, 2, 3], true);
  });
  expect(printed.slice(-4)).toEqual([
    'Cast : f32[1,2,4,4]',
    'Mul : f32[1,2,4,4]',
    'ReduceSum : f32[1,1,1,1]',
    'Neg : f32[1,1,1,1]',
  ]);
});

it('leaves an operation in float32 whose constant half precision does not hold', () => {
  const between = (constant: number) =>
    printHalved((e, x) =>
      e.conv(e.add(e.conv(x, weight(e, 'w1'), window), constant), weight(e, 'w2'), window),
    );
  expect(between(3)).toContain('Add : f16[1,2,4,4]');
  for (const constant of [1e-7, 1e6]) expect(between(constant)).toContain('Add : f32[1,2,4,4]');
});

it('casts small operands to the large ones, masks to what reads them, and never the other way', () => {
  const printed = printHalved((e, x) => {
    const bias = e.builder.input('bias', 'float32', [2, 1, 1]);
    const y = e.add(e.conv(x, weight(e, 'w1'), window), bias);
    return e.conv(e.mul(y, e.isEqual(y, e.unary('Relu', y))), weight(e, 'w2'), window);
  });
  expect(printed).toContain('Cast : f16[2,1,1]');
  expect(printed).toContain('Equal : bool[1,2,4,4]');
  expect(printed.filter((line) => line.startsWith('Cast : f32'))).toHaveLength(1);
});

it('leaves products of more summands than allowed in float32', () => {
  const graph = build((e, x) => e.conv(x, weight(e, 'w'), window));
  const limited = (longestSum: number) =>
    list(halveFloats(graph, { eligible: new Set(graph.nodes), longestSum }));
  expect(limited(18)).toContain('Conv : f16[1,2,4,4]');
  expect(limited(17)).toEqual(['Conv : f32[1,2,4,4]', 'Neg : f32[1,2,4,4]']);
});

it('casts up anew in the backward pass: a copy in float32 would stay that long', () => {
  const printed = printHalved((e, x) => {
    const y = e.conv(x, weight(e, 'w1'), window);
    let z = e.unary('Exp', y);
    for (let index = 0; index < 40; index++) z = e.unary('Exp', z);
    return e.add(e.unary('Exp', y), z);
  });
  expect(printed.filter((line) => line === 'Cast : f32[1,2,4,4]')).toHaveLength(2);
});

it('touches nothing that it may not', () => {
  const graph = build((e, x) => e.conv(x, weight(e, 'w'), window));
  expect(printGraph(halveFloats(graph, { eligible: new Set() }))).toBe(printGraph(graph));
});

it("keeps a detector's boxes, targets and loss in float32: half precision tells no pixels apart beyond 2,048", () => {
  const model = createDetector({
    architecture: 'detector-nano',
    classes: 2,
    imageSize: 64,
    maxBoxes: 4,
    seed: 1,
  });
  const optimizer = { kind: 'adamw', weightDecay: 0.01 } as const;
  const { graph } = createTrainingGraph({ model, batchSize: 2, optimizer, amp: true });
  const ofLoss: readonly string[] = [
    'Softmax',
    'LogSoftmax',
    'TopK',
    'GatherElements',
    'MatMul',
    'ReduceMax',
  ];
  const first = graph.nodes.findIndex(({ op }) => op === 'Softmax');
  const seed = graph.nodes.findIndex(({ op, inputs: [x] }) => op === 'Reshape' && x?.name === 'lossScale');
  const loss = graph.nodes.slice(first, seed);
  expect(loss.length).toBeGreaterThan(100);
  expect(ofLoss.filter((op) => loss.some((node) => node.op === op))).toEqual(ofLoss);
  expect(loss.filter(isHalf).map(({ op, name }) => `${op} ${name}`)).toEqual([]);
});

function isHalf({ outputs }: Node): boolean {
  return outputs.some(({ dtype }: Value) => dtype === 'float16');
}

function weight(e: Expressions, name: string): Value {
  return e.builder.input(name, 'float32', [2, 2, 3, 3]);
}

/** Of x `[1, 2, 4, 4]`, negated at the end so that the graph's output is an operation of its own. */
function build(network: (e: Expressions, x: Value) => Value): Graph {
  const e = createExpressions(createGraphBuilder());
  const result = network(e, e.builder.input('x', 'float32', [1, 2, 4, 4]));
  return e.builder.finish('g', [e.builder.node('Neg', [result], {}, { outputs: ['y'] })[0]]);
}

function printHalved(network: (e: Expressions, x: Value) => Value): string[] {
  const graph = build(network);
  return list(halveFloats(graph, { eligible: new Set(graph.nodes) }));
}

/** The nodes with the type of their first output. */
function list(graph: Graph): string[] {
  const lines = printGraph(graph).split('\n');
  return lines.flatMap((line) => {
    const [, op, type] = line.match(/= (\w+)\(.*\).* : (\w+\[[\d,]*\])/) ?? [];
    return op && type ? [`${op} : ${type}`] : [];
  });
}
