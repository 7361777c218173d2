/** A training run of any model in one object: one onnxruntime graph holds forward pass, loss, gradients and update. */
import { assert } from '../base/app-error.ts';
import { type ChosenForms, createChosenForms } from './autodiff/convolution-forms.ts';
import { createInferenceGraph, type TrainedValues } from './nn/inference-graph.ts';
import { type FeedSpec, pictureSizeOf, type TrainableModel } from './nn/trainable-model.ts';
import { writeOnnx } from './onnx/write.ts';
import { lossScaling, scalingState } from './optim/loss-scaling.ts';
import type { OptimizerOptions } from './optim/optimizer.ts';
import {
  createTrainingGraph,
  gradientSum,
  type StateVector,
  type TrainingGraph,
} from './optim/training-graph.ts';
import { findFirstBadNode } from './runtime/first-bad-node.ts';
import { createModelRunner, type ModelOutput, type ModelRunner } from './runtime/model-runner.ts';
import { longestHalfSums, type ProviderName } from './runtime/providers.ts';
import { describeFailure } from './runtime/session.ts';
import { createStepWriter } from './runtime/step-file.ts';
import { createStepRunner, type StepFeed, type StepRunner } from './runtime/step-runner.ts';
import {
  checkTrainerState,
  decodeTrainerState,
  encodeTrainerState,
  type TrainerState,
} from './trainer-state.ts';

/** What is trained, how, and where. */
export interface ModelTrainerOptions {
  readonly model: TrainableModel;
  /** Samples of each step; every step gets exactly this many. */
  readonly batchSize: number;
  /**
   * Pieces in which a step is done where the whole batch does not fit into memory, a divisor of the batch size; 1 if
   * absent. Batch normalization sees a piece at a time; else the step is that of the whole batch but for rounding.
   */
  readonly accumulate?: number;
  readonly optimizer: OptimizerOptions;
  readonly provider: ProviderName;
  /**
   * Automatic mixed precision: products in half precision under a scaled loss, weights and all that sums in float32;
   * steps whose gradients leave half precision are skipped. Worth it on a device that is faster so. False if absent.
   */
  readonly amp?: boolean;
  /** CPU threads of the session; onnxruntime's choice if absent. Part of the determinism promise. */
  readonly threads?: number;
  /** Of what dropout draws; 0 if absent. */
  readonly seed?: number;
  /** What `chooseForms` found for this model, batch and machine; by rule if absent. Part of the determinism promise. */
  readonly forms?: ChosenForms;
  /** Of onnxruntime if absent. */
  readonly createRunner?: typeof createStepRunner;
}

/** Elements of the model's feeds by name, in the shapes of `listFeeds(batchSize)`. */
export type FeedElements = ReadonlyMap<string, Uint8Array | Int32Array | Float32Array>;

/** What one optimizer step tells. */
export interface ModelStepOutcome {
  /** Of the batch before the update; NaN or infinite when training diverged. */
  readonly loss: number;
  /** Global L2 norm before clipping. */
  readonly gradientNorm: number;
  /** Where the first number that is not finite came up, if one did: there is no going on from this step. */
  readonly firstBadNode?: string;
  /** With amp: by what the loss was multiplied. */
  readonly lossScale?: number;
  /** With amp: gradients were not finite, so nothing has moved and the next loss scale is smaller. False if absent. */
  readonly isSkipped?: boolean;
  /**
   * What the model's buildLoss returns beside the loss, only valid until the next step. Of a step in pieces: what has
   * a row for each sample one after the other, else the mean.
   */
  readonly results: ReadonlyMap<string, Float32Array>;
}

/**
 * On the CPU, the same model, options, feeds and rates give byte-identical state, also when the run was interrupted
 * by readState and loadState. Calls must not overlap: await each before the next.
 */
export interface ModelTrainer {
  readonly provider: ProviderName;
  /** Steps done, including those before loadState. */
  readonly stepCount: number;
  /** One optimizer step. @throws AppError PROVIDER_UNAVAILABLE, MEMORY_EXHAUSTED when the provider fails in it */
  step(feeds: FeedElements, learningRate: number): Promise<ModelStepOutcome>;
  /**
   * The outputs of the serving graph by name, of the averaged weights if they are kept, with running statistics.
   * @param images `[count, h, w, 3]` RGB, 0 to 255; any count above 0
   */
  run(images: Uint8Array, count: number): Promise<ReadonlyMap<string, ModelOutput>>;
  /** Everything needed to go on: weights, moments, running statistics, averages, step count; checksummed. */
  readState(): Promise<Uint8Array>;
  /** @throws AppError MODEL_UNREADABLE for bytes that are damaged or of another model or optimizer. */
  loadState(bytes: Uint8Array): Promise<void>;
  /**
   * An ONNX file: input `images` uint8 `[n, h, w, 3]`, scaling in the graph, normalization folded into the
   * convolutions, the outputs of the model's buildInference; what it is said to be in its metadata.
   */
  exportOnnx(metadata: Readonly<Record<string, string>>): Promise<Uint8Array>;
  /** Releases native memory; the trainer cannot be used after. */
  dispose(): Promise<void>;
}

/** @throws AppError PROVIDER_UNAVAILABLE, MEMORY_EXHAUSTED when the provider cannot run the training graph. */
export async function createModelTrainer(options: ModelTrainerOptions): Promise<ModelTrainer> {
  const { model, provider, createRunner = createStepRunner } = options;
  const training = createTrainingGraph({
    ...options,
    longestHalfSum: longestHalfSums[provider],
    forms: createChosenForms(options.forms),
  });
  const initial = createInitialState(model, training.state);
  const runner = await createRunner({
    model: (await createStepWriter(provider))(training.graph),
    provider,
    ...pickThreads(options),
    state: initial,
    results: training.results,
  });
  return new OnnxModelTrainer(options, training, runner, initial);
}

class OnnxModelTrainer implements ModelTrainer {
  readonly provider: ProviderName;
  readonly #options: ModelTrainerOptions;
  readonly #training: TrainingGraph;
  readonly #runner: StepRunner;
  readonly #initial: ReadonlyMap<string, Float32Array>;
  #stepCount = 0;
  #restartedAt = 0;
  /** Since the optimizer began. */
  #skippedSteps = 0;
  #firstBadNode: string | undefined;
  /** Built when first needed after a step. */
  #serving: ModelRunner | undefined;

  constructor(
    options: ModelTrainerOptions,
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

  async step(feeds: FeedElements, learningRate: number): Promise<ModelStepOutcome> {
    const { accumulate = 1 } = this.#options;
    const pieces: ReadonlyMap<string, Float32Array>[] = [];
    let firstBadNode: string | undefined;
    for (let piece = 0; piece < accumulate && firstBadNode === undefined; piece++) {
      const inputs = this.#listInputs(feeds, learningRate, piece);
      const outputs = await this.#runPiece(inputs);
      pieces.push(accumulate === 1 ? outputs : copyValues(outputs));
      if (!areFinite(outputs) && !canBeSkipped(outputs)) firstBadNode = await this.#nameFirstBadNode(inputs);
    }
    const last = pieces.at(-1);
    const isSkipped = firstBadNode === undefined && last !== undefined && !areFinite(last);
    this.#stepCount++;
    if (isSkipped) this.#skippedSteps++;
    await this.#dropServing();
    return {
      ...joinPieces(pieces, this.#training.results, this.#options.batchSize / accumulate),
      ...(firstBadNode !== undefined && { firstBadNode }),
      ...(isSkipped && { isSkipped }),
    };
  }

  async #runPiece(inputs: ReadonlyMap<string, StepFeed>): Promise<ReadonlyMap<string, Float32Array>> {
    try {
      return await this.#runner.step(inputs);
    } catch (cause) {
      throw describeFailure(`${this.provider} failed in step ${this.#stepCount + 1}`, cause);
    }
  }

  #listInputs(feeds: FeedElements, learningRate: number, piece: number): ReadonlyMap<string, StepFeed> {
    const { accumulate = 1 } = this.#options;
    const step = this.#stepCount - this.#restartedAt - this.#skippedSteps + 1;
    const scalars = this.#training.computeScalars(step, learningRate, piece);
    return new Map<string, StepFeed>([
      ...this.#training.feeds.map((spec) => {
        return [spec.name, toStepFeed(spec, feeds.get(spec.name), piece, accumulate)] as const;
      }),
      ...[...scalars].map(([name, value]) => [name, scalarFeed(value)] as const),
    ]);
  }

  /** Once: what follows a step that went wrong is wrong from its first node on. */
  async #nameFirstBadNode(inputs: ReadonlyMap<string, StepFeed>): Promise<string> {
    this.#firstBadNode ??= await this.#findFirstBadNode(inputs);
    return this.#firstBadNode;
  }

  async #findFirstBadNode(inputs: ReadonlyMap<string, StepFeed>): Promise<string> {
    const state = [...(await this.#runner.readPrevious())].map(
      ([name, elements]) => [name, { dtype: 'float32', shape: [elements.length], elements }] as const,
    );
    const found = await findFirstBadNode(
      this.#training.graph,
      new Map<string, StepFeed>([...inputs, ...state]),
    );
    return found ?? 'none on the CPU';
  }

  async run(images: Uint8Array, count: number): Promise<ReadonlyMap<string, ModelOutput>> {
    this.#serving ??= await this.#createServing();
    return this.#serving.run(images, count);
  }

  async readState(): Promise<Uint8Array> {
    const vectors = await this.#runner.readState();
    vectors.delete(gradientSum);
    const counts = {
      stepCount: this.#stepCount,
      restartedAt: this.#restartedAt,
      skippedSteps: this.#skippedSteps,
    };
    return encodeTrainerState({ subject: nameSubject(this.#options), ...counts, vectors });
  }

  async loadState(bytes: Uint8Array): Promise<void> {
    const vectors = new Map(this.#initial);
    vectors.delete(gradientSum);
    const state = fitScaling(decodeTrainerState(bytes), vectors);
    checkTrainerState(state, { subject: nameSubject(this.#options), stepCount: 0, vectors });
    this.#runner.writeState(new Map([...this.#initial, ...state.vectors]));
    this.#firstBadNode = undefined;
    this.#stepCount = state.stepCount;
    this.#restartedAt = state.restartedAt ?? 0;
    this.#skippedSteps = state.skippedSteps ?? 0;
    await this.#dropServing();
  }

  async exportOnnx(metadata: Readonly<Record<string, string>>): Promise<Uint8Array> {
    return writeOnnx(await this.#createServingGraph(), { metadata, symbolicBatch: 1 });
  }

  async dispose(): Promise<void> {
    await this.#dropServing();
    await this.#runner.dispose();
  }

  async #createServing(): Promise<ModelRunner> {
    const { model, provider } = this.#options;
    const graph = await this.#createServingGraph();
    const input = {
      name: 'images',
      dtype: 'uint8',
      isPlanar: false,
      channels: 3,
      ...pictureSizeOf(model),
      fixedBatch: undefined,
      pixelRange: '0..255',
    } as const;
    const outputs = graph.outputs.map(({ name }) => name);
    const bytes = writeOnnx(graph, { symbolicBatch: 1 });
    return createModelRunner(bytes, input, outputs, { provider, ...pickThreads(this.#options) });
  }

  async #createServingGraph() {
    const values = takeTrainedValues(await this.#runner.readState());
    return createInferenceGraph(this.#options.model, values);
  }

  async #dropServing(): Promise<void> {
    const serving = this.#serving;
    this.#serving = undefined;
    await serving?.dispose();
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

/** A run may go on in another precision: the loss scale then begins anew, or is of no account. */
function fitScaling(state: TrainerState, initial: ReadonlyMap<string, Float32Array>): TrainerState {
  const vectors = new Map(state.vectors);
  for (const name of scalingState) {
    const own = initial.get(name);
    if (!own) vectors.delete(name);
    else if (!vectors.has(name)) vectors.set(name, own);
  }
  return { ...state, vectors };
}

/** Initial weights and running statistics, zero moments. */
function createInitialState(
  model: TrainableModel,
  vectors: readonly StateVector[],
): ReadonlyMap<string, Float32Array> {
  const parameters = model.initialParameters;
  const statistics = model.initialStatistics ?? neutralStatistics(model);
  const known = new Map([
    ['parameters', parameters],
    ['statistics', statistics],
    ['average', joinVectors(parameters, statistics)],
    ['lossScale', Float32Array.of(lossScaling.initialScale)],
  ]);
  return new Map(vectors.map(({ name, length }) => [name, known.get(name) ?? new Float32Array(length)]));
}

/** Mean 0 and variance 1. */
function neutralStatistics({ statistics }: TrainableModel): Float32Array {
  return Float32Array.from(
    statistics.flatMap(({ channels }) => [...Array(channels).fill(0), ...Array(channels).fill(1)]),
  );
}

function joinVectors(first: Float32Array, second: Float32Array): Float32Array {
  const joined = new Float32Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function nameSubject({ model, optimizer }: ModelTrainerOptions): Record<string, string | number> {
  return { ...model.subject, optimizer: optimizer.kind };
}

function pickThreads({ threads }: ModelTrainerOptions): { threads?: number } {
  return threads === undefined ? {} : { threads };
}

/** A piece of what was fed for the whole step. @param spec of the piece */
function toStepFeed(
  { name, dtype, shape }: FeedSpec,
  whole: unknown,
  piece: number,
  count: number,
): StepFeed {
  const length = shape.reduce((product, size) => product * size, 1);
  const cut = <T extends Uint8Array | Int32Array | Float32Array>(array: T): T => {
    const expected = `${count} times [${shape}]`;
    assert(array.length === count * length, `${name} has ${array.length} elements, expected ${expected}`);
    return array.subarray(piece * length, (piece + 1) * length) as T;
  };
  if (dtype === 'uint8' && whole instanceof Uint8Array) return { dtype, shape, elements: cut(whole) };
  if (dtype === 'int32' && whole instanceof Int32Array) return { dtype, shape, elements: cut(whole) };
  assert(dtype === 'float32' && whole instanceof Float32Array, `${name} must be fed as ${dtype}`);
  return { dtype, shape, elements: cut(whole) };
}

function areFinite(outputs: ReadonlyMap<string, Float32Array>): boolean {
  return ['loss', 'gradientNorm'].every((name) => Number.isFinite(outputs.get(name)?.[0]));
}

/** Whether a smaller loss scale may help against numbers that are not finite. */
function canBeSkipped(outputs: ReadonlyMap<string, Float32Array>): boolean {
  const [scale = 0] = outputs.get('usedScale') ?? [];
  return scale > lossScaling.leastScale;
}

function copyValues(outputs: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, Float32Array> {
  return new Map([...outputs].map(([name, values]) => [name, values.slice()]));
}

/** @param rows samples of a piece */
function joinPieces(
  pieces: readonly ReadonlyMap<string, Float32Array>[],
  shapes: ReadonlyMap<string, readonly number[]>,
  rows: number,
): Pick<ModelStepOutcome, 'loss' | 'gradientNorm' | 'lossScale' | 'results'> {
  const joined = [...shapes].map(([name, shape]) => {
    const parts = pieces.map((piece) => piece.get(name) ?? new Float32Array());
    return [name, shape.length > 0 && shape[0] === rows ? concatenate(parts) : average(parts)] as const;
  });
  const { loss, gradientNorm: _norm, usedScale, ...results } = Object.fromEntries(joined);
  return {
    loss: loss?.[0] ?? Number.NaN,
    ...(usedScale?.[0] !== undefined && { lossScale: usedScale[0] }),
    gradientNorm: pieces.at(-1)?.get('gradientNorm')?.[0] ?? Number.NaN,
    results: new Map(Object.entries(results)),
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  return parts.reduce(joinVectors);
}

function average(parts: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(), ...others] = parts;
  if (others.length === 0) return first;
  return first.map((value, index) => {
    const sum = others.reduce((total, part) => total + (part[index] ?? 0), value);
    return sum / parts.length;
  });
}

function scalarFeed(value: number): StepFeed {
  return { dtype: 'float32', shape: [1], elements: Float32Array.of(value) };
}
