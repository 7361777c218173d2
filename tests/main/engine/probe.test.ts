/** Providers are probed in children: a broken driver may end the process. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { listProviders, probeProvider } from '../../../src-main/engine/index.ts';
import { tryAmp } from '../../../src-main/engine/probe-amp.ts';
import { takeScaledSteps } from './scaled-steps.ts';

interface ChildReport {
  readonly report: { readonly usable: boolean; readonly reason: string };
  readonly scaled?: Awaited<ReturnType<typeof takeScaledSteps>>;
  readonly trained?: { readonly losses: readonly number[]; readonly probabilities: readonly number[] };
}

it('lists the CPU last and finds it usable', async () => {
  expect(listProviders().at(-1)).toBe('cpu');
  expect(await probeProvider('cpu')).toMatchObject({
    ...{ name: 'cpu', usable: true },
    amp: { usable: false, reason: expect.stringContaining('brings nothing on the CPU') },
  });
});

it('finds mixed precision usable where steps agree with float32 and an overflow moves nothing', async () => {
  expect(await tryAmp('cpu', 20, async () => 12)).toEqual({
    usable: true,
    reason: '3 training steps agree with float32; a small step takes 12 ms, 20 in float32',
  });
});

it('finds it unusable where nothing overflows, as numbers are not those of half precision', async () => {
  const absent = (['coreml', 'directml'] as const).find((name) => !listProviders().includes(name));
  if (!absent) return;
  // onnxruntime falls back to its CPU kernels, between which it drops the casts
  expect(await tryAmp(absent, 20, async () => 12)).toMatchObject({
    usable: false,
    reason: expect.stringContaining('overflows half precision is not skipped'),
  });
});

it('says of a provider that this build lacks why it is not usable', async () => {
  const absent = (['coreml', 'directml'] as const).find((name) => !listProviders().includes(name));
  if (!absent) return;
  expect(await probeProvider(absent)).toMatchObject({
    usable: false,
    reason: expect.stringContaining('does not contain'),
  });
});

it('skips a step that is not finite inside the graph, and lets the scale grow', async () => {
  expect(await takeScaledSteps('cpu')).toEqual(scaledSteps);
});

/** JSON has no infinity: it is null there. */
const scaledSteps = [
  { scale: Number.POSITIVE_INFINITY, goodSteps: 0, isSame: true },
  { scale: 2048, goodSteps: 0, isSame: false },
  { scale: 2048, goodSteps: 1, isSame: false },
];

it('trains on WebGPU as on the CPU, with the state kept on the device', { timeout: 300_000 }, (context) => {
  const found = probeInChild('webgpu');
  if (!found.report.usable) {
    const reason = `no WebGPU device for the engine's test: ${found.report.reason}`;
    console.warn(`SKIPPED: ${reason}`);
    return context.skip(reason);
  }
  const expected = probeInChild('cpu').trained;
  expect(found.scaled).toEqual(JSON.parse(JSON.stringify(scaledSteps)));
  expected?.losses.forEach((loss, step) => {
    expect(found.trained?.losses[step]).toBeCloseTo(loss, 3);
  });
  expected?.probabilities.forEach((value, index) => {
    expect(found.trained?.probabilities[index]).toBeCloseTo(value, 2);
  });
});

/** Chromium's software device stands in for a GPU where there is none. */
function probeInChild(name: string): ChildReport {
  const device = '/usr/lib/chromium/vk_swiftshader_icd.json';
  const software = existsSync(device)
    ? { VK_ICD_FILENAMES: device, LD_LIBRARY_PATH: '/usr/lib/chromium' }
    : {};
  const child = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('./probe-child.ts', import.meta.url)), name],
    {
      env: { ...software, ...process.env },
      encoding: 'utf8',
    },
  );
  const line = child.stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{'))
    return { report: { usable: false, reason: `the child ended: ${child.stderr.slice(-300)}` } };
  return JSON.parse(line) as ChildReport;
}
