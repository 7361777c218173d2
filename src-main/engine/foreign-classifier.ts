/** A classifier from somebody's ONNX file that can be trained on: same graph, same names, other classes if wanted. */
import { AppError } from '../base/app-error.ts';
import { describeClassifier, findArchitecture, findClassNames } from './classifier-metadata.ts';
import type { Expressions } from './graph/expressions.ts';
import type { Graph, Value } from './graph/ops.ts';
import { floatTensor } from './graph/tensor.ts';
import { toTrainableModel } from './nn/classification-task.ts';
import type { Classifier } from './nn/classifier.ts';
import { findForeignHead, replaceForeignHead } from './nn/foreign-head.ts';
import { createForeignNetwork } from './nn/foreign-network.ts';
import { createInferenceGraph } from './nn/inference-graph.ts';
import { readBatched } from './nn/read-batched.ts';
import { decodeModel } from './onnx/decode.ts';
import { writeOnnx } from './onnx/write.ts';
import { countGraphFlops } from './passes/count-flops.ts';
import { removeDeadCode } from './passes/remove-dead-code.ts';
import { canGrow } from './passes/set-batch.ts';
import { widenFloats } from './passes/widen-floats.ts';
import { assertTakesOne, describePictureInput } from './picture-input.ts';
import type { ImageInput } from './runtime/model-runner.ts';
import { type PixelRange, scalingOf } from './runtime/pixel-range.ts';

export interface ForeignClassifierOptions extends FileOptions {
  /** As many as the file's and with its names if it has any: the last layer stays; else it is replaced. */
  readonly classNames: readonly string[];
  /** Batch normalizations keep the file's statistics in training; they follow the new pictures if absent. */
  readonly isNormalizationFrozen?: boolean;
  /** Names the random stream of a new last layer. */
  readonly seed: number;
}

/** A classifier that was read from a file: its network with the file's weights and names. */
export interface ForeignClassifier extends Classifier {
  /** Whether its last layer is new. */
  readonly hasNewHead: boolean;
  /** Parameters before the last layer. */
  readonly backbone: readonly string[];
  /** Floating-point operations (a multiply-add is two) of one forward pass over one picture. */
  readonly flops: number;
}

/**
 * @throws AppError MODEL_UNREADABLE for a file that is no image classifier, GRAPH_NOT_TRAINABLE naming the node,
 * operation and reason that stand against training it
 */
export function readForeignClassifier(
  bytes: Uint8Array,
  options: ForeignClassifierOptions,
): ForeignClassifier {
  const { classNames, seed } = options;
  const { graph, head, input, known, model } = openFile(bytes, options);
  const isOther = known !== undefined && !isSameList(known, classNames);
  const hasNewHead = head.classes !== classNames.length || isOther;
  const wanted = hasNewHead ? replaceForeignHead(graph, head, classNames.length, seed) : graph;
  const network = createForeignNetwork(wanted, {
    initializers: new Set(model.graph.initializers.keys()),
    isNormalizationFrozen: options.isNormalizationFrozen ?? false,
  });
  const shape = wanted.outputs[0]?.shape ?? [];
  return {
    ...network,
    network: (scope, pixels) => {
      const logits = network.network(scope, pixels);
      return shape.length === 2 ? logits : scope.e.reshape(logits, [pixels.shape[0] ?? 1, classNames.length]);
    },
    architecture: findArchitecture(model.metadata) ?? 'imported',
    classes: classNames.length,
    imageSize: input.height,
    channels: 3,
    foldsNormalization: false,
    readImages: (e, images) => readImages(e, images, input),
    hasNewHead,
    flops: countGraphFlops(wanted),
    backbone: network.parameters.map(({ name }) => name).filter((name) => !head.names.includes(name)),
  };
}

/** Somebody's classifier in the form in which ours are kept and served. */
export interface ImportedClassifier {
  /** The same model for bytes `[n, h, w, 3]` to probabilities, with its class names in its metadata. */
  readonly file: Uint8Array;
  readonly classNames: readonly string[];
  readonly imageSize: number;
  readonly architecture: string;
}

/** What a file is read with where it does not say itself. */
interface FileOptions {
  /** Side of the pictures where the file leaves it open. */
  readonly imageSize?: number | undefined;
  /** What float inputs expect; `0..1` if absent. */
  readonly pixelRange?: PixelRange | undefined;
}

export interface ImportOptions extends FileOptions {
  /** In the order of the outputs; the file's own if absent. */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Brings a file into the form in which trained models are kept: what serves them needs to know nothing more.
 * @throws AppError as readForeignClassifier; MODEL_CLASSES_MISMATCH for names that do not fit the file's outputs
 */
export function importClassifier(bytes: Uint8Array, options: ImportOptions): ImportedClassifier {
  const { head, known } = openFile(bytes, options);
  if (head.classes < 2) {
    throw new AppError(
      'MODEL_UNREADABLE',
      'expected a number for each of two or more classes, found one number, for yes or no: ' +
        'it can be the base of a training run, which gives it a last layer for the classes',
    );
  }
  const classNames = options.classNames ?? known;
  if (classNames?.length !== head.classes) {
    const given = classNames === undefined ? 'none, and the file names none' : `${classNames.length}`;
    throw new AppError('MODEL_CLASSES_MISMATCH', `expected ${head.classes} class names, got ${given}`, {
      data: { expected: head.classes },
    });
  }
  const classifier = readForeignClassifier(bytes, { ...options, classNames: known ?? classNames, seed: 0 });
  const { initialParameters, initialStatistics = new Float32Array(), imageSize, architecture } = classifier;
  const values = { parameters: initialParameters, statistics: initialStatistics };
  const graph = createInferenceGraph(toTrainableModel(classifier, 0), values);
  const metadata = describeClassifier({ classNames, imageSize, architecture });
  // What was exported for one picture, and has no other way, is asked one by one.
  const file = writeOnnx(graph, { metadata, ...(canGrow(graph) && { symbolicBatch: 1 }) });
  return { file, classNames, imageSize, architecture };
}

function openFile(bytes: Uint8Array, { imageSize: side, pixelRange }: FileOptions) {
  const model = decodeModel(bytes);
  const input = describePictureInput(model, {
    ...(pixelRange && { pixelRange }),
    ...(side !== undefined && { imageSize: { width: side, height: side } }),
  });
  assertTakesOne(input.fixedBatch);
  if (input.height !== input.width) {
    throw new AppError(
      'MODEL_UNREADABLE',
      `an image classifier needs square pictures, found ${input.width} × ${input.height}`,
    );
  }
  return { ...openGraph(bytes, input), input, model, known: findClassNames(model.metadata) };
}

/** For one picture, in float32, ending in the logits. */
function openGraph(bytes: Uint8Array, { name, isPlanar, channels, height, width }: ImageInput) {
  const shape = isPlanar ? [1, channels, height, width] : [1, height, width, channels];
  const read = readBatched(bytes, { [name]: shape });
  const whole = widenFloats(read.graph);
  const graph = cutAt(whole, findForeignHead(whole).logits);
  return { graph, head: findForeignHead(graph) };
}

function cutAt(graph: Graph, output: Value): Graph {
  return removeDeadCode({ ...graph, outputs: [output] });
}

function isSameList(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((name, index) => name === second[index]);
}

/** From bytes `[n, h, w, 3]` to what the file's input takes. */
function readImages(e: Expressions, images: Value, input: ImageInput): Value {
  const { isPlanar, channels, dtype, pixelRange } = input;
  const grey = channels === 1 ? toGrey(e, images) : images;
  const ordered = isPlanar ? e.transpose(grey, [0, 3, 1, 2]) : grey;
  // Rounded grey values are whole numbers, so the cast back to bytes loses nothing.
  if (dtype === 'uint8') return e.cast(ordered, 'uint8');
  const scaling = scalingOf(pixelRange, channels);
  const along = isPlanar ? [1, channels, 1, 1] : [1, 1, 1, channels];
  const constant = (part: 0 | 1) =>
    e.constant(
      floatTensor(
        scaling.map((pair) => pair[part]),
        along,
      ),
    );
  return e.add(e.mul(e.cast(ordered, 'float32'), constant(0)), constant(1));
}

/** Luma of BT.601, rounded to whole numbers; grey pictures keep their bytes. */
function toGrey(e: Expressions, images: Value): Value {
  const weights = e.constant(floatTensor([0.299, 0.587, 0.114], [1, 1, 1, 3]));
  return e.unary('Round', e.sum(e.mul(e.cast(images, 'float32'), weights), [3], true));
}
