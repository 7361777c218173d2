/** Every operation's value and gradient against PyTorch and against central differences. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src-main/base/random.ts';
import { gradientRules } from '../../src-main/engine/autodiff/rules.ts';
import {
  createCaseRunner,
  expectClose,
  type GoldenCase,
  type GoldenTensor,
  readGolden,
} from './golden-op.ts';

const cases = readGolden<readonly GoldenCase[]>('op-gradients');

describe('the table of gradients', () => {
  it('has a golden value for every operation', () => {
    const tested = new Set<string>(cases.map(({ op }) => op));
    expect(Object.keys(gradientRules).filter((op) => !tested.has(op))).toEqual([]);
  });

  it('has a golden gradient and finite differences for every operation that is differentiable', () => {
    const tested = new Set<string>(
      cases.filter(({ gradients, smooth }) => smooth && gradients.some(Boolean)).map(({ op }) => op),
    );
    const untested = Object.entries(gradientRules)
      .filter(([op, rule]) => typeof rule === 'function' && !tested.has(op))
      .map(([op]) => op);
    expect(untested).toEqual([]);
  });

  it('says why an operation has no gradient', () => {
    const reasons = Object.values(gradientRules).flatMap((rule) =>
      typeof rule === 'function' ? [] : [rule.notDifferentiable],
    );
    expect(reasons.every((reason) => reason.length > 10)).toBe(true);
  });
});

describe.each(cases.map((golden) => [`${golden.op}: ${golden.name}`, golden] as const))('%s', (_, golden) => {
  it('agrees with PyTorch', async () => {
    const runner = await createCaseRunner(golden);
    const result = await runner.run(golden.inputs.map(toFloats));
    await runner.dispose();
    expectClose(result.output, golden.output);
    golden.gradients.forEach((gradient, position) => {
      const found = result.gradients.get(position);
      if (gradient && found) expectClose(found, gradient);
    });
  });

  it.runIf(golden.smooth)('agrees with central differences along random directions', async () => {
    const runner = await createCaseRunner(golden);
    const inputs = golden.inputs.map(toFloats);
    const { gradients } = await runner.run(inputs);
    for (const [position, gradient] of gradients) {
      const random = createRandom(1, golden.op, golden.name, position);
      const direction = gradient.map(() => random.normal() / Math.sqrt(gradient.length));
      const slopeAt = async (size: number) => {
        const moved = inputs.with(
          position,
          (inputs[position] ?? gradient).map((value, index) => value + size * (direction[index] ?? 0)),
        );
        return (await runner.run(moved)).loss;
      };
      const step = 1e-2;
      const numeric = ((await slopeAt(step)) - (await slopeAt(-step))) / (2 * step);
      const analytic = gradient.reduce((sum, value, index) => sum + value * (direction[index] ?? 0), 0);
      const scale = Math.max(1, Math.hypot(...gradient));
      expect(Math.abs(numeric - analytic) / scale).toBeLessThan(3e-3);
    }
    await runner.dispose();
  });
});

function toFloats({ values }: GoldenTensor): Float32Array {
  return Float32Array.from(values);
}
