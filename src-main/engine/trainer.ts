/** A training run in one object: one onnxruntime graph holds forward pass, loss, gradients and update. */
import type { Classifier } from './nn/classifier.ts';
import type { OptimizerOptions } from './optim/optimizer.ts';
import type { ProviderName } from './runtime/providers.ts';

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
  readonly seed: number;
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
export async function createTrainer(_options: TrainerOptions): Promise<Trainer> {
  throw new Error('bug: not built yet');
}
