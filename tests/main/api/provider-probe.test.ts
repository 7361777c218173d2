import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProviderProbe, findChosen } from '../../../src-main/api/provider-probe.ts';
import type { WorkerLauncher } from '../../../src-main/jobs/worker-port.ts';
import type { ProviderReport } from '../../../src-preload/contract/system.ts';
import { createTemporaryFolder } from '../store/temporary-folder.ts';

const report = (name: ProviderReport['name'], stepMs: number | null): ProviderReport => ({
  name,
  isUsable: stepMs !== null,
  reason: '',
  stepMs,
  amp: { isUsable: false, reason: '' },
});

describe('what auto means', () => {
  it('is the usable device with the fastest step, not the first that works', () => {
    expect(findChosen([report('cuda', null), report('webgpu', 900), report('cpu', 40)])).toBe('cpu');
    expect(findChosen([report('webgpu', 4), report('cpu', 40)])).toBe('webgpu');
  });

  it('is nothing where nothing was tried', () => {
    expect(findChosen([])).toBeNull();
  });
});

/** Says what no version of this station would say. */
const babbler: WorkerLauncher = {
  launch: () => ({
    pid: undefined,
    send: () => undefined,
    onMessage: (listener) => void setImmediate(() => listener({ babble: true })),
    onExit: () => undefined,
    kill: () => undefined,
  }),
};

describe('a probe whose process talks nonsense', () => {
  it('finds the device unusable, and costs the station nothing', async () => {
    const file = join(createTemporaryFolder(), 'providers.json');
    const probe = createProviderProbe({ launcher: babbler, version: '0', file });
    const [cpu] = await probe.probe();
    expect(cpu).toMatchObject({
      name: 'cpu',
      isUsable: false,
      reason: expect.stringContaining('does not know'),
    });
  });
});
