/** What the speed of a graph depends on beside the graph. */
import { availableParallelism, cpus } from 'node:os';
import { env } from 'onnxruntime-node';
import type { ProviderName } from './providers.ts';

/** `AMD EPYC × 2, 2 threads, cpu of onnxruntime 1.30.0`: what was measured under this name holds under it alone. */
export function nameMachine(provider: ProviderName, threads: number): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const runtime = `${provider} of onnxruntime ${env.versions.node ?? env.versions.common}`;
  return `${model} × ${availableParallelism()}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${runtime}`;
}
