/** One onnxruntime session with the options that the engine wants, and errors that say what failed. */
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { AppError } from '../../base/app-error.ts';
import type { ProviderName } from './providers.ts';

export interface SessionOptions {
  readonly provider: ProviderName;
  /** CPU threads; onnxruntime's choice if absent. */
  readonly threads?: number;
  /** Fusing pays where a graph runs more than once; `all` if absent. */
  readonly optimization?: 'all' | 'disabled';
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

/**
 * Memory patterns are off: the first run's buffers stay beside the pattern's one large block, so that a step of
 * MobileNetV2 (batch 4) peaks at 1,048 MB instead of 659, and it is no faster.
 * @throws AppError PROVIDER_UNAVAILABLE when the provider cannot load the graph, MEMORY_EXHAUSTED for want of memory
 */
export async function createSession(bytes: Uint8Array, options: SessionOptions): Promise<InferenceSession> {
  const { provider, threads, outputLocation, optimization = 'all' } = options;
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: provider === 'cpu' ? ['cpu'] : [executionProviders[provider], 'cpu'],
      graphOptimizationLevel: optimization,
      enableMemPattern: false,
      ...(threads !== undefined && { intraOpNumThreads: threads }),
      ...(outputLocation && { preferredOutputLocation: outputLocation }),
      extra: { session: sessionEntries },
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw describeFailure(`${provider} cannot load the graph`, cause);
  }
}

/** As onnxruntime's allocators, CUDA, DirectML, WebGPU and JavaScript say it. */
const saysNoMemory =
  /out of memory|outofmemory|failed to allocate|bad.?alloc|allocation failed|not enough memory|max(imum)? buffer size/i;

/** What a provider failed at, and whether it was for want of memory. */
export function describeFailure(what: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = saysNoMemory.test(reason) ? 'MEMORY_EXHAUSTED' : 'PROVIDER_UNAVAILABLE';
  return new AppError(code, `${what}: ${reason}`, { cause });
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
