import { expect, it } from 'vitest';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import { printGraph } from '../../../../src-main/engine/graph/printer.ts';
import { floatTensor } from '../../../../src-main/engine/graph/tensor.ts';

it('prints each node with its inputs and types, and of the rest what says something', () => {
  const builder = createGraphBuilder();
  const e = createExpressions(builder);
  const x = builder.input('x', 'float32', [8, 3, 40, 40]);
  const w = builder.constant(floatTensor(new Float32Array(64 * 27), [64, 3, 3, 3]), 'w');
  const window = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1] } as const;
  const [conv] = builder.node('Conv', [x, w], { ...window, group: 1 }, { node: '/model/stem/Conv' });
  const pool = { ...window, pads: [0, 0, 0, 0], strides: [2, 2], kernel: [2, 2] } as const;
  const [pooled] = builder.node('MaxPool', [conv], pool);
  const flat = e.reshape(e.add(pooled, 0.1), [8, 64 * 400]);
  const [y] = builder.node('ReduceMean', [flat], { axes: [1], keepDims: false }, { outputs: ['y'] });
  expect(printGraph(builder.finish('tiny', [y]))).toBe(`graph tiny(x : f32[8,3,40,40]) {
  const w : f32[64,3,3,3]
  %0 = Conv(x, w) {pads=[1,1,1,1]} : f32[8,64,40,40]  # /model/stem/Conv
  %1 = MaxPool(%0) {kernel=[2,2], strides=[2,2]} : f32[8,64,20,20]
  %2 = Add(%1, 0.1) : f32[8,64,20,20]
  %3 = Reshape(%2) : f32[8,25600]
  %4 = ReduceMean(%3) {axes=[1]} : f32[8]
  return y = %4
}
`);
});
