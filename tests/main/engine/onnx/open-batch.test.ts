/** A graph for one image, written so that it takes several: each gets what it gets alone. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { createGraphBuilder, type GraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import type { Value } from '../../../../src-main/engine/graph/ops.ts';
import { floatTensor, int64Tensor } from '../../../../src-main/engine/graph/tensor.ts';
import { readBatched } from '../../../../src-main/engine/nn/read-batched.ts';
import { encodeModel } from '../../../../src-main/engine/onnx/encode.ts';
import type { OnnxAttribute } from '../../../../src-main/engine/onnx/model.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { setBatch } from '../../../../src-main/engine/passes/set-batch.ts';

type Build = (b: GraphBuilder, x: Value) => Value;

const graphs: readonly (readonly [string, Build])[] = [
  [
    'a class token before the patches of a vision transformer',
    (b, x) => {
      const token = b.constant(floatTensor([1, 2, 3], [1, 1, 3]), 'token');
      const [patches] = b.node('Reshape', [x], { shape: [1, 4, 3] });
      return b.node('Concat', [token, patches], { axis: 1 })[0];
    },
  ],
  [
    'windows that a shifted-window transformer cuts and joins',
    (b, x) => {
      const [cut] = b.node('Reshape', [x], { shape: [1, 2, 2, 3] });
      const [turned] = b.node('Transpose', [cut], { permutation: [0, 2, 1, 3] });
      const [windows] = b.node('Reshape', [turned], { shape: [2, 2, 3] });
      const [shares] = b.node('Softmax', [windows], { axis: 1 });
      return b.node('Reshape', [shares], { shape: [1, 4, 3] })[0];
    },
  ],
  [
    'a token that is joined to windows',
    (b, x) => {
      const token = b.constant(floatTensor([1, 2, 3], [1, 1, 3]), 'token');
      const [wide] = b.node('Reshape', [x], { shape: [1, 4, 3] });
      const [both] = b.node('Concat', [wide, token, token], { axis: 1 });
      return b.node('Reshape', [both], { shape: [1, 2, 9] })[0];
    },
  ],
];

it.each(graphs)('%s', async (_, build) => {
  const builder = createGraphBuilder();
  const graph = builder.finish('one', [build(builder, builder.input('x', 'float32', [1, 12]))]);
  const file = writeOnnx(graph, { symbolicBatch: 1 });
  const images = Float32Array.from({ length: 36 }, (_, index) => Math.sin(index * 1.7));
  const alone = await Promise.all([0, 1, 2].map((at) => run(file, images.slice(at * 12, at * 12 + 12))));
  expect(await run(file, images)).toEqual(alone.flat());
  expect(() => readOnnx(file)).not.toThrow();
});

/** As torch.nn.MultiheadAttention is exported: heads and images on one axis, then positions and images. */
function attentionFile(): Uint8Array {
  const perm = (...value: number[]) => ({ perm: { kind: 'ints', value } }) as const;
  const node = (
    opType: string,
    inputs: string[],
    output: string,
    attributes: Record<string, OnnxAttribute> = {},
  ) => ({
    ...{ name: output, opType, domain: '', inputs, outputs: [output] },
    attributes: new Map(Object.entries(attributes)),
  });
  const nodes = [
    node('Reshape', ['x', 'patches'], 'p'),
    node('Transpose', ['p'], 'first', perm(1, 0, 2)),
    node('Reshape', ['first', 'heads'], 'h'),
    node('Transpose', ['h'], 'q', perm(1, 0, 2)),
    node('Transpose', ['h'], 'k', perm(1, 2, 0)),
    node('MatMul', ['q', 'k'], 'scores'),
    node('Softmax', ['scores'], 'weights', { axis: { kind: 'int', value: 2 } }),
    node('MatMul', ['weights', 'q'], 'a'),
    node('Transpose', ['a'], 'back', perm(1, 0, 2)),
    node('Reshape', ['back', 'rows'], 'r'),
    node('MatMul', ['r', 'w'], 'm'),
    node('Reshape', ['m', 'positions'], 'y3'),
    node('ReduceMean', ['y3'], 'y', {
      axes: { kind: 'ints', value: [0] },
      keepdims: { kind: 'int', value: 0 },
    }),
  ];
  const initializers = new Map([
    ['patches', int64Tensor([-1, 3, 4])],
    ['heads', int64Tensor([3, -1, 2])],
    ['rows', int64Tensor([-1, 4])],
    ['positions', int64Tensor([3, -1, 4])],
    [
      'w',
      floatTensor(
        Array.from({ length: 16 }, (_, index) => Math.cos(index)),
        [4, 4],
      ),
    ],
  ]);
  const inputs = [{ name: 'x', elementType: 1, shape: ['n', 12] }];
  const outputs = [{ name: 'y', elementType: 1, shape: ['n', 4] }];
  const graph = { name: 'attention', nodes, initializers, inputs, outputs };
  return encodeModel({ irVersion: 8, producer: '', opsets: new Map([['', 13]]), metadata: new Map(), graph });
}

it('learns from the file for two images where heads, positions and images share an axis', async () => {
  const file = attentionFile();
  const images = Float32Array.from({ length: 36 }, (_, index) => Math.sin(index * 1.7));
  const expected = await run(file, images);
  const { graph } = readBatched(file, { x: [1, 12] });
  expect(await run(writeOnnx(graph, { symbolicBatch: 1 }), images)).toEqual(expected);
  expect(await run(writeOnnx(setBatch(graph, 3)), images)).toEqual(expected);
});

async function run(file: Uint8Array, images: Float32Array): Promise<number[]> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const outputs = await session.run({ x: new OrtTensor('float32', images, [images.length / 12, 12]) });
  const [output] = session.outputNames.map((name) => outputs[name]);
  await session.release();
  return Array.from(output?.data as Float32Array);
}
