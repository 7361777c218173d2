/** ONNX's own tests through our reader and writer: what was read and written gives what the original gives. */
import { describe, expect, it } from 'vitest';
import { hasNodeTests, listModelTests, type NodeTestOutcome, runModelTest } from './node-test-data.ts';

if (!hasNodeTests()) {
  console.warn('SKIPPED: no ONNX node tests here; `apt-get install libonnx-testdata` brings them');
}

describe.runIf(hasNodeTests())("ONNX's tests", () => {
  // so many agreed when this was written; fewer mean that something is no longer read
  it.each([
    ['node', 629],
    ['simple', 6],
    ['pytorch-converted', 69],
    ['pytorch-operator', 35],
  ])('%s: reads at least what it read, and changes no result', async (kind, fewest) => {
    const outcomes = new Map<string, NodeTestOutcome>();
    for (const folder of listModelTests(kind)) outcomes.set(folder, await runModelTest(folder));
    const differing = [...outcomes].filter(([, { kind: found }]) => found === 'differs');
    const agreeing = [...outcomes.values()].filter(({ kind: found }) => found === 'agrees');
    expect(differing).toEqual([]);
    expect(agreeing.length).toBeGreaterThanOrEqual(fewest);
  });
});
