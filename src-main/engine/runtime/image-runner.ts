/** Runs a graph that takes any number of images, in pieces that fit into memory. */
import { Tensor } from 'onnxruntime-node';
import { createSession, type SessionOptions, takeOutput, toFloats } from './session.ts';

export interface ImageRunner {
  /** @param images uint8 `[count, h, w, c]` @returns `[count, outputs]` */
  run(images: Uint8Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export interface ImageRunnerOptions extends SessionOptions {
  /** `[h, w, c]` */
  readonly imageShape: readonly [number, number, number];
  readonly outputCount: number;
}

/** Pixels that are run at once. */
const pixelBudget = 2 ** 20;

/** @param model ONNX bytes with input `images` uint8 `[n, h, w, c]` and output `probabilities` `[n, outputs]` */
export async function createImageRunner(
  model: Uint8Array,
  options: ImageRunnerOptions,
): Promise<ImageRunner> {
  const { imageShape, outputCount } = options;
  const session = await createSession(model, options);
  const [height, width, channels] = imageShape;
  const imageBytes = height * width * channels;
  const piece = Math.max(1, Math.min(256, Math.floor(pixelBudget / (height * width))));
  return {
    run: async (images, count) => {
      const results = new Float32Array(count * outputCount);
      for (let start = 0; start < count; start += piece) {
        const end = Math.min(count, start + piece);
        const part = images.subarray(start * imageBytes, end * imageBytes);
        const outputs = await session.run({
          images: new Tensor('uint8', part, [end - start, ...imageShape]),
        });
        results.set(toFloats(takeOutput(outputs, 'probabilities')), start * outputCount);
      }
      return results;
    },
    dispose: () => session.release(),
  };
}
