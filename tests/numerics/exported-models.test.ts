/** Whole networks as PyTorch exports them: outputs, and the gradient of every parameter, against PyTorch. */
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src-main/engine/autodiff/differentiate.ts';
import { assertTrainable } from '../../src-main/engine/autodiff/trainable.ts';
import { appendGraph } from '../../src-main/engine/graph/append.ts';
import { createGraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../src-main/engine/graph/expressions.ts';
import type { Graph, Value } from '../../src-main/engine/graph/ops.ts';
import { countElements, floatTensor, sizeOf } from '../../src-main/engine/graph/tensor.ts';
import { readOnnx } from '../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../src-main/engine/onnx/write.ts';
import { removeDeadCode } from '../../src-main/engine/passes/remove-dead-code.ts';
import { expectClose, readGolden } from './golden-op.ts';

interface ExportedCase {
  readonly file: string;
  /** Of the input: sin(0.37 i) for floats, i mod 50 for tokens. */
  readonly shape: readonly number[];
  readonly y: readonly number[];
  /** Σ over j of d sum(y cos(i)) / d parameter[j] times sin(j + 1), by parameter. */
  readonly gradients: Readonly<Record<string, number>>;
}

const cases = readGolden<readonly ExportedCase[]>('exported-models');

describe.each(cases.map((one) => [one.file, one] as const))('%s', (_, one) => {
  it('has the outputs of PyTorch, and the gradient of each parameter', async () => {
    const path = `${import.meta.dirname}/../fixtures/engine/exports/${one.file}`;
    const { graph } = readOnnx(readFileSync(path), { inputShapes: { x: one.shape } });
    assertTrainable(graph);
    const session = await InferenceSession.create(writeOnnx(buildStep(graph, one)), {
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    const outputs = await session.run({ x: createInput(graph) });
    await session.release();
    expectClose(outputs['y.out']?.data as Float32Array, { shape: [], values: one.y });
    for (const [name, projection] of Object.entries(one.gradients)) {
      const gradient = outputs[`${name}.gradient`]?.data as Float32Array;
      const found = gradient.reduce((sum, value, index) => sum + value * Math.sin(index + 1), 0);
      const scale = Math.max(1e-2, Math.hypot(...gradient));
      expect(Math.abs(found - projection) / scale, name).toBeLessThan(1e-3);
    }
  });
});

/** `y.out`, and `<parameter>.gradient` of sum(y cos(i)) for each parameter that PyTorch names. */
function buildStep(graph: Graph, { gradients }: ExportedCase): Graph {
  const e = createExpressions(createGraphBuilder());
  const inputs = graph.inputs.map(
    (value) => [value, e.builder.input(value.name, value.dtype, value.shape)] as const,
  );
  const images = appendGraph(e.builder, graph, new Map(inputs));
  const find = (name: string): Value => {
    const value = [...graph.initializers.keys(), ...graph.outputs].find((one) => one.name === name);
    const image = value && images.get(value);
    if (!image) throw new Error(`the file has no ${name}`);
    return image;
  };
  const y = find('y');
  const cosines = Array.from({ length: countElements(y.shape) }, (_, index) => Math.cos(index));
  const weighted = e.mul(y, e.constant(floatTensor(cosines, y.shape)));
  const loss = e.sum(
    weighted,
    weighted.shape.map((_, axis) => axis),
    false,
  );
  const names = Object.keys(gradients);
  const found = differentiate(e, loss, names.map(find));
  const rename = (value: Value, to: string) => e.builder.node('Identity', [value], {}, { outputs: [to] })[0];
  const outputs = found.map((gradient, index) => rename(gradient, `${names[index]}.gradient`));
  return removeDeadCode(e.builder.finish('step', [rename(y, 'y.out'), ...outputs]));
}

function createInput({ inputs: [input] }: Graph): Tensor {
  if (!input) throw new Error('the file has no input');
  const length = countElements(input.shape);
  if (input.dtype === 'int64') {
    return new Tensor(
      'int64',
      BigInt64Array.from({ length }, (_, index) => BigInt(index % 50)),
      input.shape,
    );
  }
  expect(sizeOf(input.shape, 1)).toBe(3);
  return new Tensor(
    'float32',
    Float32Array.from({ length }, (_, index) => Math.sin(index * 0.37)),
    input.shape,
  );
}
