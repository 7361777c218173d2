/** The golden cases of op-gradients.json, and the graph that computes one of them with its gradients. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { differentiate } from '../../src-main/engine/autodiff/differentiate.ts';
import { createGraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { createExpressions, type Expressions } from '../../src-main/engine/graph/expressions.ts';
import type { Graph, OpKind, OpTable, Value } from '../../src-main/engine/graph/ops.ts';
import { type DType, floatTensor } from '../../src-main/engine/graph/tensor.ts';
import { writeOnnx } from '../../src-main/engine/onnx/write.ts';
import { expandForWebGpu } from '../../src-main/engine/passes/expand-for-webgpu.ts';
import { removeDeadCode } from '../../src-main/engine/passes/remove-dead-code.ts';

export interface GoldenTensor {
  /** float32 if absent; the graph casts from it. */
  readonly dtype?: DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface GoldenCase {
  readonly op: OpKind;
  readonly name: string;
  readonly attributes: OpTable[OpKind]['attributes'];
  /** False where finite differences do not hold. */
  readonly smooth: boolean;
  readonly inputs: readonly GoldenTensor[];
  /** The output that is compared; the first if absent, the weighted sum 1 y₀ + 2 y₁ + … for `sum`. */
  readonly take?: number | 'sum';
  readonly cotangent: GoldenTensor;
  readonly output: GoldenTensor;
  /** Null for inputs without a gradient. */
  readonly gradients: readonly (GoldenTensor | null)[];
}

export function readGolden<T>(name: string): T {
  const path = `${import.meta.dirname}/../fixtures/engine/${name}.json`;
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

export interface CaseResult {
  /** sum(y * cotangent) */
  readonly loss: number;
  readonly output: Float32Array;
  /** By input position. */
  readonly gradients: ReadonlyMap<number, Float32Array>;
}

export interface CaseRunner {
  run(inputs: readonly Float32Array[]): Promise<CaseResult>;
  dispose(): Promise<void>;
}

/**
 * Inputs `x0`, `x1`, …; outputs `loss`, `y`, and `g<position>` for each differentiated input.
 * @param wrap put around each float that goes into the operation or comes out of it; it must not change the values
 */
export function buildCaseGraph(
  golden: GoldenCase,
  wrap: (e: Expressions, x: Value) => Value = (_, x) => x,
): Graph {
  const e = createExpressions(createGraphBuilder());
  const leaves = golden.inputs.map(({ shape }, index) => e.builder.input(`x${index}`, 'float32', shape));
  const inputs = leaves.map((leaf, index) =>
    golden.op === 'Where' && index === 0
      ? e.builder.node('Greater', [leaf, e.scalar(0.5)], {})[0]
      : golden.op === 'BatchNormalizationTraining' && index >= 3
        ? e.add(leaf, leaf)
        : e.cast(leaf, golden.inputs[index]?.dtype ?? 'float32'),
  );
  const wrapFloat = (x: Value) => (x.dtype === 'float32' ? wrap(e, x) : x);
  const y = e.cast(wrapFloat(applyOp(e, golden, inputs.map(wrapFloat))), 'float32');
  const weighted = e.mul(y, e.constant(floatTensor(golden.cotangent.values, golden.cotangent.shape)));
  const loss = e.sum(
    weighted,
    weighted.shape.map((_, axis) => axis),
    false,
  );
  const positions = listDifferentiated(golden);
  const gradients = differentiate(
    e,
    loss,
    positions.flatMap((position) => leaves[position] ?? []),
  );
  const rename = (value: Value, name: string) =>
    e.builder.node('Identity', [value], {}, { outputs: [name] })[0];
  const graph = e.builder.finish('case', [
    rename(loss, 'loss'),
    rename(y, 'y'),
    ...gradients.map((gradient, index) => rename(gradient, `g${positions[index]}`)),
  ]);
  return removeDeadCode(graph);
}

/** On a GPU, operations that its provider lacks run on the CPU. */
export async function createCaseRunner(
  golden: GoldenCase,
  provider: 'cpu' | 'webgpu' = 'cpu',
  graph: Graph = buildCaseGraph(golden),
): Promise<CaseRunner> {
  const session = await InferenceSession.create(
    writeOnnx(provider === 'cpu' ? graph : expandForWebGpu(graph)),
    {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
    },
  );
  return {
    run: async (inputs) => {
      const feeds = golden.inputs.map(({ shape }, index) => {
        const values = inputs[index] ?? new Float32Array();
        return [`x${index}`, new OrtTensor('float32', values, shape)] as const;
      });
      const used = feeds.filter(([name]) => session.inputNames.includes(name));
      const outputs = await session.run(Object.fromEntries(used));
      const floats = (name: string) => outputs[name]?.data as Float32Array;
      return {
        loss: floats('loss')[0] ?? Number.NaN,
        output: floats('y'),
        gradients: new Map(listDifferentiated(golden).map((position) => [position, floats(`g${position}`)])),
      };
    },
    dispose: () => session.release(),
  };
}

function listDifferentiated(golden: GoldenCase): number[] {
  return golden.gradients.flatMap((gradient, position) => (gradient ? [position] : []));
}

function applyOp(e: Expressions, golden: GoldenCase, inputs: readonly Value[]): Value {
  const { op, attributes, take = 0 } = golden;
  const outputs: readonly Value[] = e.builder.node(op, inputs as OpTable[OpKind]['inputs'], attributes);
  const chosen =
    take === 'sum'
      ? outputs.map((output, index) => e.mul(output, index + 1)).reduce((sum, term) => e.add(sum, term))
      : outputs[take];
  if (!chosen) throw new Error(`bug: ${op} has no output ${take}`);
  return chosen;
}

/** Within 1e-4 of the largest magnitude: float32 sums in another order. */
export function expectClose(found: Float32Array | undefined, expected: GoldenTensor): void {
  const distance = measureDistance(found, expected);
  assert.ok(
    distance < 1e-4,
    `expected ${expected.values.slice(0, 8)}…, found ${found?.slice(0, 8)}…: ${distance}`,
  );
}

/** The largest difference over the largest magnitude that was expected, at least 1; infinite where sizes differ. */
export function measureDistance(found: Float32Array | undefined, expected: GoldenTensor): number {
  if (found?.length !== expected.values.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1, ...expected.values.map(Math.abs));
  const worst = Math.max(0, ...expected.values.map((value, index) => Math.abs(value - (found[index] ?? 0))));
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst / scale;
}
