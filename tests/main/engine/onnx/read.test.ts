/** What other writers do, and what must be refused. */
import { describe, expect, it } from 'vitest';
import { printGraph } from '../../../../src-main/engine/graph/printer.ts';
import { floatTensor, int64Tensor } from '../../../../src-main/engine/graph/tensor.ts';
import { encodeModel } from '../../../../src-main/engine/onnx/encode.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../../../../src-main/engine/onnx/model.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';

describe('readOnnx', () => {
  it('reads a constant node, an initializer that is also an input, and a symbolic batch', () => {
    const bytes = encode({
      nodes: [
        node('Constant', [], ['shape'], { value: { kind: 'tensor', value: int64Tensor([0, -1]) } }),
        node('Reshape', ['x', 'shape'], ['flat']),
        node('MatMul', ['flat', 'w'], ['y']),
      ],
      initializers: new Map([['w', floatTensor(new Float32Array(12), [6, 2])]]),
      inputs: [value('x', ['batch', 2, 3]), value('w', [6, 2])],
      outputs: [value('y', ['batch', 2])],
    });
    expect(printGraph(readOnnx(bytes, { sizes: { batch: 4 } }).graph)).toBe(`graph test(x : f32[4,2,3]) {
  const w : f32[6,2]
  %0 = Reshape(x) : f32[4,6]  # n-Reshape
  %1 = MatMul(%0, w) : f32[4,2]  # n-MatMul
  return y = %1
}
`);
  });

  it('works automatic pads out', () => {
    const attributes = {
      auto_pad: { kind: 'string', value: 'SAME_UPPER' },
      strides: { kind: 'ints', value: [2, 2] },
    } as const;
    const bytes = encode({
      nodes: [node('Conv', ['x', 'w'], ['y'], attributes)],
      initializers: new Map([['w', floatTensor(new Float32Array(9), [1, 1, 3, 3])]]),
      inputs: [value('x', [1, 1, 6, 5])],
      outputs: [value('y', [1, 1, 3, 3])],
    });
    expect(printGraph(readOnnx(bytes).graph)).toContain('pads=[0,1,1,1]');
  });

  it('reads an old softmax over several axes as one', () => {
    const bytes = encode(
      {
        nodes: [node('Softmax', ['x'], ['y'])],
        inputs: [value('x', [2, 3, 4])],
        outputs: [value('y', [2, 3, 4])],
      },
      11,
    );
    expect(printGraph(readOnnx(bytes).graph)).toContain('Softmax(%0) {axis=1} : f32[2,12]');
  });

  it('names the node of an unknown operation', () => {
    const bytes = encode({
      nodes: [node('Unique', ['x'], ['y'])],
      inputs: [value('x', [1])],
      outputs: [value('y', [1])],
    });
    expect(() => readOnnx(bytes)).toThrow(
      expect.objectContaining({
        code: 'GRAPH_NOT_TRAINABLE',
        message: expect.stringContaining('Unique n-Unique'),
      }),
    );
  });

  it('refuses an unknown opset, a dangling name and a cycle', () => {
    const io = { inputs: [value('x', [1])], outputs: [value('y', [1])] };
    expect(() => readOnnx(encode({ nodes: [node('Relu', ['x'], ['y'])], ...io }, 99))).toThrow('found 99');
    expect(() => readOnnx(encode({ nodes: [node('Relu', ['z'], ['y'])], ...io }))).toThrow(
      'z is read before it is made',
    );
    const cycle = [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['b'], ['y'])];
    expect(() => readOnnx(encode({ nodes: cycle, ...io }))).toThrow('b is read before it is made');
  });

  it('refuses a tensor whose shape and data disagree, without allocating the shape', () => {
    const huge = { ...floatTensor([1]), shape: [2 ** 20, 2 ** 20] };
    const bytes = encode({ initializers: new Map([['w', huge]]) });
    expect(() => readOnnx(bytes)).toThrow(
      'tensor w: shape [1048576,1048576] wants 1099511627776 elements, found 1',
    );
  });

  it('answers every truncation and every flipped byte with an error of its own or a graph, never a crash', () => {
    const bytes = encode({
      nodes: [node('Conv', ['x', 'w'], ['y'], { pads: { kind: 'ints', value: [1, 1, 1, 1] } })],
      initializers: new Map([['w', floatTensor(new Float32Array(9), [1, 1, 3, 3])]]),
      inputs: [value('x', [1, 1, 4, 4])],
      outputs: [value('y', [1, 1, 4, 4])],
    });
    const attempts = [...bytes.keys()].flatMap((index) => [
      bytes.subarray(0, index),
      ...[0x00, 0x7f, 0x80, 0xff].map((byte) => bytes.with(index, byte)),
    ]);
    for (const attempt of attempts) {
      try {
        readOnnx(attempt);
      } catch (error) {
        expect(error).toMatchObject({ name: 'AppError' });
      }
    }
  });
});

function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  const entries = new Map(Object.entries(attributes));
  return { name: `n-${opType}`, opType, domain: '', inputs, outputs, attributes: entries };
}

function value(name: string, shape: readonly (number | string)[]) {
  return { name, elementType: 1, shape };
}

function encode(graph: Partial<OnnxGraph>, opset = 21): Uint8Array {
  return encodeModel({
    irVersion: 8,
    producer: 'test',
    opsets: new Map([['', opset]]),
    metadata: new Map(),
    graph: { name: 'test', nodes: [], initializers: new Map(), inputs: [], outputs: [], ...graph },
  });
}
