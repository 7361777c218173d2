/** Execution providers of this machine: which exist in this build and which give right results. */

export type ProviderName = 'cpu' | 'webgpu' | 'cuda' | 'directml' | 'coreml';

export interface ProviderReport {
  readonly name: ProviderName;
  readonly usable: boolean;
  /** Why, in one sentence. */
  readonly reason: string;
}

/** The providers that this onnxruntime-node build lists on this platform, the CPU first; nothing is tried. */
export function listProviders(): readonly ProviderName[] {
  throw new Error('bug: not built yet');
}

/**
 * Runs a tiny training step on the provider and compares it with the CPU. Never throws for a provider that
 * does not work; but a broken native driver can kill the process: probe anything but the CPU in a child.
 */
export async function probeProvider(_name: ProviderName): Promise<ProviderReport> {
  throw new Error('bug: not built yet');
}
