/** What the writer writes, the reader reads back as the same graph. */
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import type { Graph } from '../../../../src-main/engine/graph/ops.ts';
import { printGraph } from '../../../../src-main/engine/graph/printer.ts';
import { toTrainableModel } from '../../../../src-main/engine/nn/classification-task.ts';
import { createClassifier } from '../../../../src-main/engine/nn/classifier.ts';
import { createInferenceGraph } from '../../../../src-main/engine/nn/inference-graph.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { createTrainingGraph } from '../../../../src-main/engine/optim/training-graph.ts';
import { buildCaseGraph, type GoldenCase, readGolden } from '../../../numerics/golden-op.ts';

/** ONNX has no operation for these: they are written as others. */
const composed: readonly string[] = ['StopGradient', 'NonMaxSuppression'];

describe('write and read', () => {
  it.each(
    readGolden<readonly GoldenCase[]>('op-gradients')
      .filter(({ op }) => !composed.includes(op))
      .map((one) => [`${one.op} ${one.name}`, one] as const),
  )('keeps the graph of %s and its gradient', (_, golden) => {
    expectRoundTrip(buildCaseGraph(golden));
  });

  it('keeps a whole training step and a whole classifier', () => {
    const model = createClassifier({ architecture: 'classifier-nano', classes: 3, imageSize: 32, seed: 1 });
    const trainable = toTrainableModel(model, 0.1);
    const optimizer = { kind: 'adamw', weightDecay: 0.1, clipNorm: 1, emaDecay: 0.9 } as const;
    expectRoundTrip(createTrainingGraph({ model: trainable, batchSize: 2, optimizer }).graph);
    const statistics = new Float32Array(
      2 * model.statistics.reduce((sum, { channels }) => sum + channels, 0),
    ).fill(1);
    expectRoundTrip(createInferenceGraph(trainable, { parameters: model.initialParameters, statistics }));
  });

  it('keeps metadata, also with other alphabets', () => {
    const builder = createGraphBuilder();
    const [y] = builder.node('Relu', [builder.input('x', 'float32', [1])], {});
    const bytes = writeOnnx(builder.finish('tiny', [y]), { metadata: { names: '["葉","lá"]', size: '28' } });
    expect(Object.fromEntries(readOnnx(bytes).metadata)).toEqual({ names: '["葉","lá"]', size: '28' });
  });
});

/** Constants that only carry attributes have names of their own; all else must be equal. */
function expectRoundTrip(graph: Graph): void {
  const { graph: again } = readOnnx(writeOnnx(graph));
  expect(printGraph(again)).toBe(printGraph(graph));
  for (const [value, tensor] of graph.initializers) {
    const found = [...again.initializers].find(([other]) => other.name === value.name)?.[1];
    expect(found).toEqual(tensor);
  }
}
