/** A graph for one image, written so that it takes several: each gets what it gets alone. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { createGraphBuilder, type GraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import type { Value } from '../../../../src-main/engine/graph/ops.ts';
import { floatTensor } from '../../../../src-main/engine/graph/tensor.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';

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

async function run(file: Uint8Array, images: Float32Array): Promise<number[]> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const outputs = await session.run({ x: new OrtTensor('float32', images, [images.length / 12, 12]) });
  const [output] = session.outputNames.map((name) => outputs[name]);
  await session.release();
  return Array.from(output?.data as Float32Array);
}
