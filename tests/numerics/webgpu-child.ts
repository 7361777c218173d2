/** Runs golden cases on WebGPU in a process of its own, and prints what it found, one case a line, as JSON. */
import { probeProvider } from '../../src-main/engine/index.ts';
import { createCaseRunner, type GoldenCase, measureDistance, readGolden } from './golden-op.ts';

/** What the parent reads: first the device, then one line for each case. */
export type WebGpuLine =
  | { readonly device: { readonly usable: boolean; readonly reason: string } }
  | { readonly name: string; readonly distance: number; readonly error?: string };

/**
 * The session stays open: all share their compiled programs as long as one is, which halves the time.
 * @returns the largest distance of output and gradients from the golden values
 */
async function runCase(golden: GoldenCase): Promise<number> {
  const runner = await createCaseRunner(golden, 'webgpu');
  const { output, gradients } = await runner.run(
    golden.inputs.map(({ values }) => Float32Array.from(values)),
  );
  const distances = golden.gradients.map((gradient, position) =>
    gradient ? measureDistance(gradients.get(position), gradient) : 0,
  );
  return Math.max(measureDistance(output, golden.output), ...distances);
}

const print = (line: WebGpuLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

const { usable, reason } = await probeProvider('webgpu');
print({ device: { usable, reason } });
for (const golden of usable ? readGolden<readonly GoldenCase[]>('op-gradients') : []) {
  const name = `${golden.op}: ${golden.name}`;
  try {
    print({ name, distance: await runCase(golden) });
  } catch (error) {
    print({ name, distance: -1, error: error instanceof Error ? error.message : String(error) });
  }
}
process.exit(0);
