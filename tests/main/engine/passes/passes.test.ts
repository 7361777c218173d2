import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import type { Graph } from '../../../../src-main/engine/graph/ops.ts';
import { printGraph } from '../../../../src-main/engine/graph/printer.ts';
import { floatTensor, toNumbers } from '../../../../src-main/engine/graph/tensor.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { expandForWebGpu } from '../../../../src-main/engine/passes/expand-for-webgpu.ts';
import { foldConstants } from '../../../../src-main/engine/passes/fold-constants.ts';
import { foldNormalization } from '../../../../src-main/engine/passes/fold-normalization.ts';
import { removeDeadCode } from '../../../../src-main/engine/passes/remove-dead-code.ts';

describe('removeDeadCode', () => {
  it('drops nodes and constants that no output needs, and keeps the inputs', () => {
    const e = createExpressions(createGraphBuilder());
    const x = e.builder.input('x', 'float32', [2]);
    e.mul(e.unary('Exp', x), 3);
    const graph = removeDeadCode(e.builder.finish('g', [e.add(x, 1)]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Add']);
    expect(graph.initializers.size).toBe(1);
    expect(graph.inputs).toEqual([x]);
  });
});

describe('foldConstants', () => {
  it('computes arithmetic of constants, with broadcasting', () => {
    const e = createExpressions(createGraphBuilder());
    const x = e.builder.input('x', 'float32', [2, 3]);
    const table = e.transpose(e.constant(floatTensor([1, 2, 3, 4, 5, 6], [3, 2])), [1, 0]);
    const folded = e.mul(e.add(table, e.constant(floatTensor([10, 20, 30]))), 2);
    const [y] = e.builder.node('Add', [x, folded], {}, { outputs: ['y'] });
    const graph = foldConstants(e.builder.finish('g', [y]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Add']);
    const [constant] = [...graph.initializers.values()];
    expect(constant && toNumbers(constant)).toEqual([22, 46, 70, 24, 48, 72]);
  });

  it('leaves a graph without constants as it is', () => {
    const e = createExpressions(createGraphBuilder());
    const x = e.builder.input('x', 'float32', [2]);
    const [y] = e.builder.node('Relu', [e.unary('Exp', x)], {}, { outputs: ['y'] });
    const graph = e.builder.finish('g', [y]);
    expect(printGraph(foldConstants(graph))).toBe(printGraph(graph));
  });
});

describe('foldNormalization', () => {
  it('leaves a normalization whose convolution is read elsewhere too', () => {
    const e = createExpressions(createGraphBuilder());
    const x = e.builder.input('x', 'float32', [1, 1, 3, 3]);
    const w = e.constant(floatTensor(new Float32Array(9), [1, 1, 3, 3]));
    const vector = e.constant(floatTensor([1]));
    const conv = e.conv(x, w, { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 });
    const inputs = [conv, vector, vector, vector, vector] as const;
    const [normalized] = e.builder.node('BatchNormalization', inputs, { epsilon: 1e-5 });
    const shared = e.builder.finish('g', [normalized, conv]);
    expect(foldNormalization(shared).nodes.map(({ op }) => op)).toEqual(['Conv', 'BatchNormalization']);
    const alone = { ...shared, outputs: [normalized] };
    expect(foldNormalization(alone).nodes.map(({ op }) => op)).toEqual(['Conv']);
  });
});

describe('expandForWebGpu', () => {
  it('writes out signs and logarithms of softmax, of the same values', async () => {
    const e = createExpressions(createGraphBuilder());
    const x = e.builder.input('x', 'float32', [2, 3]);
    const [log] = e.builder.node('LogSoftmax', [x], { axis: 1 });
    const [y] = e.builder.node('Mul', [log, e.unary('Sign', x)], {}, { outputs: ['y'] });
    const graph = e.builder.finish('g', [y]);
    const expanded = expandForWebGpu(graph);
    const lacking: readonly string[] = ['Sign', 'LogSoftmax'];
    expect(expanded.nodes.filter(({ op }) => lacking.includes(op))).toEqual([]);
    const [expected, found] = [await run(graph), await run(expanded)];
    found.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 5);
    });
  });
});

async function run(graph: Graph): Promise<Float32Array> {
  const session = await InferenceSession.create(writeOnnx(graph), { logSeverityLevel: 3 });
  const x = new Tensor('float32', [-3, 0, 2, 0.5, -0, 90], [2, 3]);
  const [y] = Object.values(await session.run({ x }));
  await session.release();
  return y?.data as Float32Array;
}
