/** How a training graph is written for the provider that will run it. */
import type { Graph } from '../graph/ops.ts';
import { writeOnnx } from '../onnx/write.ts';
import { expandForWebGpu } from '../passes/expand-for-webgpu.ts';
import { roundHalves } from '../passes/round-halves.ts';
import { findConvolutionBlock } from './blocked-layout.ts';
import type { ProviderName } from './providers.ts';

export type WriteStep = (graph: Graph) => Uint8Array;

/** On the CPU with convolutions in its blocked layout, where it has one, and half precision written out. */
export async function createStepWriter(provider: ProviderName): Promise<WriteStep> {
  if (provider !== 'cpu') return (graph) => writeOnnx(expandForWebGpu(graph));
  const convolutionBlock = await findConvolutionBlock();
  return (graph) => writeOnnx(roundHalves(graph), { convolutionBlock });
}
