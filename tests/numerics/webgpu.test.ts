/** Every operation's value and gradient on WebGPU against PyTorch; Chromium's software device stands in for a GPU. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type GoldenCase, readGolden } from './golden-op.ts';
import type { WebGpuLine } from './webgpu-child.ts';

/** Vulkan lets sines be 2^-11 off (Vulkan 1.3, precision of individual operations). */
const tolerance = (name: string) => (/^(Sin|Cos)\b/.test(name) ? 5e-4 : 1e-4);

it('computes every golden value and gradient on WebGPU as PyTorch does', { timeout: 300_000 }, (context) => {
  const [first, ...outcomes] = runInChild();
  const device =
    first && 'device' in first ? first.device : { usable: false, reason: 'the child said nothing' };
  if (!device.usable) {
    const reason = `no WebGPU device for the operations' tests: ${device.reason}`;
    console.warn(`SKIPPED: ${reason}`);
    return context.skip(reason);
  }
  const wrong = outcomes.filter(
    (one) => !('name' in one && one.distance >= 0 && one.distance < tolerance(one.name)),
  );
  expect(wrong).toEqual([]);
  expect(outcomes.length).toBe(readGolden<readonly GoldenCase[]>('op-gradients').length);
});

/** A broken driver may end the process, and the device is chosen by its environment. */
function runInChild(): WebGpuLine[] {
  const device = '/usr/lib/chromium/vk_swiftshader_icd.json';
  const software = existsSync(device)
    ? { VK_ICD_FILENAMES: device, LD_LIBRARY_PATH: '/usr/lib/chromium' }
    : {};
  const script = fileURLToPath(new URL('./webgpu-child.ts', import.meta.url));
  const child = spawnSync(process.execPath, [script], {
    env: { ...software, ...process.env },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const lines = child.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as WebGpuLine);
}
