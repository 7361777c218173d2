import { describe, expect, it } from 'vitest';
import { createGraphBuilder, createNode } from '../../../../src-main/engine/graph/builder.ts';
import type { Graph, Value } from '../../../../src-main/engine/graph/ops.ts';
import { floatTensor } from '../../../../src-main/engine/graph/tensor.ts';
import { verifyGraph } from '../../../../src-main/engine/graph/verifier.ts';

const x: Value = { name: 'x', dtype: 'float32', shape: [2, 3] };
const y: Value = { name: 'y', dtype: 'float32', shape: [2, 3] };

describe('verifyGraph', () => {
  it('accepts a graph that fits together', () => {
    const graph = assemble({});
    expect(verifyGraph(graph)).toBe(graph);
  });

  it('refuses a node that reads a value before it is made', () => {
    const stranger: Value = { ...x, name: 'stranger' };
    const nodes = [createNode('Relu', 'relu', [stranger], {}, [y])];
    expect(() => verifyGraph(assemble({ nodes }))).toThrow('Relu relu: reads stranger before it is made');
  });

  it('refuses an output whose declared shape is not the inferred one', () => {
    const wrong: Value = { ...y, shape: [3, 2] };
    const graph = assemble({ nodes: [createNode('Relu', 'relu', [x], {}, [wrong])], outputs: [wrong] });
    expect(() => verifyGraph(graph)).toThrow('output y is declared f32[3,2] but must be f32[2,3]');
  });

  it('refuses a name that is used twice', () => {
    const graph = assemble({ nodes: [createNode('Relu', 'relu', [x], {}, [{ ...y, name: 'x' }])] });
    expect(() => verifyGraph(graph)).toThrow('the value name x is used twice');
  });

  it('refuses an output that no node makes', () => {
    expect(() => verifyGraph(assemble({ nodes: [] }))).toThrow('output y is made by no node');
  });

  it('refuses an initializer whose tensor has another type', () => {
    const graph = assemble({ initializers: new Map([[{ ...x, name: 'w' }, floatTensor([1, 2])]]) });
    expect(() => verifyGraph(graph)).toThrow('initializer w is declared f32[2,3] but must be f32[2]');
  });
});

describe('the builder', () => {
  it('names node, expectation and shapes when a weight does not fit', () => {
    const builder = createGraphBuilder();
    const picture = builder.input('picture', 'float32', [1, 4, 8, 8]);
    const weight = builder.input('weight', 'float32', [8, 3, 3, 3]);
    const window = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 } as const;
    expect(() => builder.node('Conv', [picture, weight], window, { node: '/model.3/Conv' })).toThrow(
      'Conv /model.3/Conv: weight expects 3 input channels, got 4 (inputs f32[1,4,8,8], f32[8,3,3,3])',
    );
  });

  it.each([
    ['Add', [[2, 3], [4]], {}, '[2,3] and [4] do not broadcast'],
    [
      'MatMul',
      [
        [2, 3],
        [4, 2],
      ],
      {},
      'inner sizes differ: 3 and 4',
    ],
    ['Reshape', [[2, 3]], { shape: [4] }, 'cannot reshape to [4]'],
    ['Transpose', [[2, 3]], { permutation: [0, 0] }, '[0,0] does not order the axes'],
    [
      'MaxPool',
      [[1, 1, 2, 2]],
      { kernel: [3, 3], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] },
      'a window of 3 does not fit into 2',
    ],
  ] as const)('refuses %s of shapes that do not fit', (op, shapes, attributes, message) => {
    const builder = createGraphBuilder();
    const inputs = shapes.map((shape, index) => builder.input(`x${index}`, 'float32', shape));
    expect(() => builder.node(op, inputs as never, attributes as never)).toThrow(message);
  });
});

function assemble(changes: Partial<Graph>): Graph {
  return {
    name: 'test',
    inputs: [x],
    initializers: new Map(),
    nodes: [createNode('Relu', 'relu', [x], {}, [y])],
    outputs: [y],
    ...changes,
  };
}
