import { expect, it } from 'vitest';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { printGraph } from '../../../../src-main/engine/graph/printer.ts';
import { floatTensor } from '../../../../src-main/engine/graph/tensor.ts';

it('prints each node with its inputs, attributes and types', () => {
  const builder = createGraphBuilder();
  const x = builder.input('x', 'float32', [8, 3, 40, 40]);
  const w = builder.constant(floatTensor(new Float32Array(64 * 27), [64, 3, 3, 3]), 'w');
  const window = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;
  const [conv] = builder.node('Conv', [x, w], window);
  const [clipped] = builder.node('Clip', [conv], { min: 0, max: Number.POSITIVE_INFINITY });
  const [y] = builder.node('ReduceMean', [clipped], { axes: [2, 3], keepDims: false }, { outputs: ['y'] });
  expect(printGraph(builder.finish('tiny', [y]))).toBe(`graph tiny(x : f32[8,3,40,40]) {
  const w : f32[64,3,3,3]
  %0 = Conv(x, w) {dilations=[1,1], group=1, pads=[1,1,1,1], strides=[1,1]} : f32[8,64,40,40]
  %1 = Clip(%0) {max=Infinity, min=0} : f32[8,64,40,40]
  %y = ReduceMean(%1) {axes=[2,3], keepDims=false} : f32[8,64]
  return %y
}
`);
});
