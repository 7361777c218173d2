/** Optimizer steps inside the graph against torch.optim. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../src-main/engine/graph/expressions.ts';
import { floatTensor } from '../../src-main/engine/graph/tensor.ts';
import { writeOnnx } from '../../src-main/engine/onnx/write.ts';
import {
  clipGlobalNorm,
  createOptimizer,
  type Optimizer,
  type OptimizerOptions,
} from '../../src-main/engine/optim/optimizer.ts';
import { readGolden } from './golden-op.ts';

interface Fixture {
  readonly initial: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly rates: readonly number[];
  /** How many leading parameters decay. */
  readonly decayed: number;
  readonly cases: readonly {
    readonly options: OptimizerOptions;
    readonly trace: readonly (readonly number[])[];
    /** How many leading parameters decay here. */
    readonly decayed?: number;
    /** On the learning rate of the last two parameters. */
    readonly factor?: number;
  }[];
}

const { initial, gradients, rates, decayed, cases } = readGolden<Fixture>('optimizers');

describe.each(cases.map((one) => [JSON.stringify({ ...one, trace: undefined }), one] as const))(
  '%s',
  (_, one) => {
    const { options, trace } = one;
    it('takes the same steps as PyTorch', async () => {
      const optimizer = createOptimizer(options);
      const session = await InferenceSession.create(buildUpdate(optimizer, one), {
        intraOpNumThreads: 1,
      });
      let state = new Map<string, Float32Array>([
        ['parameters', Float32Array.from(initial)],
        ...optimizer.slots.map((name) => [name, new Float32Array(initial.length)] as const),
      ]);
      for (const [index, expected] of trace.entries()) {
        const scalars = optimizer.computeScalars(index + 1, rates[index] ?? 0);
        const feeds = [
          ['gradient', Float32Array.from(gradients[index] ?? [])] as const,
          ...state,
          ...optimizer.scalars.map(
            (name, position) => [name, Float32Array.of(scalars[position] ?? 0)] as const,
          ),
        ];
        const outputs = await session.run(
          Object.fromEntries(
            feeds.map(([name, values]) => [name, new Tensor('float32', values, [values.length])]),
          ),
        );
        state = new Map(
          [...state.keys()].map((name) => [name, outputs[`${name}.next`]?.data as Float32Array]),
        );
        state.get('parameters')?.forEach((value, position) => {
          expect(value).toBeCloseTo(expected[position] ?? Number.NaN, 5);
        });
      }
      await session.release();
    });
  },
);

function buildUpdate(optimizer: Optimizer, one: Fixture['cases'][number]): Uint8Array {
  const { weightDecay, clipNorm } = one.options;
  const decays = one.decayed ?? decayed;
  const e = createExpressions(createGraphBuilder());
  const vector = (name: string) => e.builder.input(name, 'float32', [initial.length]);
  const [parameters, gradient] = [vector('parameters'), vector('gradient')];
  const update = optimizer.update(e, {
    parameters,
    gradient: clipNorm === undefined ? gradient : clipGlobalNorm(e, gradient, clipNorm),
    decay: e.constant(floatTensor(initial.map((_, index) => (index < decays ? weightDecay : 0)))),
    slots: optimizer.slots.map(vector),
    ...(one.factor !== undefined && {
      multiplier: e.constant(
        floatTensor(initial.map((_, index) => (index < decayed ? 1 : (one.factor ?? 1)))),
      ),
    }),
    scalars: optimizer.scalars.map((name) => e.builder.input(name, 'float32', [1])),
  });
  const outputs = [update.parameters, ...update.slots].map((value, index) => {
    const name = `${['parameters', ...optimizer.slots][index]}.next`;
    return e.builder.node('Identity', [value], {}, { outputs: [name] })[0];
  });
  return writeOnnx(e.builder.finish('update', outputs));
}
