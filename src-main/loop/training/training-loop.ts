/** Epoch after epoch: batches, steps, validation, the best weights so far, and a point to go on from. */
import { setImmediate as afterMessages } from 'node:timers/promises';
import { throwIfCancelled } from '../../base/cancellation.ts';
import type { Clock } from '../../base/clock.ts';
import type { Trainer } from '../../engine/index.ts';
import { measureClassification } from '../../statistics/classification-metrics.ts';
import { classifyPictures, type PictureSupply } from '../../statistics/classifier-measurement.ts';
import type { LoopState } from './checkpoint.ts';
import { type EpochScore, hasPatienceRunOut, initialStanding, judgeEpoch } from './epoch-score.ts';
import type { Sampler } from './sampler.ts';
import { learningRateAt, type ProgressOptions, shareDone } from './training-progress.ts';

/** Pictures of one split in the size of the model, with their classes. */
export interface Samples {
  readonly supply: PictureSupply;
  /** `[n]` */
  readonly classes: Int32Array;
}

export interface Batch {
  /** `[batchSize, size, size, 3]` RGB */
  readonly images: Uint8Array;
  /** `[batchSize]` */
  readonly labels: Int32Array;
}

export interface EpochRecord {
  /** 1-based. */
  readonly epoch: number;
  /** Optimizer steps done since the run began. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface LoopOptions {
  readonly trainer: Trainer;
  readonly sampler: Sampler;
  readonly val: Samples;
  readonly classCount: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly patience: number;
  readonly progress: ProgressOptions;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The pictures, varied. @param epoch 0-based */
  readonly loadBatch: (indices: Int32Array, epoch: number) => Promise<Batch>;
  readonly exportModel: () => Promise<Uint8Array>;
  readonly onStep: (report: StepReport) => Promise<void>;
  /** Resolves once the state is durable; the next epoch begins after. */
  readonly onEpoch: (record: EpochRecord, state: LoopState) => Promise<void>;
}

export interface StepReport {
  readonly epoch: number;
  readonly step: number;
  readonly share: number;
  readonly learningRate: number;
  /** Mean of the batch. */
  readonly loss: number;
  /** Pictures of the batch that were classified right. */
  readonly correct: number;
  readonly batchSize: number;
}

export type LoopEnd =
  | { readonly outcome: 'completed' | 'stopped'; readonly reason: string; readonly state: LoopState }
  | { readonly outcome: 'diverged'; readonly reason: string };

/** Shares below 1 are steps still to be done; the last is never cut short by rounding. */
const nearlyDone = 1 - 1e-9;

export const initialLoopState: LoopState = {
  epoch: 0,
  spentMs: 0,
  standing: initialStanding,
  trainerState: new Uint8Array(),
  bestModel: new Uint8Array(),
};

/**
 * @param from where the run goes on, its `trainerState` loaded already
 * @throws {CancelledError} when the signal is aborted
 */
export async function runTrainingLoop(options: LoopOptions, from: LoopState): Promise<LoopEnd> {
  const { epochs, patience, progress, trainer } = options;
  let state = from;
  const isDone = () =>
    state.epoch >= epochs || shareDone(progress, trainer.stepCount, state.spentMs) >= nearlyDone;
  while (!isDone() && !hasPatienceRunOut(state.standing, patience)) {
    const trained = await trainEpoch(options, state);
    if ('divergedAt' in trained) return diverged(trained.divergedAt, trained.loss);
    state = await closeEpoch(options, state, trained);
  }
  return ended(options, state);
}

interface TrainedEpoch {
  readonly loss: number;
  readonly accuracy: number;
  /** Pictures shown. */
  readonly count: number;
  readonly startedAt: number;
}

/** Ends in the middle of the epoch where the time budget does. */
async function trainEpoch(
  options: LoopOptions,
  state: LoopState,
): Promise<TrainedEpoch | { divergedAt: number; loss: number }> {
  const { trainer, batchSize, progress, clock, signal } = options;
  const startedAt = clock.monotonic();
  const total = { loss: 0, correct: 0, steps: 0 };
  for await (const { images, labels } of loadAhead(options, state.epoch)) {
    const share = shareDone(progress, trainer.stepCount, state.spentMs + clock.monotonic() - startedAt);
    if (share >= nearlyDone && total.steps > 0) break;
    const learningRate = learningRateAt(progress, trainer.stepCount, share);
    const { loss, correct } = await trainer.step(images, labels, learningRate);
    if (!Number.isFinite(loss)) return { divergedAt: trainer.stepCount, loss };
    total.loss += loss;
    total.correct += correct;
    total.steps++;
    const epoch = state.epoch + 1;
    await options.onStep({ epoch, step: trainer.stepCount, share, learningRate, loss, correct, batchSize });
    await afterMessages();
    throwIfCancelled(signal);
  }
  const { loss, correct, steps } = total;
  const count = steps * batchSize;
  return { loss: loss / steps, accuracy: correct / count, count, startedAt };
}

/** The batches of an epoch; the next is being loaded while one is used. */
async function* loadAhead(
  { sampler, loadBatch }: LoopOptions,
  epoch: number,
): AsyncGenerator<Batch, void, void> {
  const batches = sampler.listBatches(epoch);
  let next: Promise<Batch> | undefined;
  for (const [index, indices] of batches.entries()) {
    const batch = await (next ?? loadBatch(indices, epoch));
    const following = batches[index + 1];
    next = following && loadBatch(following, epoch);
    next?.catch(() => undefined);
    yield batch;
  }
}

async function closeEpoch(options: LoopOptions, state: LoopState, trained: TrainedEpoch): Promise<LoopState> {
  const { trainer, clock } = options;
  const epoch = state.epoch + 1;
  const validated = await validate(options);
  const standing = judgeEpoch(state.standing, epoch, isJudge(options.val) && validated ? validated : trained);
  const isBest = standing.bestEpoch === epoch;
  const next: LoopState = {
    epoch,
    standing,
    bestModel: isBest ? await options.exportModel() : state.bestModel,
    trainerState: await trainer.readState(),
    spentMs: state.spentMs + clock.monotonic() - trained.startedAt,
  };
  const metrics = describeEpoch(trained, validated, next.spentMs - state.spentMs);
  await options.onEpoch({ epoch, step: trainer.stepCount, metrics }, next);
  throwIfCancelled(options.signal);
  return next;
}

/** Fewer validation pictures choose an epoch by chance: the training pictures then judge it. */
const fewestJudges = 20;

function isJudge({ classes }: Samples): boolean {
  return classes.length >= fewestJudges;
}

/** Undefined without validation pictures. */
async function validate({ trainer, val, classCount, signal }: LoopOptions): Promise<EpochScore | undefined> {
  if (val.classes.length === 0) return undefined;
  const probabilities = await classifyPictures(trainer, val.supply, { signal });
  const { accuracy, logLoss } = measureClassification({
    classCount,
    trueClasses: val.classes,
    probabilities,
  });
  return { accuracy, loss: logLoss, count: val.classes.length };
}

function describeEpoch(
  trained: TrainedEpoch,
  validated: EpochScore | undefined,
  durationMs: number,
): Record<string, number> {
  return {
    'train/loss': trained.loss,
    'train/accuracy': trained.accuracy,
    ...(validated && { 'val/loss': validated.loss, 'val/accuracy': validated.accuracy }),
    epoch_seconds: durationMs / 1000,
  };
}

function diverged(step: number, loss: number): LoopEnd {
  return {
    outcome: 'diverged',
    reason: `the loss became ${loss} at step ${step}: try a lower learning rate`,
  };
}

function ended({ epochs, patience, progress, val }: LoopOptions, state: LoopState): LoopEnd {
  const { bestEpoch } = state.standing;
  const others = val.classes.length === 0 ? 'no others' : 'too few others';
  const judge = isJudge(val) ? '' : `, the best on the training pictures as there are ${others}`;
  const kept = `the weights of epoch ${bestEpoch} are kept${judge}`;
  if (state.epoch >= epochs)
    return { outcome: 'completed', reason: `all ${epochs} epochs done; ${kept}`, state };
  if (hasPatienceRunOut(state.standing, patience)) {
    const reason = `no better score for ${patience} epochs, stopped after ${state.epoch}; ${kept}`;
    return { outcome: 'stopped', reason, state };
  }
  const budgetS = Math.round((progress.budgetMs ?? 0) / 1000);
  const reason = `the time budget of ${budgetS} s is used after ${state.epoch} epochs; ${kept}`;
  return { outcome: 'completed', reason, state };
}
