import { describe, expect, it } from 'vitest';
import { findChosen } from '../../../src-main/api/provider-probe.ts';
import type { ProviderReport } from '../../../src-preload/contract/system.ts';

const report = (name: ProviderReport['name'], stepMs: number | null): ProviderReport => ({
  name,
  isUsable: stepMs !== null,
  reason: '',
  stepMs,
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
