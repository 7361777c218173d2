/** Steps under a loss scale on a provider, all in float32: an overflow that is skipped, and the scale after it. */
import type { ProviderName } from '../../../src-main/engine/index.ts';
import { toTrainableModel } from '../../../src-main/engine/nn/classification-task.ts';
import { createClassifierFrom } from '../../../src-main/engine/nn/classifier.ts';
import { classifierHead, convolution } from '../../../src-main/engine/nn/layers.ts';
import type { Network } from '../../../src-main/engine/nn/network.ts';
import { lossScaling } from '../../../src-main/engine/optim/loss-scaling.ts';
import { createTrainingGraph } from '../../../src-main/engine/optim/training-graph.ts';
import { createStepWriter } from '../../../src-main/engine/runtime/step-file.ts';
import { createStepRunner, type StepFeed } from '../../../src-main/engine/runtime/step-runner.ts';

const [imageSize, batchSize] = [8, 2];

const network: Network = (scope, pixels) => {
  const x = convolution(scope, 'stem', pixels, { channels: 4, kernel: 3, stride: 2 });
  return classifierHead(scope, scope.e.unary('Relu', x), 2);
};

/** After each step the scale, the good steps, and whether the weights are what they were at first. */
export async function takeScaledSteps(provider: ProviderName) {
  const model = toTrainableModel(createClassifierFrom(network, { classes: 2, imageSize, seed: 1 }), 0.1);
  const optimizer = { kind: 'sgd', weightDecay: 0.01, clipNorm: 1 } as const;
  // no product is short enough for half precision, which a software device has not
  const training = createTrainingGraph({ model, batchSize, optimizer, amp: true, longestHalfSum: 0 });
  const startAt = (scale: number, goodSteps: number) => {
    const known = new Map<string, Float32Array>([
      ['parameters', model.initialParameters],
      ['lossScale', Float32Array.of(scale)],
      ['goodSteps', Float32Array.of(goodSteps)],
    ]);
    return new Map(
      training.state.map(({ name, length }) => [name, known.get(name) ?? new Float32Array(length)]),
    );
  };
  const runner = await createStepRunner({
    model: (await createStepWriter(provider))(training.graph),
    ...{ provider, threads: 1, state: startAt(Number.POSITIVE_INFINITY, 5), results: training.results },
  });
  const step = async () => {
    await runner.step(listFeeds(training.computeScalars(1, 0.1, 0)));
    const state = await runner.readState();
    const isSame = state.get('parameters')?.every((value, index) => value === model.initialParameters[index]);
    return { scale: state.get('lossScale')?.[0], goodSteps: state.get('goodSteps')?.[0], isSame };
  };
  const skipped = await step();
  runner.writeState(startAt(1024, lossScaling.growthInterval - 1));
  const outcomes = [skipped, await step(), await step()];
  await runner.dispose();
  return outcomes;
}

function listFeeds(scalars: ReadonlyMap<string, number>): ReadonlyMap<string, StepFeed> {
  const pixels = Uint8Array.from({ length: batchSize * imageSize ** 2 * 3 }, (_, i) => (i * 37) % 256);
  return new Map<string, StepFeed>([
    ['images', { dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3], elements: pixels }],
    ['labels', { dtype: 'int32', shape: [batchSize], elements: Int32Array.of(0, 1) }],
    ...[...scalars].map(
      ([name, value]) => [name, { dtype: 'float32', shape: [1], elements: Float32Array.of(value) }] as const,
    ),
  ]);
}
