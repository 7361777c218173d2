import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { differentiate } from '../../src-main/engine/autodiff/differentiate.ts';
import { createGraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../src-main/engine/graph/expressions.ts';
import { softmaxCrossEntropy } from '../../src-main/engine/nn/losses.ts';
import { writeOnnx } from '../../src-main/engine/onnx/write.ts';

it('keeps the cross-entropy and its gradient finite and right for logits that would overflow exp', async () => {
  const e = createExpressions(createGraphBuilder());
  const logits = e.builder.input('logits', 'float32', [2, 2]);
  const labels = e.builder.input('labels', 'int32', [2]);
  const loss = softmaxCrossEntropy(e, logits, labels, 0);
  const [gradient] = differentiate(e, loss, [logits]);
  if (!gradient) throw new Error('no gradient');
  const graph = e.builder.finish('loss', [loss, gradient]);
  const session = await InferenceSession.create(writeOnnx(graph), { intraOpNumThreads: 1 });
  const outputs = await session.run({
    logits: new Tensor('float32', [1e4, -1e4, 0, 0], [2, 2]),
    labels: new Tensor('int32', [1, 0], [2]),
  });
  // (20000 + ln 2) / 2, and (softmax - one-hot) / 2
  expect(outputs[loss.name]?.data[0]).toBeCloseTo(10_000.35, 1);
  expect(Array.from(outputs[gradient.name]?.data as Float32Array)).toEqual([0.5, -0.5, -0.25, 0.25]);
  await session.release();
});
