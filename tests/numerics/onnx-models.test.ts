/** Models as other tools write them: what the reader composes of our operations has PyTorch's values and gradients. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, it } from 'vitest';
import { differentiate } from '../../src-main/engine/autodiff/differentiate.ts';
import { appendGraph } from '../../src-main/engine/graph/append.ts';
import { createGraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../src-main/engine/graph/expressions.ts';
import type { Graph, Value } from '../../src-main/engine/graph/ops.ts';
import { floatTensor } from '../../src-main/engine/graph/tensor.ts';
import { readOnnx } from '../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../src-main/engine/onnx/write.ts';
import { removeDeadCode } from '../../src-main/engine/passes/remove-dead-code.ts';
import { expectClose, type GoldenTensor, readGolden } from './golden-op.ts';

interface ModelCase {
  readonly name: string;
  /** base64 */
  readonly model: string;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly cotangent: GoldenTensor;
  readonly output: GoldenTensor;
  readonly gradients: Readonly<Record<string, GoldenTensor>>;
}

const cases = readGolden<readonly ModelCase[]>('onnx-models');

describe.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
  it('has the values and gradients of PyTorch', async () => {
    const graph = buildGradients(readOnnx(Buffer.from(one.model, 'base64')).graph, one.cotangent);
    const session = await InferenceSession.create(writeOnnx(graph), {
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    const feeds = Object.entries(one.inputs).map(([name, { values, shape }]) => {
      return [name, new Tensor('float32', Float32Array.from(values), shape)] as const;
    });
    const outputs = await session.run(Object.fromEntries(feeds));
    await session.release();
    expectClose(outputs['y.out']?.data as Float32Array, one.output);
    for (const [name, gradient] of Object.entries(one.gradients)) {
      expectClose(outputs[`${name}.gradient`]?.data as Float32Array, gradient);
    }
  });
});

/** The model's output as `y.out`, and d sum(y c) / d input as `<input>.gradient`. */
function buildGradients(model: Graph, cotangent: GoldenTensor): Graph {
  const e = createExpressions(createGraphBuilder());
  const inputs = model.inputs.map((value) => e.builder.input(value.name, value.dtype, value.shape));
  const images = appendGraph(
    e.builder,
    model,
    new Map(model.inputs.map((value, index) => [value, at(inputs, index)])),
  );
  const y = images.get(at(model.outputs, 0));
  if (!y) throw new Error('no output');
  const weighted = e.mul(y, e.constant(floatTensor(cotangent.values, cotangent.shape)));
  const loss = e.sum(
    weighted,
    weighted.shape.map((_, axis) => axis),
    false,
  );
  const gradients = differentiate(e, loss, inputs);
  const name = (value: Value, to: string) => e.builder.node('Identity', [value], {}, { outputs: [to] })[0];
  return removeDeadCode(
    e.builder.finish('gradients', [
      name(y, 'y.out'),
      ...gradients.map((gradient, index) => name(gradient, `${at(inputs, index).name}.gradient`)),
    ]),
  );
}

function at(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (!value) throw new Error(`no value ${index}`);
  return value;
}
