/** Every operation's value and gradient between two products in half precision, against PyTorch's in float32. */
import { describe, expect, it } from 'vitest';
import type { Expressions } from '../../src-main/engine/graph/expressions.ts';
import { type Graph, listInputs, type Value } from '../../src-main/engine/graph/ops.ts';
import { countElements, floatTensor } from '../../src-main/engine/graph/tensor.ts';
import { halveFloats } from '../../src-main/engine/passes/halve-floats.ts';
import { precisions } from '../../src-main/engine/passes/precision.ts';
import { roundHalves } from '../../src-main/engine/passes/round-halves.ts';
import {
  buildCaseGraph,
  createCaseRunner,
  type GoldenCase,
  measureDistance,
  readGolden,
} from './golden-op.ts';

/** Of the largest magnitude: half precision has eleven bits, and the longest rules round a dozen times. */
const tolerance = 5e-3;

const cases = readGolden<readonly GoldenCase[]>('op-gradients');

describe.each(cases.map((golden) => [`${golden.op}: ${golden.name}`, golden] as const))('%s', (_, golden) => {
  it('is computed in the precision of the table, and agrees with PyTorch', async () => {
    const graph = halve(golden);
    expect(listOperandTypes(graph, golden.op)).not.toContain(
      precisions[golden.op] === 'half' || precisions[golden.op] === 'follows' ? 'float32' : 'float16',
    );
    const runner = await createCaseRunner(golden, 'cpu', roundHalves(graph));
    const found = await runner.run(golden.inputs.map(({ values }) => Float32Array.from(values)));
    await runner.dispose();
    expect(measureDistance(found.output, golden.output)).toBeLessThan(tolerance);
    golden.gradients.forEach((gradient, position) => {
      if (gradient) expect(measureDistance(found.gradients.get(position), gradient)).toBeLessThan(tolerance);
    });
  });
});

function halve(golden: GoldenCase): Graph {
  const graph = buildCaseGraph(golden, throughProduct);
  return halveFloats(graph, { eligible: new Set(graph.nodes) });
}

/** A product with 1: what goes through it is in half precision. */
function throughProduct(e: Expressions, x: Value): Value {
  const column = e.reshape(x, [countElements(x.shape), 1]);
  return e.reshape(e.matMul(column, e.constant(floatTensor([1], [1, 1]))), x.shape);
}

/** Of the operation itself: the first of its kind that is no part of a product with 1; of these parts' kinds none. */
function listOperandTypes({ nodes }: Graph, op: string): string[] {
  const own = nodes.find(
    (node) =>
      node.op === op &&
      op !== 'Reshape' &&
      op !== 'Cast' &&
      !listInputs(node).some(({ shape }) => `${shape}` === '1,1'),
  );
  return (own ? listInputs(own) : []).map(({ dtype }) => dtype).filter((dtype) => dtype.startsWith('float'));
}
