/** Convolutions in the blocked layout give what plain ones give, and the block is the machine's. */
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import type { Graph } from '../../../../src-main/engine/graph/ops.ts';
import { countElements } from '../../../../src-main/engine/graph/tensor.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { findConvolutionBlock } from '../../../../src-main/engine/runtime/blocked-layout.ts';
import { createSession, takeOutput, toFloats } from '../../../../src-main/engine/runtime/session.ts';

const block = await findConvolutionBlock();

describe.skipIf(block === undefined)('a blocked convolution', () => {
  it.each([
    { name: 'whole blocks', c: 32, o: 48, stride: 1, kernel: 3 },
    { name: 'channels that do not fill a block', c: 24, o: 20, stride: 1, kernel: 3 },
    { name: 'three channels and a stride', c: 3, o: 24, stride: 2, kernel: 3 },
    { name: 'a stride that does not divide the picture', c: 16, o: 24, stride: 2, kernel: 5 },
    { name: 'fewer channels than a block, left plain', c: 6, o: 16, stride: 1, kernel: 3 },
  ])('gives what a plain one gives: $name', async ({ c, o, stride, kernel }) => {
    const graph = buildConvolutions(c, o, stride, kernel);
    const plain = await run(graph, undefined);
    const blocked = await run(graph, block);
    expect(blocked.length).toBe(plain.length);
    const worst = plain.reduce((most, value, i) => Math.max(most, Math.abs(value - (blocked[i] ?? NaN))), 0);
    expect(worst).toBeLessThan(1e-4);
  });

  it('is one that the machine has: 8 or 16 channels', () => {
    expect([8, 16]).toContain(block);
  });
});

/** Two convolutions that read the same input, added. */
function buildConvolutions(c: number, o: number, stride: number, kernel: number): Graph {
  const e = createExpressions(createGraphBuilder());
  const x = e.builder.input('x', 'float32', [2, c, 8, 8]);
  const margin = (kernel - 1) / 2;
  const attributes = {
    strides: [stride, stride],
    pads: [margin, margin, margin, margin],
    dilations: [1, 1],
    group: 1,
  } as const;
  const [first, second] = ['v', 'w'].map((name) =>
    e.conv(x, e.builder.input(name, 'float32', [o, c, kernel, kernel]), attributes),
  );
  if (!first || !second) throw new Error('bug: two convolutions');
  return e.builder.finish('convolutions', [e.sub(first, second)]);
}

async function run(graph: Graph, convolutionBlock: number | undefined): Promise<Float32Array> {
  const session = await createSession(writeOnnx(graph, { convolutionBlock }), {
    provider: 'cpu',
    threads: 2,
  });
  const feeds = graph.inputs.map(({ name, shape }, input) => {
    const values = Float32Array.from(
      { length: countElements(shape) },
      (_, i) => ((i * (31 + input)) % 17) / 17 - 0.5,
    );
    return [name, new Tensor('float32', values, [...shape])] as const;
  });
  const outputs = await session.run(Object.fromEntries(feeds));
  const values = toFloats(takeOutput(outputs, graph.outputs[0]?.name ?? '')).slice();
  await session.release();
  return values;
}
