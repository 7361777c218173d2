/** What is frozen stays, costs nothing, and the rest learns. */
import { describe, expect, it } from 'vitest';
import { countElements } from '../../../../src-main/engine/graph/tensor.ts';
import { toTrainableModel } from '../../../../src-main/engine/nn/classification-task.ts';
import { createClassifier } from '../../../../src-main/engine/nn/classifier.ts';
import type { OptimizerOptions } from '../../../../src-main/engine/optim/optimizer.ts';
import { createTrainingGraph } from '../../../../src-main/engine/optim/training-graph.ts';
import { createTrainer } from '../../../../src-main/engine/trainer.ts';
import { decodeTrainerState } from '../../../../src-main/engine/trainer-state.ts';

const model = createClassifier({ architecture: 'classifier-nano', classes: 2, imageSize: 16, seed: 1 });

describe('freezing by name', () => {
  it.each(['adamw', 'sgd', 'rmsprop', 'lion'] as const)(
    'keeps all but the head to the bit with %s',
    async (kind) => {
      const optimizer: OptimizerOptions = { kind, weightDecay: 0.1, frozen: ['st*'] };
      const trainer = await createTrainer({
        model,
        batchSize: 2,
        optimizer,
        labelSmoothing: 0,
        provider: 'cpu',
        threads: 1,
      });
      const images = Uint8Array.from({ length: 2 * 16 * 16 * 3 }, (_, index) => (index * 37) % 256);
      for (let step = 0; step < 3; step++) await trainer.step(images, Int32Array.of(0, 1), 0.01);
      const { vectors } = decodeTrainerState(await trainer.readState());
      await trainer.dispose();
      expect(listChanged(vectors.get('parameters') ?? new Float32Array())).toEqual([
        'head.weight',
        'head.bias',
      ]);
    },
  );

  it('computes no gradient of what is frozen', () => {
    const count = (frozen: readonly string[]) => createGraph({ frozen }).nodes.length;
    expect(count(['stem*', 'stage1*'])).toBeLessThan(count([]));
    expect(count(['st*'])).toBeLessThan(count([]) / 2);
  });

  it('refuses patterns that match nothing, and to freeze everything', () => {
    expect(() => createGraph({ frozen: ['stagge*'] })).toThrow('got stagge*');
    expect(() => createGraph({ frozen: ['*'] })).toThrow('every parameter is frozen');
    expect(() => createGraph({ rateMultipliers: [{ pattern: 'tail.*', factor: 2 }] })).toThrow('got tail.*');
  });
});

function createGraph(options: Partial<OptimizerOptions>) {
  const optimizer = { kind: 'adamw', weightDecay: 0.1, ...options } as const;
  return createTrainingGraph({ model: toTrainableModel(model, 0), batchSize: 2, optimizer }).graph;
}

function listChanged(parameters: Float32Array): string[] {
  let offset = 0;
  return model.parameters.flatMap(({ name, shape }) => {
    const start = offset;
    offset += countElements(shape);
    const isSame = parameters
      .subarray(start, offset)
      .every((value, index) => value === model.initialParameters[start + index]);
    return isSame ? [] : [name];
  });
}
