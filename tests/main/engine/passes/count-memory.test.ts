import { expect, it } from 'vitest';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import { countPeakBytes, countTraffic } from '../../../../src-main/engine/passes/count-memory.ts';

it('counts what is held at once, each value until its last reader, and nothing twice that only has another shape', () => {
  const e = createExpressions(createGraphBuilder());
  const x = e.builder.input('x', 'float32', [100]);
  const a = e.unary('Exp', x);
  const b = e.unary('Exp', a);
  const c = e.reshape(e.unary('Exp', b), [10, 10]);
  const d = e.add(e.reshape(c, [100]), a);
  const [y] = e.builder.node('Neg', [e.cast(d, 'float16')], {}, { outputs: ['y'] });
  const graph = e.builder.finish('g', [y]);
  // a and b and c; then a, c and d; the half of d; y is held by who asked for it
  expect(countPeakBytes(graph)).toBe(3 * 400);
  expect(countTraffic(graph)).toBe(3 * 800 + 1200 + 600 + 400);
});

it('reads of a large operand only what is picked from it', () => {
  const e = createExpressions(createGraphBuilder());
  const x = e.builder.input('x', 'float32', [1000]);
  const part = e.sliceAxis(x, 0, 10, 20);
  expect(countTraffic(e.builder.finish('g', [part]))).toBe(80);
});
