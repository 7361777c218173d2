/** Brings a vector from the device to the host: reading a GPU tensor directly aborts the process in onnxruntime 1.30. */
import type { Tensor } from 'onnxruntime-node';
import { createGraphBuilder } from '../graph/builder.ts';
import { writeOnnx } from '../onnx/write.ts';
import { createSession, type SessionOptions, takeOutput, toFloats } from './session.ts';

export interface Readback {
  read(tensor: Tensor): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @param length of the float32 vectors that it reads */
export async function createReadback(length: number, options: SessionOptions): Promise<Readback> {
  const builder = createGraphBuilder();
  const input = builder.input('value', 'float32', [length]);
  const [copy] = builder.node('Identity', [input], {}, { outputs: ['copy'] });
  const { provider } = options;
  const session = await createSession(writeOnnx(builder.finish('readback', [copy])), {
    provider,
    outputLocation: { copy: 'cpu' },
  });
  return {
    read: async (tensor) => toFloats(takeOutput(await session.run({ value: tensor }), 'copy')).slice(),
    dispose: () => session.release(),
  };
}
