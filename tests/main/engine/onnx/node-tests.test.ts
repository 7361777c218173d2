/** ONNX's own tests through our reader and writer: what was read and written gives what the original gives. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src-main/base/app-error.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import { hasNodeTests, listModelTests, type NodeTestOutcome, runModelTest } from './node-test-data.ts';

if (!hasNodeTests()) {
  console.warn('SKIPPED: no ONNX node tests here; `apt-get install libonnx-testdata` brings them');
}

describe.runIf(hasNodeTests())("ONNX's tests", () => {
  // so many agreed when this was written; fewer mean that something is no longer read
  it.each([
    ['node', 766],
    ['simple', 7],
    ['pytorch-converted', 82],
    ['pytorch-operator', 35],
  ])('%s: reads at least what it read, and changes no result', async (kind, fewest) => {
    const outcomes = new Map<string, NodeTestOutcome>();
    for (const folder of listModelTests(kind)) outcomes.set(folder, await runModelTest(folder));
    const differing = [...outcomes].filter(([, { kind: found }]) => found === 'differs');
    const agreeing = [...outcomes.values()].filter(({ kind: found }) => found === 'agrees');
    expect(differing).toEqual([]);
    expect(agreeing.length).toBeGreaterThanOrEqual(fewest);
  });

  it.each(['node', 'simple', 'pytorch-converted', 'pytorch-operator'])(
    '%s: says of each model that it does not read which node or input, of what operation, and why',
    (kind) => {
      const unexplained = listModelTests(kind).filter((folder) => !isExplained(tryReading(folder)));
      expect(unexplained).toEqual([]);
    },
  );
});

/** What reading the model alone, without the test's inputs, ends in; undefined where it succeeds. */
function tryReading(folder: string): unknown {
  try {
    readOnnx(readFileSync(`${folder}/model.onnx`));
    return undefined;
  } catch (error) {
    return error;
  }
}

function isExplained(error: unknown): boolean {
  if (error === undefined) return true;
  if (!(error instanceof AppError)) return false;
  if (error.code === 'MODEL_UNREADABLE') return error.message.startsWith('expected an ONNX opset');
  if (/^input \w+: axis \d+ .* is open and needs a size$/.test(error.message)) return true;
  const { node, op, input, reason } = (error.data ?? {}) as Readonly<Record<string, unknown>>;
  return Boolean(reason) && (Boolean(input) || (Boolean(node) && Boolean(op)));
}
