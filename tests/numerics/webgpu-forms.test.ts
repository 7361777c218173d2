/** The timer of forms on WebGPU, where a buffer that outlives its session ends the process; a software device will do. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('times each form that applies on WebGPU, and lets go of the device in order', {
  timeout: 120_000,
}, (context) => {
  const device = '/usr/lib/chromium/vk_swiftshader_icd.json';
  const software = existsSync(device)
    ? { VK_ICD_FILENAMES: device, LD_LIBRARY_PATH: '/usr/lib/chromium' }
    : {};
  const script = fileURLToPath(new URL('./webgpu-forms-child.ts', import.meta.url));
  const child = spawnSync(process.execPath, [script], {
    env: { ...software, ...process.env },
    encoding: 'utf8',
  });
  const [line = '{}'] = child.stdout.split('\n').filter((one) => one.startsWith('{'));
  const { timed, reason } = JSON.parse(line) as { timed?: string[][]; reason?: string };
  if (reason !== undefined) return context.skip(`no WebGPU device for the timer of forms: ${reason}`);
  expect([child.status, child.signal]).toEqual([0, null]);
  expect(timed).toEqual([
    ['depthwise', 'summed', 'unfolded'],
    ['transposed', 'spread'],
  ]);
});
