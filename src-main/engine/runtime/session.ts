/** One onnxruntime session with the options that the engine wants, and errors that say what failed. */
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { AppError } from '../../base/app-error.ts';
import type { ProviderName } from './providers.ts';

export interface SessionOptions {
  readonly provider: ProviderName;
  /** CPU threads; onnxruntime's choice if absent. */
  readonly threads?: number;
  /** Where each output is to stay; on the host if absent. */
  readonly outputLocation?: Readonly<Record<string, 'cpu' | 'gpu-buffer'>>;
}

const executionProviders = {
  cpu: 'cpu',
  webgpu: 'webgpu',
  cuda: 'cuda',
  directml: 'dml',
  coreml: 'coreml',
} as const satisfies Record<ProviderName, string>;

/**
 * Moments decay into denormals, on which the CPU is a hundred times slower. Idle threads spin for 50 µs only: as fast
 * as spinning for long on an idle machine (62 ms a step), but with neighbours 110 instead of 150 to 240 ms.
 */
const sessionEntries = { set_denormal_as_zero: '1', intra_op: { spin_duration_us: '50' } };

/** @throws AppError PROVIDER_UNAVAILABLE when the provider cannot load the graph */
export async function createSession(bytes: Uint8Array, options: SessionOptions): Promise<InferenceSession> {
  const { provider, threads, outputLocation } = options;
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: provider === 'cpu' ? ['cpu'] : [executionProviders[provider], 'cpu'],
      graphOptimizationLevel: 'all',
      ...(threads !== undefined && { intraOpNumThreads: threads }),
      ...(outputLocation && { preferredOutputLocation: outputLocation }),
      extra: { session: sessionEntries },
      logSeverityLevel: 3,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('PROVIDER_UNAVAILABLE', `${provider} cannot load the graph: ${reason}`, { cause });
  }
}

/** The named output of a run. */
export function takeOutput(outputs: InferenceSession.OnnxValueMapType, name: string): Tensor {
  const output = outputs[name];
  if (!output) throw new Error(`bug: the session has no output ${name}`);
  return output as Tensor;
}

/** The elements of a float32 tensor on the host. */
export function toFloats(tensor: Tensor): Float32Array {
  const { data } = tensor;
  if (data instanceof Float32Array) return data;
  throw new Error(`bug: expected a float32 tensor, got ${tensor.type}`);
}
