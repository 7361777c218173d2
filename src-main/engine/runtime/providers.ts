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

/**
 * Summands up to which a product may be in half precision. The CPU and CUDA (cuBLAS, cuDNN) add in float32; WebGPU's
 * kernels of onnxruntime 1.30 add in their operands' type, which is 1 % off at 4,608 random summands (512 channels
 * by 3 × 3) and 4 % at 65,536; of the others nothing is promised.
 */
export const longestHalfSums = {
  cpu: Number.POSITIVE_INFINITY,
  cuda: Number.POSITIVE_INFINITY,
  webgpu: 4608,
  directml: 4608,
  coreml: 4608,
} as const satisfies Record<ProviderName, number>;

/** Fastest kind first, the CPU last; nothing is tried. */
export function listProviders(): readonly ProviderName[] {
  const listed = new Set(listSupportedBackends().map(({ name }) => name));
  return namesInOnnxruntime.flatMap(([name, provider]) => (listed.has(name) ? [provider] : []));
}
