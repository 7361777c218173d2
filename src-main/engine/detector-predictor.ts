/** Runs an object detector from an ONNX file: our own exports, and those of the YOLO families. */
import { assert } from '../base/app-error.ts';
import { findClassNames } from './classifier-metadata.ts';
import { appendGraph } from './graph/append.ts';
import { createGraphBuilder } from './graph/builder.ts';
import { createExpressions } from './graph/expressions.ts';
import type { Graph } from './graph/ops.ts';
import { floatTensor } from './graph/tensor.ts';
import {
  evaluationSuppression,
  type SuppressionOptions,
  selectDetections,
  suppressionConstants,
} from './nn/detector/dense-decoding.ts';
import { decodeOutputs, preparePixels } from './nn/detector/foreign-decoding.ts';
import type { DetectorFamily, ForeignLayout } from './nn/detector/foreign-layout.ts';
import { readForeignDetector } from './nn/detector/read-foreign.ts';
import { decodeModel } from './onnx/decode.ts';
import { encodeModel } from './onnx/encode.ts';
import type { OnnxModel } from './onnx/model.ts';
import { writeOnnx } from './onnx/write.ts';
import { removeDeadCode } from './passes/remove-dead-code.ts';
import { createModelRunner, type ModelRunner } from './runtime/model-runner.ts';
import type { ProviderName } from './runtime/providers.ts';

/** Where a detector runs, and what its file leaves open. */
export interface DetectorPredictorOptions {
  readonly provider: ProviderName;
  readonly threads?: number;
  /** Of the square input in pixels, for a foreign file that leaves it open: what its metadata say, or 640, if absent. */
  readonly imageSize?: number;
  /** As the detector was exported, or else as Ultralytics evaluates, if absent. */
  readonly suppression?: Partial<SuppressionOptions>;
}

/** Of each image at most k boxes, by falling score; rows past the last have score 0. */
export interface Detections {
  readonly k: number;
  /** x1, y1, x2, y2 in pixels of the input, `[count, k, 4]`. */
  readonly boxes: Float32Array;
  /** `[count, k]` */
  readonly scores: Float32Array;
  /** Class indices, `[count, k]`. */
  readonly classes: Float32Array;
}

/** A detector that answers: pictures in, boxes out. */
export interface DetectorPredictor {
  readonly family: DetectorFamily;
  /** From the file's metadata, if it has them. */
  readonly classNames: readonly string[] | undefined;
  readonly classCount: number;
  /** Height and width of the square input in pixels. */
  readonly imageSize: number;
  /** @param images `[count, imageSize, imageSize, 3]`, 0 to 255, RGB, letterboxed with 114 */
  detect(images: Uint8Array, count: number): Promise<Detections>;
  dispose(): Promise<void>;
}

/**
 * Takes an export of ours, or a float detector of the YOLOX or YOLO families (v5, v8, v10, 11, 26) with one square input.
 * @throws AppError MODEL_UNREADABLE, saying what was expected and what was found; GRAPH_NOT_TRAINABLE for operations
 * that the engine does not know; PROVIDER_UNAVAILABLE when a provider cannot load it
 */
export async function loadDetector(
  bytes: Uint8Array,
  options: DetectorPredictorOptions,
): Promise<DetectorPredictor> {
  const model = decodeModel(bytes);
  const { maxDetections = 0 } = options.suppression ?? {};
  if (!isOwnExport(model)) return loadForeign(bytes, options, evaluationSuppression);
  const exported = readSuppression(model);
  return maxDetections > exported.maxDetections
    ? loadForeign(bytes, options, exported)
    : loadOwn(model, options);
}

function isOwnExport({ graph, metadata }: OnnxModel): boolean {
  const names = graph.outputs.map(({ name }) => name);
  return findClassNames(metadata) !== undefined && outputNames.every((name) => names.includes(name));
}

const outputNames = ['boxes', 'scores', 'classes'] as const;

function readSuppression({ graph }: OnnxModel): SuppressionOptions {
  const numberOf = (name: string) => Number(graph.initializers.get(name)?.elements[0] ?? 0);
  const rows = graph.outputs.find(({ name }) => name === 'scores')?.shape?.[1];
  return {
    confidence: numberOf(suppressionConstants.confidence),
    overlap: numberOf(suppressionConstants.overlap),
    maxDetections: Number(rows ?? evaluationSuppression.maxDetections),
  };
}

async function loadOwn(
  model: OnnxModel,
  { suppression = {}, ...session }: DetectorPredictorOptions,
): Promise<DetectorPredictor> {
  const initializers = new Map(model.graph.initializers);
  for (const key of ['confidence', 'overlap'] as const) {
    const wanted = suppression[key];
    if (wanted !== undefined) initializers.set(suppressionConstants[key], floatTensor([wanted]));
  }
  const imageSize = Number(model.graph.inputs[0]?.shape?.[1] ?? 0);
  const bytes = encodeModel({ ...model, graph: { ...model.graph, initializers } });
  const runner = await openRunner(bytes, imageSize, session, undefined);
  const classNames = findClassNames(model.metadata) ?? [];
  const limit = suppression.maxDetections ?? Number.POSITIVE_INFINITY;
  return assemble(
    { family: 'fieldstation', classNames, classCount: classNames.length, imageSize },
    runner,
    limit,
  );
}

async function loadForeign(
  bytes: Uint8Array,
  { suppression = {}, imageSize: imageSizeWanted, ...session }: DetectorPredictorOptions,
  usual: SuppressionOptions,
): Promise<DetectorPredictor> {
  const { graph, layout } = readForeignDetector(bytes, imageSizeWanted);
  const asked = { ...usual, ...suppression };
  // What chose one box for each object itself has nothing to suppress.
  const wanted = layout.layout === 'final' ? { ...asked, overlap: 1 } : asked;
  const written = writeOnnx(serveForeign(graph, layout, wanted), { symbolicBatch: 1 });
  const { family, classNames, classes: classCount, imageSize } = layout;
  const runner = await openRunner(written, imageSize, session, undefined);
  if (await isPerImage(runner, imageSize)) {
    return assemble({ family, classNames, classCount, imageSize }, runner, wanted.maxDetections);
  }
  await runner.dispose();
  const single = await openRunner(written, imageSize, session, 1);
  return assemble({ family, classNames, classCount, imageSize }, single, wanted.maxDetections);
}

/** The foreign graph between what it wants its pixels to be and the reduction of what it gives. */
function serveForeign(graph: Graph, layout: ForeignLayout, suppression: SuppressionOptions): Graph {
  const e = createExpressions(createGraphBuilder());
  const { imageSize } = layout;
  const images = e.builder.input('images', 'uint8', [1, imageSize, imageSize, 3]);
  const [input] = graph.inputs;
  if (!input) throw new Error('bug: a recognized detector without input');
  const values = appendGraph(e.builder, graph, new Map([[input, preparePixels(e, images, layout)]]));
  const outputs = graph.outputs.flatMap((output) => values.get(output) ?? []);
  const { scores, boxes } = decodeOutputs(e, outputs, layout);
  const selected = selectDetections(e, scores, boxes, suppression, imageSize);
  const named = [...selected].map(
    ([name, value]) => e.builder.node('Identity', [value], {}, { outputs: [name] })[0],
  );
  return removeDeadCode(e.builder.finish('foreign-detector', named));
}

function openRunner(
  bytes: Uint8Array,
  imageSize: number,
  session: Pick<DetectorPredictorOptions, 'provider' | 'threads'>,
  fixedBatch: number | undefined,
): Promise<ModelRunner> {
  const input = {
    name: 'images',
    dtype: 'uint8',
    isPlanar: false,
    channels: 3,
    height: imageSize,
    width: imageSize,
    fixedBatch,
    pixelRange: '0..255',
  } as const;
  return createModelRunner(bytes, input, outputNames, session);
}

/** A graph written for one image may mix images when it gets more: then two give other scores than one after the other. */
async function isPerImage(runner: ModelRunner, imageSize: number): Promise<boolean> {
  const length = imageSize * imageSize * 3;
  const noise = Uint8Array.from({ length: 2 * length }, (_, index) => (index * index * 31 + index * 7) % 251);
  const scoresOf = async (images: Uint8Array, count: number) =>
    (await runner.run(images, count)).get('scores')?.values ?? new Float32Array();
  const single = [
    ...(await scoresOf(noise.subarray(0, length), 1)),
    ...(await scoresOf(noise.subarray(length), 1)),
  ];
  const together = await scoresOf(noise, 2).catch(() => new Float32Array());
  return (
    together.length === single.length &&
    single.every((score, index) => Math.abs(score - (together[index] ?? 0)) < 1e-4)
  );
}

/** @param limit boxes of an image at most */
function assemble(
  description: Omit<DetectorPredictor, 'detect' | 'dispose'>,
  runner: ModelRunner,
  limit: number,
): DetectorPredictor {
  const { imageSize } = description;
  return {
    ...description,
    detect: async (images, count) => {
      assert(
        images.length === count * imageSize * imageSize * 3,
        `${images.length} bytes for ${count} images`,
      );
      if (count === 0)
        return { k: 0, boxes: new Float32Array(), scores: new Float32Array(), classes: new Float32Array() };
      const outputs = await runner.run(images, count);
      const made = outputs.get('scores')?.shape[1] ?? 0;
      const k = Math.min(limit, made);
      const take = (name: string, width: number) =>
        keepColumns(outputs.get(name)?.values ?? new Float32Array(), made * width, k * width);
      return { k, boxes: take('boxes', 4), scores: take('scores', 1), classes: take('classes', 1) };
    },
    dispose: () => runner.dispose(),
  };
}

/** The first columns of each row. */
function keepColumns(values: Float32Array, width: number, kept: number): Float32Array {
  if (kept === width) return values;
  const result = new Float32Array((values.length / width) * kept);
  for (let row = 0; row * width < values.length; row++) {
    result.set(values.subarray(row * width, row * width + kept), row * kept);
  }
  return result;
}
