/** Asks onnxruntime how many channels a block of its blocked convolution layout has on this processor. */
import { Tensor } from 'onnxruntime-node';
import { blockedDomain } from '../onnx/blocked-writing.ts';
import { encodeModel } from '../onnx/encode.ts';
import { createSession } from './session.ts';

/** Channels of the probe: the least that the runtime reorders. */
const probeChannels = 4;
const float32InOnnx = 1;

/**
 * 16 with AVX-512, 8 with AVX2; undefined where the runtime has no such kernels. A property of the machine, not a
 * measurement: so it is the same in every run and training stays repeatable.
 */
export async function findConvolutionBlock(): Promise<number | undefined> {
  const session = await createSession(encodeProbe(), { provider: 'cpu', threads: 1 }).catch(() => undefined);
  if (!session) return undefined;
  const x = new Tensor('float32', new Float32Array(probeChannels), [1, probeChannels, 1, 1]);
  const outputs = await session.run({ x }).catch(() => undefined);
  await session.release();
  const block = outputs?.y?.dims[1];
  return block !== undefined && block > probeChannels ? block : undefined;
}

/** One reordering, which pads the channels to a block: no kernel of ours but onnxruntime's internal one. */
function encodeProbe(): Uint8Array {
  const value = (name: string, shape: readonly (number | string)[]) => ({
    name,
    elementType: float32InOnnx,
    shape,
  });
  const node = {
    name: 'reorder',
    opType: 'ReorderInput',
    domain: blockedDomain,
    inputs: ['x'],
    outputs: ['y'],
    attributes: new Map(),
  };
  return encodeModel({
    irVersion: 10,
    producer: 'fieldstation',
    opsets: new Map([
      ['', 21],
      [blockedDomain, 1],
    ]),
    metadata: new Map(),
    graph: {
      name: 'probe',
      nodes: [node],
      initializers: new Map(),
      inputs: [value('x', [1, probeChannels, 1, 1])],
      outputs: [value('y', [1, 'c', 1, 1])],
    },
  });
}
