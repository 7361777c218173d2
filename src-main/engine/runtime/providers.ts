/** Execution providers that this build of onnxruntime-node knows on this platform. */
import { listSupportedBackends } from 'onnxruntime-node';

/** Where graphs run, by our names; not every build and machine has each. */
export type ProviderName = 'cpu' | 'webgpu' | 'cuda' | 'directml' | 'coreml';

/** By onnxruntime's own name; the order is the one in which a device should be preferred. */
const namesInOnnxruntime = [
  ['cuda', 'cuda'],
  ['dml', 'directml'],
  ['coreml', 'coreml'],
  ['webgpu', 'webgpu'],
  ['cpu', 'cpu'],
] as const satisfies readonly (readonly [string, ProviderName])[];

/** Fastest kind first, the CPU last; nothing is tried. */
export function listProviders(): readonly ProviderName[] {
  const listed = new Set(listSupportedBackends().map(({ name }) => name));
  return namesInOnnxruntime.flatMap(([name, provider]) => (listed.has(name) ? [provider] : []));
}
