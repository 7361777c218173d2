/** A training run in one object: one onnxruntime graph holds forward pass, loss, gradients and update. */
import { assert } from '../base/app-error.ts';
import { describeClassifier } from './classifier-metadata.ts';
import type { Classifier } from './nn/classifier.ts';
import { createInferenceGraph, type TrainedValues } from './nn/inference-graph.ts';
import { writeOnnx } from './onnx/write.ts';
import type { OptimizerOptions } from './optim/optimizer.ts';
import { createTrainingGraph, type StateVector, type TrainingGraph } from './optim/training-graph.ts';
import { expandNormalization } from './passes/expand-normalization.ts';
import { findConvolutionBlock } from './runtime/blocked-layout.ts';
import { createModelRunner, type ModelRunner } from './runtime/model-runner.ts';
import type { ProviderName } from './runtime/providers.ts';
import { createStepRunner, type StepFeed, type StepRunner } from './runtime/step-runner.ts';
import { checkTrainerState, decodeTrainerState, encodeTrainerState } from './trainer-state.ts';

export interface TrainerOptions {
  readonly model: Classifier;
  /** Images of each step; every step gets exactly this many. */
  readonly batchSize: number;
  readonly optimizer: OptimizerOptions;
  /** Share of the target spread evenly over all classes, 0 for none. */
  readonly labelSmoothing: number;
  readonly provider: ProviderName;
  /** CPU threads of the session; onnxruntime's choice if absent. Part of the determinism promise. */
  readonly threads?: number;
}

export interface StepOutcome {
  /** Mean loss of the batch before the update; NaN or infinite when training diverged. */
  readonly loss: number;
  /** Images of the batch whose most likely class was right. */
  readonly correct: number;
}

export interface ExportOptions {
  /** One name per class, in label order. */
  readonly classNames: readonly string[];
  /** Further entries of the file's metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * On the CPU, the same model, options, images, labels and rates give byte-identical state, also when the
 * run was interrupted by readState and loadState. Calls must not overlap: await each before the next.
 */
export interface Trainer {
  readonly provider: ProviderName;
  /** Steps done, including those before loadState. */
  readonly stepCount: number;
  /**
   * One optimizer step.
   * @param images `[batchSize, h, w, 3]` RGB, 0 to 255
   * @param labels `[batchSize]` class indices
   */
  step(images: Uint8Array, labels: Int32Array, learningRate: number): Promise<StepOutcome>;
  /**
   * Class probabilities `[count, classes]` with running statistics, of the averaged weights if they are kept.
   * @param images `[count, h, w, 3]` RGB, 0 to 255; any count
   */
  predict(images: Uint8Array, count: number): Promise<Float32Array>;
  /** Everything needed to go on: weights, moments, running statistics, averages, step count; checksummed. */
  readState(): Promise<Uint8Array>;
  /** @throws AppError MODEL_UNREADABLE for bytes that are damaged or of another model or optimizer. */
  loadState(bytes: Uint8Array): Promise<void>;
  /**
   * An ONNX file: input `images` uint8 `[n, h, w, 3]`, scaling in the graph, normalization folded into the
   * convolutions, output `probabilities` `[n, classes]`; names, size and architecture in its metadata.
   */
  exportOnnx(options: ExportOptions): Promise<Uint8Array>;
  /** Releases native memory; the trainer cannot be used after. */
  dispose(): Promise<void>;
}

/** @throws AppError PROVIDER_UNAVAILABLE when the provider cannot run the training graph. */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { model, batchSize, provider } = options;
  const training = createTrainingGraph({ ...model, ...options });
  const initial = createInitialState(model, training.state);
  const runner = await createStepRunner({
    model: await writeStep(training, provider),
    provider,
    ...pickThreads(options),
    state: initial,
    results: new Map([
      ['loss', []],
      ['logits', [batchSize, model.classes]],
    ]),
  });
  return new OnnxTrainer(options, training, runner, initial);
}

async function writeStep({ graph }: TrainingGraph, provider: ProviderName): Promise<Uint8Array> {
  if (provider !== 'cpu') return writeOnnx(expandNormalization(graph));
  return writeOnnx(graph, { convolutionBlock: await findConvolutionBlock() });
}

class OnnxTrainer implements Trainer {
  readonly provider: ProviderName;
  readonly #options: TrainerOptions;
  readonly #training: TrainingGraph;
  readonly #runner: StepRunner;
  readonly #initial: ReadonlyMap<string, Float32Array>;
  #stepCount = 0;
  /** Built when first needed after a step. */
  #predictor: ModelRunner | undefined;

  constructor(
    options: TrainerOptions,
    training: TrainingGraph,
    runner: StepRunner,
    initial: ReadonlyMap<string, Float32Array>,
  ) {
    this.provider = options.provider;
    this.#options = options;
    this.#training = training;
    this.#runner = runner;
    this.#initial = initial;
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  async step(images: Uint8Array, labels: Int32Array, learningRate: number): Promise<StepOutcome> {
    const { batchSize, model } = this.#options;
    const { imageSize, classes } = model;
    assert(images.length === batchSize * imageSize * imageSize * 3, `${images.length} bytes for a batch`);
    assert(labels.length === batchSize, `${labels.length} labels for a batch of ${batchSize}`);
    assert(
      labels.every((label) => label >= 0 && label < classes),
      `a label is not among the ${classes} classes`,
    );
    const scalars = this.#training.computeScalars(this.#stepCount + 1, learningRate);
    const results = await this.#runner.step(
      new Map<string, StepFeed>([
        ['images', { dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3], elements: images }],
        ['labels', { dtype: 'int32', shape: [batchSize], elements: labels }],
        ...[...scalars].map(([name, value]) => [name, scalarFeed(value)] as const),
      ]),
    );
    this.#stepCount++;
    await this.#dropPredictor();
    const logits = results.get('logits') ?? new Float32Array();
    return { loss: results.get('loss')?.[0] ?? Number.NaN, correct: countCorrect(logits, labels, classes) };
  }

  async predict(images: Uint8Array, count: number): Promise<Float32Array> {
    this.#predictor ??= await this.#createPredictor();
    if (count === 0) return new Float32Array();
    return (await this.#predictor.run(images, count)).values;
  }

  async readState(): Promise<Uint8Array> {
    const vectors = await this.#runner.readState();
    return encodeTrainerState({
      subject: describeSubject(this.#options),
      stepCount: this.#stepCount,
      vectors,
    });
  }

  async loadState(bytes: Uint8Array): Promise<void> {
    const expected = { subject: describeSubject(this.#options), stepCount: 0, vectors: this.#initial };
    const state = decodeTrainerState(bytes);
    checkTrainerState(state, expected);
    this.#runner.writeState(state.vectors);
    this.#stepCount = state.stepCount;
    await this.#dropPredictor();
  }

  async exportOnnx({ classNames, metadata = {} }: ExportOptions): Promise<Uint8Array> {
    const { model } = this.#options;
    assert(classNames.length === model.classes, `${classNames.length} names for ${model.classes} classes`);
    return this.#writeInference({
      ...metadata,
      ...describeClassifier({ classNames, imageSize: model.imageSize, architecture: model.architecture }),
    });
  }

  async dispose(): Promise<void> {
    await this.#dropPredictor();
    await this.#runner.dispose();
  }

  async #createPredictor(): Promise<ModelRunner> {
    const { model, provider } = this.#options;
    const input = {
      name: 'images',
      dtype: 'uint8',
      isPlanar: false,
      channels: 3,
      height: model.imageSize,
      width: model.imageSize,
      fixedBatch: undefined,
      pixelRange: '0..255',
    } as const;
    const threads = pickThreads(this.#options);
    return createModelRunner(await this.#writeInference({}), input, 'probabilities', {
      provider,
      ...threads,
    });
  }

  async #writeInference(metadata: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const values = takeTrainedValues(await this.#runner.readState());
    const graph = createInferenceGraph(this.#options.model, values);
    return writeOnnx(graph, { metadata, symbolicBatch: 1 });
  }

  async #dropPredictor(): Promise<void> {
    const predictor = this.#predictor;
    this.#predictor = undefined;
    await predictor?.dispose();
  }
}

/** The averages where they are kept, else the weights themselves. */
function takeTrainedValues(state: ReadonlyMap<string, Float32Array>): TrainedValues {
  const parameters = state.get('parameters') ?? new Float32Array();
  const statistics = state.get('statistics') ?? new Float32Array();
  const average = state.get('average');
  if (!average) return { parameters, statistics };
  return {
    parameters: average.subarray(0, parameters.length),
    statistics: average.subarray(parameters.length),
  };
}

/** Initial weights, mean 0 and variance 1 for running statistics, zero moments. */
function createInitialState(
  model: Classifier,
  vectors: readonly StateVector[],
): ReadonlyMap<string, Float32Array> {
  const parameters = model.initialParameters;
  const statistics = Float32Array.from(
    model.statistics.flatMap(({ channels }) => [...Array(channels).fill(0), ...Array(channels).fill(1)]),
  );
  const known = new Map([
    ['parameters', parameters],
    ['statistics', statistics],
    ['average', joinVectors(parameters, statistics)],
  ]);
  return new Map(vectors.map(({ name, length }) => [name, known.get(name) ?? new Float32Array(length)]));
}

function joinVectors(first: Float32Array, second: Float32Array): Float32Array {
  const joined = new Float32Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function describeSubject({ model, optimizer }: TrainerOptions): Record<string, string | number> {
  const { architecture, classes, imageSize } = model;
  return { architecture, classes, imageSize, optimizer: optimizer.kind };
}

function pickThreads({ threads }: TrainerOptions): { threads?: number } {
  return threads === undefined ? {} : { threads };
}

function scalarFeed(value: number): StepFeed {
  return { dtype: 'float32', shape: [1], elements: Float32Array.of(value) };
}

function countCorrect(logits: Float32Array, labels: Int32Array, classes: number): number {
  let correct = 0;
  labels.forEach((label, index) => {
    const row = logits.subarray(index * classes, (index + 1) * classes);
    if (row.indexOf(row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)) === label)
      correct++;
  });
  return correct;
}
