/** Where exporters let a classifier end, and what of it is its last layer. */
import { expect, it } from 'vitest';
import { floatTensor, int64Tensor } from '../../../../src-main/engine/graph/tensor.ts';
import { findForeignHead } from '../../../../src-main/engine/nn/foreign-head.ts';
import { encodeModel } from '../../../../src-main/engine/onnx/encode.ts';
import type { OnnxAttribute, OnnxNode } from '../../../../src-main/engine/onnx/model.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';

const axis = (value: number) => ({ axis: { kind: 'int', value } }) as const;

it.each<readonly [string, readonly OnnxNode[], logits: string]>([
  ['logits', [node('Identity', ['z'], ['y'])], 'y'],
  ['a softmax over the last axis', [node('Softmax', ['z'], ['y'], axis(-1))], 'z'],
  ['a logarithmic softmax', [node('LogSoftmax', ['z'], ['y'], axis(1))], 'z'],
  ['a sigmoid for each class', [node('Sigmoid', ['z'], ['y'])], 'z'],
  [
    'a temperature before the softmax',
    [node('Div', ['z', 'two'], ['t']), node('Softmax', ['t'], ['y'], axis(1))],
    't',
  ],
  ['a factor on its left', [node('Mul', ['two', 'z'], ['y'])], 'y'],
  ['the label alone', [node('ArgMax', ['z'], ['y'], axis(1))], 'z'],
  ['the best two', [node('Softmax', ['z'], ['p'], axis(1)), node('TopK', ['p', 'k'], ['y', 'i'])], 'z'],
])('finds the last layer before %s', (_, ending, logits) => {
  const head = findForeignHead(read(ending, ['y']));
  expect(head).toMatchObject({ classes: 3, classAxis: 0, names: ['w', 'b'] });
  expect(head.logits.name).toBe(logits);
});

it('looks past an output of labels to the one of probabilities', () => {
  const ending = [node('Softmax', ['features'], ['s'], axis(1)), node('Softmax', ['z'], ['y'], axis(1))];
  expect(findForeignHead(read(ending, ['s', 'y'])).logits.name).toBe('z');
});

it('names the node that two branches meet in', () => {
  const ending = [node('Tanh', ['z'], ['t']), node('Add', ['z', 't'], ['y'])];
  expect(() => findForeignHead(read(ending, ['y']))).toThrow(
    /^expected a classifier whose last layer is linear .*: Add \S+ joins two branches$/,
  );
});

function read(ending: readonly OnnxNode[], outputs: readonly string[]) {
  const open = (name: string) => ({ name, elementType: 1, shape: undefined });
  return readOnnx(
    encodeModel({
      irVersion: 8,
      producer: 'test',
      opsets: new Map([['', 13]]),
      metadata: new Map(),
      graph: {
        name: 'test',
        nodes: [
          node('Relu', ['x'], ['features']),
          node('Gemm', ['features', 'w', 'b'], ['z'], { transB: { kind: 'int', value: 1 } }),
          ...ending,
        ],
        initializers: new Map([
          ['w', floatTensor([1, 2, 3, 4, 5, 6], [3, 2])],
          ['b', floatTensor([1, 2, 3])],
          ['two', floatTensor([2])],
          ['k', int64Tensor([2])],
        ]),
        inputs: [{ name: 'x', elementType: 1, shape: [1, 2] }],
        outputs: outputs.map(open),
      },
    }),
  ).graph;
}

function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { name: '', opType, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}
