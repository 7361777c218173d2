/** Epoch after epoch: batches, steps, validation, the best weights so far, and a point to go on from. */
import { setImmediate as afterMessages } from 'node:timers/promises';
import { throwIfCancelled } from '../../base/cancellation.ts';
import type { Clock } from '../../base/clock.ts';
import type { LoopState } from './checkpoint.ts';
import { type EpochScore, hasPatienceRunOut, initialStanding, judgeEpoch } from './epoch-score.ts';
import { addStep, beginEpoch, type EpochUnderWay, meanOf, skipStep } from './epoch-under-way.ts';
import { addToWindow, initialStepWindow, type StepWindow } from './step-metrics.ts';
import { learningRateAt, type ProgressOptions, shareDone } from './training-progress.ts';

/** What a loop trains: a classifier or a detector, with its pictures. */
export interface LoopSubject<Batch> {
  /** Optimizer steps done since the run began. */
  readonly stepCount: () => number;
  /**
   * The varied pictures of an epoch: the same however many of its first batches are left out.
   * @param epoch 0-based
   * @param share of the run that was done when the epoch began
   * @param skipped batches that were trained on before
   */
  readonly listBatches: (epoch: number, share: number, skipped: number) => AsyncGenerator<Batch, void, void>;
  readonly step: (batch: Batch, learningRate: number) => Promise<StepFigures & StepVerdict>;
  /** Judges the averaged weights after an epoch. */
  readonly validate: (trained: TrainedEpoch) => Promise<Validation>;
  readonly readState: () => Promise<Uint8Array>;
  readonly exportModel: () => Promise<Uint8Array>;
}

/** As the engine's trainer gives it. */
export interface StepVerdict {
  readonly firstBadNode?: string;
  /** In mixed precision: nothing moved, for the sake of a smaller loss scale. */
  readonly isSkipped?: boolean;
  /** In mixed precision alone. */
  readonly lossScale?: number;
}

/** Means over a batch, or over an epoch's batches. */
export interface StepFigures {
  readonly loss: number;
  /** Further figures by name. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface TrainedEpoch extends StepFigures {
  /** 1-based. */
  readonly epoch: number;
  readonly steps: number;
  /** Of its steps and of what they waited for. */
  readonly durationMs: number;
  /** Of the run that is done. */
  readonly share: number;
  /** Whether the run ends here, unless its patience ends it sooner. */
  readonly isLast: boolean;
}

export interface Validation {
  /** Of the epoch. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Undefined where this epoch is not judged: neither can it be the best, nor does it wear out patience alone. */
  readonly score: EpochScore | undefined;
}

export interface EpochRecord {
  /** 1-based. */
  readonly epoch: number;
  /** Optimizer steps done since the run began. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface LoopOptions<Batch> {
  readonly subject: LoopSubject<Batch>;
  readonly batchSize: number;
  readonly epochs: number;
  readonly patience: number;
  readonly progress: ProgressOptions;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** @param metrics of the steps since the last that had some */
  readonly onStep: (
    report: StepReport,
    metrics: Readonly<Record<string, number>> | undefined,
  ) => Promise<void>;
  /** Time of training between two checkpoints inside an epoch. */
  readonly checkpointEveryMs: number;
  /** Resolves once the state, in the middle of an epoch, is durable. */
  readonly onCheckpoint: (step: number, state: LoopState) => Promise<void>;
  /** Resolves once the state is durable; the next epoch begins after. */
  readonly onEpoch: (record: EpochRecord, state: LoopState) => Promise<void>;
  /** Why the weights of the best epoch are those that are kept, as the end of a sentence; empty where validation chose. */
  readonly howJudged: string;
}

export interface StepReport extends StepFigures {
  readonly epoch: number;
  readonly step: number;
  readonly share: number;
  readonly learningRate: number;
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
  underWay: null,
  window: initialStepWindow,
  trainerState: new Uint8Array(),
  bestModel: new Uint8Array(),
};

/**
 * @param from where the run goes on, its `trainerState` loaded already
 * @throws {CancelledError} when the signal is aborted
 */
export async function runTrainingLoop<Batch>(options: LoopOptions<Batch>, from: LoopState): Promise<LoopEnd> {
  const { patience, clock } = options;
  let state = from;
  const isOver = () =>
    isDone(options, state.epoch, state.spentMs) || hasPatienceRunOut(state.standing, patience);
  while (state.underWay !== null || !isOver()) {
    const startedAt = clock.monotonic();
    const trained = await trainEpoch(options, state, startedAt);
    if ('divergedAt' in trained) return diverged(trained);
    state = await closeEpoch(options, state, trained, startedAt);
  }
  return ended(options, state);
}

function isDone<Batch>(
  { epochs, progress, subject }: LoopOptions<Batch>,
  epoch: number,
  spentMs: number,
): boolean {
  return epoch >= epochs || shareDone(progress, subject.stepCount(), spentMs) >= nearlyDone;
}

/** An epoch with what the loop needs to go on after it. */
interface DoneEpoch extends TrainedEpoch {
  readonly beganMs: number;
  /** Steps that moved nothing. */
  readonly skipped: number;
  readonly window: StepWindow;
}

/** Goes on in the middle of the epoch where the state is there, and ends in it where the time budget does. */
async function trainEpoch<Batch>(
  options: LoopOptions<Batch>,
  from: LoopState,
  startedAt: number,
): Promise<DoneEpoch | Divergence> {
  const { subject, progress, clock } = options;
  const spentMs = () => from.spentMs + clock.monotonic() - startedAt;
  const shareNow = () => shareDone(progress, subject.stepCount(), spentMs());
  const keepPlace = createPlaceKeeper(options, spentMs);
  const epoch = from.epoch + 1;
  let underWay = from.underWay ?? beginEpoch(shareNow(), spentMs());
  let { window } = from;
  for await (const batch of subject.listBatches(from.epoch, underWay.shareAtStart, underWay.steps)) {
    const share = shareNow();
    if (share >= nearlyDone && underWay.steps > 0) break;
    const learningRate = learningRateAt(progress, subject.stepCount(), share);
    const { isSkipped = false, ...outcome } = await subject.step(batch, learningRate);
    const step = subject.stepCount();
    if (hasDiverged(outcome, isSkipped)) return { divergedAt: step, ...outcome };
    if (isSkipped) underWay = skipStep(underWay);
    else {
      underWay = addStep(underWay, outcome);
      const report = { epoch, step, share, learningRate, ...outcome };
      const added = addToWindow(window, report);
      window = added.window;
      await options.onStep(report, added.metrics);
    }
    await afterMessages();
    await keepPlace({ ...from, underWay, window });
  }
  return { ...describeEpoch(options, epoch, underWay, spentMs()), window };
}

/** A step that was skipped is none that went wrong: the loss may be anything in half precision. */
function hasDiverged({ loss, firstBadNode }: StepFigures & StepVerdict, isSkipped: boolean): boolean {
  return firstBadNode !== undefined || (!isSkipped && !Number.isFinite(loss));
}

/** Writes a checkpoint where one is due, and where the run is called off: nothing of it is lost then. */
function createPlaceKeeper<Batch>(
  { subject, clock, signal, checkpointEveryMs, onCheckpoint }: LoopOptions<Batch>,
  spentMs: () => number,
): (state: LoopState) => Promise<void> {
  let keptAt = clock.monotonic();
  return async (state) => {
    if (!signal.aborted && clock.monotonic() - keptAt < checkpointEveryMs) return;
    const trainerState = await subject.readState();
    await onCheckpoint(subject.stepCount(), { ...state, spentMs: spentMs(), trainerState });
    keptAt = clock.monotonic();
    throwIfCancelled(signal);
  };
}

function describeEpoch<Batch>(
  options: LoopOptions<Batch>,
  epoch: number,
  underWay: EpochUnderWay,
  spentMs: number,
): Omit<DoneEpoch, 'window'> {
  const { steps, beganMs, skipped = 0 } = underWay;
  return {
    ...meanOf(underWay),
    ...{ epoch, steps, beganMs, skipped },
    durationMs: spentMs - beganMs,
    share: shareDone(options.progress, options.subject.stepCount(), spentMs),
    isLast: isDone(options, epoch, spentMs),
  };
}

async function closeEpoch<Batch>(
  options: LoopOptions<Batch>,
  state: LoopState,
  trained: DoneEpoch,
  startedAt: number,
): Promise<LoopState> {
  const { subject, clock } = options;
  const { epoch } = trained;
  const { metrics: validated, score } = await subject.validate(trained);
  const standing = judge(state.standing, epoch, score, options.patience);
  const next: LoopState = {
    epoch,
    standing,
    underWay: null,
    window: trained.window,
    bestModel: standing.bestEpoch === epoch ? await subject.exportModel() : state.bestModel,
    trainerState: await subject.readState(),
    spentMs: state.spentMs + clock.monotonic() - startedAt,
  };
  const metrics = {
    'train/loss': trained.loss,
    ...Object.fromEntries(Object.entries(trained.figures).map(([name, value]) => [`train/${name}`, value])),
    ...validated,
    epoch_seconds: (next.spentMs - trained.beganMs) / 1000,
    ...(trained.skipped > 0 && { skipped_steps: trained.skipped }),
    peak_memory_mb: process.resourceUsage().maxRSS / 1024,
    pictures_per_second: (1000 * trained.steps * options.batchSize) / trained.durationMs,
  };
  await options.onEpoch({ epoch, step: subject.stepCount(), metrics }, next);
  throwIfCancelled(options.signal);
  return next;
}

/** An epoch that was not judged counts, but patience does not run out in it: it may be the best. */
function judge(
  standing: LoopState['standing'],
  epoch: number,
  score: EpochScore | undefined,
  patience: number,
) {
  if (score) return judgeEpoch(standing, epoch, score);
  return { ...standing, epochsWithout: Math.min(standing.epochsWithout + 1, Math.max(0, patience - 1)) };
}

interface Divergence {
  readonly divergedAt: number;
  readonly loss: number;
  readonly firstBadNode?: string;
  readonly lossScale?: number;
}

function diverged({ divergedAt, loss, firstBadNode, lossScale }: Divergence): LoopEnd {
  const what = Number.isFinite(loss) ? 'the gradients were no finite numbers' : `the loss became ${loss}`;
  const where = firstBadNode === undefined ? '' : `, first not finite at ${firstBadNode}`;
  const advice =
    lossScale === undefined ? '' : ', or without mixed precision (no loss scale was small enough)';
  const reason = `${what} at step ${divergedAt}: try a lower learning rate${advice}${where}`;
  return { outcome: 'diverged', reason };
}

function ended<Batch>(
  { epochs, patience, progress, howJudged }: LoopOptions<Batch>,
  state: LoopState,
): LoopEnd {
  const { bestEpoch } = state.standing;
  const kept = `the weights of epoch ${bestEpoch} are kept${howJudged}`;
  if (state.epoch >= epochs)
    return { outcome: 'completed', reason: `${tellEpochs(epochs)} done; ${kept}`, state };
  if (hasPatienceRunOut(state.standing, patience)) {
    const reason = `no better score for ${patience} epochs, stopped after ${state.epoch}; ${kept}`;
    return { outcome: 'stopped', reason, state };
  }
  const budgetS = Math.round((progress.budgetMs ?? 0) / 1000);
  const reason = `the time budget of ${budgetS} s is used after ${state.epoch} epochs; ${kept}`;
  return { outcome: 'completed', reason, state };
}

function tellEpochs(epochs: number): string {
  return epochs === 1 ? 'the one epoch is' : `all ${epochs} epochs`;
}
