/** A classifier's training run: what a trainer of any model does, in pictures, labels and probabilities. */
import { assert } from '../base/app-error.ts';
import { describeClassifier } from './classifier-metadata.ts';
import { createModelTrainer, type ModelTrainer, type ModelTrainerOptions } from './model-trainer.ts';
import { toTrainableModel } from './nn/classification-task.ts';
import type { Classifier } from './nn/classifier.ts';

/** What is trained, how, and where. */
export interface TrainerOptions extends Omit<ModelTrainerOptions, 'model'> {
  readonly model: Classifier;
  /** Share of the target spread evenly over all classes, 0 for none. */
  readonly labelSmoothing: number;
}

/** What one step of a classifier's training tells. */
export interface StepOutcome {
  /** Mean loss of the batch before the update; NaN or infinite when training diverged. */
  readonly loss: number;
  /** Images of the batch whose most likely class was right. */
  readonly correct: number;
  /** These as of a step of any model. */
  readonly firstBadNode?: string;
  readonly lossScale?: number;
  readonly isSkipped?: boolean;
}

/** What an exported classifier says of itself. */
export interface ExportOptions {
  /** One name per class, in label order. */
  readonly classNames: readonly string[];
  /** Further entries of the file's metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Promises what ModelTrainer does. */
export interface Trainer
  extends Pick<ModelTrainer, 'provider' | 'stepCount' | 'readState' | 'loadState' | 'dispose'> {
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
  /**
   * An ONNX file: input `images` uint8 `[n, h, w, 3]`, scaling in the graph, normalization folded into the
   * convolutions, output `probabilities` `[n, classes]`; names, size and architecture in its metadata.
   */
  exportOnnx(options: ExportOptions): Promise<Uint8Array>;
}

/** @throws AppError PROVIDER_UNAVAILABLE when the provider cannot run the training graph. */
export async function createTrainer({ labelSmoothing, ...options }: TrainerOptions): Promise<Trainer> {
  const model = toTrainableModel(options.model, labelSmoothing);
  return new ClassifierTrainer(options.model, await createModelTrainer({ ...options, model }));
}

class ClassifierTrainer implements Trainer {
  readonly #model: Classifier;
  readonly #trainer: ModelTrainer;

  constructor(model: Classifier, trainer: ModelTrainer) {
    this.#model = model;
    this.#trainer = trainer;
  }

  get provider() {
    return this.#trainer.provider;
  }

  get stepCount(): number {
    return this.#trainer.stepCount;
  }

  async step(images: Uint8Array, labels: Int32Array, learningRate: number): Promise<StepOutcome> {
    const { classes } = this.#model;
    assert(
      labels.every((label) => label >= 0 && label < classes),
      `a label is not among the ${classes} classes`,
    );
    const feeds = new Map<string, Uint8Array | Int32Array>([
      ['images', images],
      ['labels', labels],
    ]);
    const { results, gradientNorm: _, ...outcome } = await this.#trainer.step(feeds, learningRate);
    return {
      ...outcome,
      correct: countCorrect(results.get('logits') ?? new Float32Array(), labels, classes),
    };
  }

  async predict(images: Uint8Array, count: number): Promise<Float32Array> {
    if (count === 0) return new Float32Array();
    const outputs = await this.#trainer.run(images, count);
    return outputs.get('probabilities')?.values ?? new Float32Array();
  }

  readState(): Promise<Uint8Array> {
    return this.#trainer.readState();
  }

  loadState(bytes: Uint8Array): Promise<void> {
    return this.#trainer.loadState(bytes);
  }

  async exportOnnx({ classNames, metadata = {} }: ExportOptions): Promise<Uint8Array> {
    const { classes, imageSize, architecture } = this.#model;
    assert(classNames.length === classes, `${classNames.length} names for ${classes} classes`);
    return this.#trainer.exportOnnx({
      ...metadata,
      ...describeClassifier({ classNames, imageSize, architecture }),
    });
  }

  dispose(): Promise<void> {
    return this.#trainer.dispose();
  }
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
