import { describe, expect, it } from 'vitest';
import { assertTrainable, listTrainable } from '../../../../src-main/engine/autodiff/trainable.ts';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import { floatTensor, fromNumbers } from '../../../../src-main/engine/graph/tensor.ts';

describe('assertTrainable', () => {
  it('passes a graph whose weights influence the output, also beside a path without gradient', () => {
    const { e, x, w } = start();
    const product = e.mul(x, w);
    const [steps] = e.builder.node('Floor', [product], {});
    const graph = e.builder.finish('g', [e.add(product, steps)]);
    expect(() => assertTrainable(graph)).not.toThrow();
    expect(graph.outputs.flatMap((output) => listTrainable(graph, output))).toEqual([w]);
  });

  it('names the node nearest to the output that no gradient passes', () => {
    const { e, x, w } = start();
    const [rounded] = e.builder.node('Round', [e.mul(x, w)], {}, { node: 'quantize' });
    const best = { axis: 0, keepDims: false, selectLast: false };
    const [index] = e.builder.node('ArgMax', [rounded], best, { node: 'decide' });
    expect(() => assertTrainable(e.builder.finish('g', [index]))).toThrow(
      expect.objectContaining({
        code: 'GRAPH_NOT_TRAINABLE',
        message: 'ArgMax decide has no gradient: its result is an index',
        data: { node: 'decide', op: 'ArgMax', reason: 'its result is an index' },
      }),
    );
  });

  it('does not take the indices of TopK for a way through', () => {
    const { e, x, w } = start();
    const attributes = { axis: 0, k: 1, largest: true };
    const [values, indices] = e.builder.node('TopK', [e.mul(x, w)], attributes, { node: 'best' });
    const graph = e.builder.finish('g', [values, indices]);
    expect(() => assertTrainable(graph, [values])).not.toThrow();
    expect(() => assertTrainable(graph, [indices])).toThrow('TopK best has no gradient');
  });

  it('asks for float32 where the weights have half precision, and for weights where there are none', () => {
    const e = createExpressions(createGraphBuilder());
    const x = e.builder.input('x', 'float16', [2]);
    const w = e.builder.constant(fromNumbers('float16', [2], [1, 2]), 'w');
    const [y] = e.builder.node('Mul', [x, w], {}, { outputs: ['y'] });
    const [z] = e.builder.node('Relu', [x], {}, { outputs: ['z'] });
    const graph = e.builder.finish('g', [y, z]);
    expect(() => assertTrainable(graph, [y])).toThrow('influence y, found weights of float16');
    expect(() => assertTrainable(graph, [z])).toThrow('influence z, found none');
  });
});

function start() {
  const e = createExpressions(createGraphBuilder());
  const x = e.builder.input('x', 'float32', [3]);
  return { e, x, w: e.builder.constant(floatTensor([1, 2, 3]), 'w') };
}
