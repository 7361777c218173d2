/** Runs a model on any number of images, in pieces that fit its batch and the memory. */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { type PixelRange, scalingOf } from './pixel-range.ts';
import { createSession, type SessionOptions, takeOutput, toFloats } from './session.ts';

/** What a model wants to be fed. */
export interface ImageInput {
  readonly name: string;
  readonly dtype: 'uint8' | 'float32';
  /** `[n, c, h, w]` instead of `[n, h, w, c]`. */
  readonly isPlanar: boolean;
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** Images of each run, or undefined where any number goes. */
  readonly fixedBatch: number | undefined;
  /** Of float inputs. */
  readonly pixelRange: PixelRange;
}

export interface ModelOutput {
  /** All rows, one per image; integers as floats. */
  readonly values: Float32Array;
  /** The first axis counts the images where the output has a row for each. */
  readonly shape: readonly number[];
}

export interface ModelRunner {
  /**
   * The outputs by name.
   * @param images `[count, height, width, channels]`, 0 to 255; count is at least 1
   */
  run(images: Uint8Array, count: number): Promise<ReadonlyMap<string, ModelOutput>>;
  dispose(): Promise<void>;
}

/** Pixels that are run at once. */
const pixelBudget = 2 ** 20;

/** @throws AppError PROVIDER_UNAVAILABLE when the provider cannot load the model */
export async function createModelRunner(
  model: Uint8Array,
  input: ImageInput,
  outputs: readonly string[],
  options: SessionOptions,
): Promise<ModelRunner> {
  const session = await createSession(model, options);
  const { name, height, width, channels, fixedBatch } = input;
  const imageBytes = height * width * channels;
  const piece = fixedBatch ?? Math.max(1, Math.min(256, Math.floor(pixelBudget / (height * width))));
  const runPiece = (images: Uint8Array, count: number) =>
    session.run({ [name]: toTensor(images, count, input) }, outputs);
  return {
    run: async (images, count) => {
      const pieces: { readonly tensors: InferenceSession.OnnxValueMapType; readonly rows: number }[] = [];
      for (let start = 0; start < count; start += piece) {
        const end = Math.min(count, start + piece);
        const wanted = images.subarray(start * imageBytes, end * imageBytes);
        const padded = fixedBatch === undefined ? wanted : padTo(wanted, fixedBatch * imageBytes);
        pieces.push({ tensors: await runPiece(padded, fixedBatch ?? end - start), rows: end - start });
      }
      return new Map(
        outputs.map((output) => [
          output,
          joinRows(pieces.map(({ tensors, rows }) => ({ tensor: takeOutput(tensors, output), rows }))),
        ]),
      );
    },
    dispose: () => session.release(),
  };
}

/** @param rows how many of the tensor's rows are wanted: those of a padded batch's end are not */
function joinRows(parts: readonly { readonly tensor: Tensor; readonly rows: number }[]): ModelOutput {
  const values = parts.map(({ tensor, rows }) => {
    const [batch = 1] = tensor.dims;
    return readFloats(tensor).slice(0, (tensor.size / batch) * Math.min(rows, batch));
  });
  const rows = parts.reduce((sum, part) => sum + Math.min(part.rows, part.tensor.dims[0] ?? 1), 0);
  return { values: joinParts(values), shape: [rows, ...(parts[0]?.tensor.dims.slice(1) ?? [])] };
}

function readFloats(tensor: Tensor): Float32Array {
  return tensor.data instanceof Int32Array ? Float32Array.from(tensor.data) : toFloats(tensor);
}

function toTensor(images: Uint8Array, count: number, input: ImageInput): Tensor {
  const { dtype, isPlanar, channels, height, width, pixelRange } = input;
  const shape = isPlanar ? [count, channels, height, width] : [count, height, width, channels];
  const ordered = isPlanar && channels > 1 ? toPlanes(images, count, channels) : images;
  if (dtype === 'uint8') return new Tensor('uint8', ordered, shape);
  const scaling = scalingOf(pixelRange, channels);
  const planeSize = height * width;
  const channelOf = (index: number) => (isPlanar ? Math.floor(index / planeSize) : index) % channels;
  const floats = Float32Array.from(ordered, (byte, index) => {
    const [factor, offset] = scaling[channelOf(index)] ?? [1, 0];
    return byte * factor + offset;
  });
  return new Tensor('float32', floats, shape);
}

/** `[n, h, w, c]` to `[n, c, h, w]` */
function toPlanes(images: Uint8Array, count: number, channels: number): Uint8Array {
  const planes = new Uint8Array(images.length);
  const planeSize = images.length / (count * channels);
  for (let image = 0; image < count; image++) {
    const base = image * planeSize * channels;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < planeSize; pixel++) {
        planes[base + channel * planeSize + pixel] = images[base + pixel * channels + channel] ?? 0;
      }
    }
  }
  return planes;
}

function padTo(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  return padded;
}

function joinParts(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
