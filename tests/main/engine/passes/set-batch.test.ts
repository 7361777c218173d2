import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import type { Graph } from '../../../../src-main/engine/graph/ops.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { setBatch } from '../../../../src-main/engine/passes/set-batch.ts';

const exports = `${import.meta.dirname}/../../../fixtures/engine/exports`;

describe('a graph of one sample', () => {
  it.each(['vision-transformer-11', 'vision-transformer-20', 'mobilenet-13'])(
    'gives each sample of a batch what it gave it alone (%s)',
    async (name) => {
      const file = readFileSync(`${exports}/${name}.onnx`);
      const shape = [1, 3, 32, 32];
      const { graph } = readOnnx(file, { inputShapes: { x: shape } });
      const size = shape.reduce((product, axis) => product * axis, 1);
      const samples = Float32Array.from({ length: 3 * size }, (_, index) => Math.sin(index * index));
      const together = await run(setBatch(graph, 3), samples);
      const alone: number[] = [];
      for (let row = 0; row < 3; row++)
        alone.push(...(await run(graph, samples.slice(row * size, (row + 1) * size))));
      expect(together).toHaveLength(alone.length);
      const worst = Math.max(
        ...together.map((value, index) => Math.abs(value - (alone[index] ?? Number.NaN))),
      );
      expect(worst).toBeLessThan(1e-4);
    },
  );

  it('is refused where a node mixes samples or picks one, with the name of the node', () => {
    const graphOf = (mix: (b: ReturnType<typeof createGraphBuilder>) => Graph) => mix(createGraphBuilder());
    const mean = graphOf((b) => {
      const x = b.input('x', 'float32', [1, 4]);
      return b.finish('g', b.node('ReduceMean', [x], { axes: [0], keepDims: true }, { node: 'mixer' }));
    });
    expect(() => setBatch(mean, 2)).toThrow('ReduceMean mixer mixes the samples');
    const late = graphOf((b) => {
      const turned = b.node('Transpose', [b.input('x', 'float32', [1, 4])], { permutation: [1, 0] })[0];
      return b.finish('g', b.node('Reshape', [turned], { shape: [1, 4] }, { node: 'flat' }));
    });
    expect(() => setBatch(late, 2)).toThrow('Reshape flat comes after the samples left the first axis');
  });
});

async function run(graph: Graph, samples: Float32Array): Promise<readonly number[]> {
  const session = await InferenceSession.create(writeOnnx(graph));
  const [input] = graph.inputs;
  const outputs = await session.run({
    [input?.name ?? '']: new Tensor('float32', samples, input?.shape ?? []),
  });
  await session.release();
  const [output] = Object.values(outputs);
  return output ? [...(output.data as Float32Array)] : [];
}
