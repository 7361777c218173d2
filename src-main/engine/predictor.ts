/** Runs an image classifier from an ONNX file: our own exports and most of other people's. */
import { AppError, assert } from '../base/app-error.ts';
import { findClassNames } from './classifier-metadata.ts';
import { castEnds } from './onnx/cast-ends.ts';
import { decodeModel } from './onnx/decode.ts';
import { nameElementType } from './onnx/element-types.ts';
import { encodeModel } from './onnx/encode.ts';
import type { OnnxModel } from './onnx/model.ts';
import { describePictureInput, type PredictorInput, unreadableClassifier } from './picture-input.ts';
import {
  createModelRunner,
  type ImageInput,
  type ModelOutput,
  type ModelRunner,
} from './runtime/model-runner.ts';
import type { ProviderName } from './runtime/providers.ts';

export type { PredictorInput } from './picture-input.ts';
export type { PixelRange } from './runtime/pixel-range.ts';

/** Where a classifier runs, and what its file leaves open. */
export interface PredictorOptions {
  readonly provider: ProviderName;
  readonly threads?: number;
  readonly input?: PredictorInput;
}

/** A classifier that answers: pictures in, class probabilities out. */
export interface Predictor {
  /** From the file's metadata, if it has them. */
  readonly classNames: readonly string[] | undefined;
  readonly imageSize: { readonly width: number; readonly height: number };
  /** 1: `predict` wants grey pictures, one byte a pixel. */
  readonly channels: 1 | 3;
  readonly classCount: number;
  /**
   * Class probabilities `[count, classCount]`.
   * @param images `[count, height, width, channels]`, 0 to 255, RGB or grey
   */
  predict(images: Uint8Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * The file must have one image input, float or uint8, `[n, c, h, w]` or `[n, h, w, c]` with 1 or 3 channels, and a
 * first output of one row of logits or probabilities per image. What it gives is found out by running it once.
 * @throws AppError MODEL_UNREADABLE, saying what was expected and what was found; PROVIDER_UNAVAILABLE when a
 * provider other than the CPU cannot load it
 */
export async function loadPredictor(bytes: Uint8Array, options: PredictorOptions): Promise<Predictor> {
  const original = decodeModel(bytes);
  const model = castEnds(original);
  const input = describePictureInput(model, options.input ?? {});
  const output = chooseOutput(model);
  const runner = await openRunner(model === original ? bytes : encodeModel(model), input, output, options);
  try {
    const { classCount, givesProbabilities } = await observe(runner, input);
    const toProbabilities = givesProbabilities
      ? (values: Float32Array) => values
      : (values: Float32Array) => softmaxRows(toLogits(model, output, values), classCount);
    return assemblePredictor(model, input, runner, { classCount, toProbabilities });
  } catch (error) {
    await runner.dispose();
    throw error;
  }
}

function assemblePredictor(
  model: OnnxModel,
  input: ImageInput,
  runner: ModelRunner,
  {
    classCount,
    toProbabilities,
  }: { readonly classCount: number; readonly toProbabilities: (values: Float32Array) => Float32Array },
): Predictor {
  const { width, height, channels } = input;
  const classNames = findClassNames(model.metadata);
  return {
    classNames: classNames?.length === classCount ? classNames : undefined,
    imageSize: { width, height },
    channels,
    classCount,
    predict: async (images, count) => {
      assert(
        images.length === count * width * height * channels,
        `${images.length} bytes for ${count} images`,
      );
      if (count === 0) return new Float32Array();
      const { values } = takeOnly(await runner.run(images, count));
      return toProbabilities(values);
    },
    dispose: () => runner.dispose(),
  };
}

/** The first of numbers: files may give labels beside them. */
function chooseOutput({ graph }: OnnxModel): string {
  const outputs = graph.outputs.map(({ name, elementType }) => ({
    name,
    type: nameElementType(elementType),
  }));
  const chosen = outputs.find(({ type }) => type.startsWith('float'));
  if (chosen) return chosen.name;
  const found = outputs.map(({ name, type }) => `${name} of ${type}`).join(', ') || 'none';
  throw unreadableClassifier('an output with a number for each class', found);
}

/** Where each class answers for itself, by a sigmoid, the most likely of all is asked for. */
function toLogits({ graph }: OnnxModel, output: string, values: Float32Array): Float32Array {
  const makerOf = (name: string) => graph.nodes.find(({ outputs }) => outputs.includes(name));
  const last = makerOf(output);
  const maker = last?.opType === 'Cast' ? makerOf(last.inputs[0] ?? '') : last;
  if (maker?.opType !== 'Sigmoid') return values;
  return values.map((value) => Math.log(Math.max(value, leastShare) / Math.max(1 - value, leastShare)));
}

/** Rounding gives shares of 0 and 1 that have no finite logit. */
const leastShare = 1e-7;

async function openRunner(
  bytes: Uint8Array,
  input: ImageInput,
  output: string,
  { provider, threads }: PredictorOptions,
): Promise<ModelRunner> {
  try {
    return await createModelRunner(bytes, input, [output], {
      provider,
      ...(threads !== undefined && { threads }),
    });
  } catch (cause) {
    // On the CPU the model is at fault; elsewhere it may well be the device.
    if (provider !== 'cpu') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('MODEL_UNREADABLE', `expected a model that onnxruntime loads, found: ${reason}`, {
      cause,
    });
  }
}

/** Runs pictures of noise to see the output's shape and whether its rows are probabilities already. */
async function observe(
  runner: ModelRunner,
  input: ImageInput,
): Promise<{ classCount: number; givesProbabilities: boolean }> {
  const count = 4;
  const length = count * input.height * input.width * input.channels;
  const noise = Uint8Array.from({ length }, (_, index) => (index * index * 31 + index * 7) % 251);
  const outputs = await runner.run(noise, count).catch((cause: unknown) => {
    throw unreadableClassifier(
      'a model that runs on pictures',
      cause instanceof Error ? cause.message : String(cause),
    );
  });
  const { values, shape } = takeOnly(outputs);
  const classCount = values.length / count;
  const isRowPerImage = shape.length >= 2 && shape.slice(2).every((size) => size === 1);
  if (!isRowPerImage || !Number.isInteger(classCount) || classCount < 2) {
    throw unreadableClassifier('an output of one row per image', `shape [${shape.join(', ')}]`);
  }
  return { classCount, givesProbabilities: listRows(values, classCount).every(isDistribution) };
}

function takeOnly(outputs: ReadonlyMap<string, ModelOutput>): ModelOutput {
  const [output] = outputs.values();
  assert(output, 'a runner without outputs');
  return output;
}

function isDistribution(row: Float32Array): boolean {
  const sum = row.reduce((total, value) => total + value, 0);
  return Math.abs(sum - 1) < 1e-3 && row.every((value) => value >= 0 && value <= 1);
}

function softmaxRows(values: Float32Array, width: number): Float32Array {
  const result = new Float32Array(values.length);
  listRows(values, width).forEach((row, index) => {
    const largest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const powers = row.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((total, value) => total + value, 0);
    result.set(
      powers.map((value) => value / sum),
      index * width,
    );
  });
  return result;
}

function listRows(values: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: values.length / width }, (_, row) =>
    values.subarray(row * width, (row + 1) * width),
  );
}
