/** Trains on what a model has learned already: a new last layer alone at first, then all of it, what was there slowly. */
import type { ForeignClassifier } from './foreign-classifier.ts';
import {
  createTrainer,
  type ExportOptions,
  type StepOutcome,
  type Trainer,
  type TrainerOptions,
} from './trainer.ts';
import { decodeTrainerState, encodeTrainerState, restartOptimizer } from './trainer-state.ts';

export interface TransferTrainerOptions extends Omit<TrainerOptions, 'model'> {
  readonly model: ForeignClassifier;
  /** Steps for which all but a new last layer rests. */
  readonly headSteps: number;
  /** Factor on the learning rate of what was learned before. */
  readonly backboneRate: number;
}

/** With a last layer that was there before, all of it is trained slowly from the first step on. */
export async function createTransferTrainer(options: TransferTrainerOptions): Promise<Trainer> {
  const headSteps = options.model.hasNewHead ? options.headSteps : 0;
  const phase: Phase = headSteps > 0 ? 'head' : 'all';
  return new TransferTrainer({ ...options, headSteps }, phase, await openPhase(options, phase));
}

type Phase = 'head' | 'all';

function openPhase(options: TransferTrainerOptions, phase: Phase): Promise<Trainer> {
  const { model, optimizer, backboneRate } = options;
  const backbone = model.hasNewHead ? model.backbone : model.parameters.map(({ name }) => name);
  if (phase === 'head') return createTrainer({ ...options, optimizer: { ...optimizer, frozen: backbone } });
  const rateMultipliers = backbone.map((pattern) => ({ pattern, factor: backboneRate }));
  return createTrainer({ ...options, optimizer: { ...optimizer, rateMultipliers } });
}

class TransferTrainer implements Trainer {
  readonly #options: TransferTrainerOptions;
  #phase: Phase;
  #trainer: Trainer;

  constructor(options: TransferTrainerOptions, phase: Phase, trainer: Trainer) {
    this.#options = options;
    this.#phase = phase;
    this.#trainer = trainer;
  }

  get provider() {
    return this.#trainer.provider;
  }

  get stepCount(): number {
    return this.#trainer.stepCount;
  }

  async step(images: Uint8Array, labels: Int32Array, learningRate: number): Promise<StepOutcome> {
    if (this.#phase === 'head' && this.stepCount >= this.#options.headSteps) await this.#trainAll();
    return this.#trainer.step(images, labels, learningRate);
  }

  predict(images: Uint8Array, count: number): Promise<Float32Array> {
    return this.#trainer.predict(images, count);
  }

  readState(): Promise<Uint8Array> {
    return this.#trainer.readState();
  }

  async loadState(bytes: Uint8Array): Promise<void> {
    const { stepCount, restartedAt } = decodeTrainerState(bytes);
    const { headSteps } = this.#options;
    const isPast = stepCount > headSteps || restartedAt === headSteps;
    await this.#enter(isPast ? 'all' : 'head');
    await this.#trainer.loadState(bytes);
  }

  exportOnnx(options: ExportOptions): Promise<Uint8Array> {
    return this.#trainer.exportOnnx(options);
  }

  dispose(): Promise<void> {
    return this.#trainer.dispose();
  }

  /** The moments of the last layer's steps say nothing of the steps to come. */
  async #trainAll(): Promise<void> {
    const state = decodeTrainerState(await this.#trainer.readState());
    await this.#enter('all');
    await this.#trainer.loadState(encodeTrainerState(restartOptimizer(state)));
  }

  async #enter(phase: Phase): Promise<void> {
    if (phase === this.#phase) return;
    await this.#trainer.dispose();
    this.#trainer = await openPhase(this.#options, phase);
    this.#phase = phase;
  }
}
