/** A training run inside its worker process: pictures, epochs, checkpoints, and the best model tried on the test pictures. */
import { systemClock } from '../../base/clock.ts';
import {
  classifierArchitectures,
  createClassifier,
  createTrainer,
  loadPredictor,
  type Trainer,
} from '../../engine/index.ts';
import type { JobBody, JobContext } from '../../jobs/job-kind.ts';
import { measureClassification } from '../../statistics/classification-metrics.ts';
import {
  classifyPictures,
  measureLatency,
  toClassificationReport,
} from '../../statistics/classifier-measurement.ts';
import { type BlobStore, createBlobStore } from '../../store/blobs.ts';
import { createBatchLoader } from './batch-loader.ts';
import { decodeCheckpoint, encodeCheckpoint, type LoopState } from './checkpoint.ts';
import { createProgressReporter, type ProgressReporter } from './progress-reporter.ts';
import { createRunJournal, type RunJournal } from './run-journal.ts';
import { createSampler } from './sampler.ts';
import { type CachedSamples, openSamples } from './samples.ts';
import { createStepMetrics } from './step-metrics.ts';
import type { LabelledPicture, TestResult, TrainResult, TrainSpec, TrainUpdate } from './train-job.ts';
import { initialLoopState, type LoopEnd, type LoopOptions, runTrainingLoop } from './training-loop.ts';
import { estimatePreparationShare } from './training-plan.ts';

type TrainContext = JobContext<TrainUpdate>;

/** Memory for decoded pictures; what does not fit is decoded again each time. */
const keptBytes = { train: 1.5 * 2 ** 30, val: 2 ** 28 } as const;

/** @throws {AppError} PROVIDER_UNAVAILABLE, BLOB_MISSING, IMAGE_UNREADABLE, RUN_NOT_RESUMABLE, MODEL_UNREADABLE */
export const trainBody: JobBody<TrainSpec, TrainUpdate, TrainResult> = async (spec, context) => {
  const journal = createRunJournal(context.log, spec);
  journal.begun();
  const surroundings = await prepare(spec, context, journal);
  try {
    const from = await readState(spec, surroundings);
    const end = await runTrainingLoop(createLoop(spec, surroundings), from);
    journal.ended(end);
    return end.outcome === 'diverged' ? end : await conclude(spec, surroundings, end);
  } finally {
    await surroundings.trainer.dispose();
  }
};

interface Surroundings {
  readonly context: TrainContext;
  readonly journal: RunJournal;
  readonly blobs: BlobStore;
  readonly reporter: ProgressReporter;
  readonly train: CachedSamples;
  readonly val: CachedSamples;
  readonly trainer: Trainer;
}

async function prepare(spec: TrainSpec, context: TrainContext, journal: RunJournal): Promise<Surroundings> {
  const startedAt = systemClock.monotonic();
  const blobs = createBlobStore(context.blobsDir);
  const { train, val } = spec.pictures;
  const total = train.length + val.length;
  const reporter = createProgressReporter(context, systemClock, estimateShare(spec, total));
  const open = (pictures: readonly LabelledPicture[], keptBytes: number) =>
    openSamples(pictures, { ...spec, imageSize: spec.plan.imageSize, blobs, keptBytes });
  const samples = { train: open(train, keptBytes.train), val: open(val, keptBytes.val) };
  await samples.train.warm(context.signal, (done) => reporter.prepared(done, total));
  await samples.val.warm(context.signal, (done) => reporter.prepared(train.length + done, total));
  journal.prepared(systemClock.monotonic() - startedAt);
  return { context, journal, blobs, reporter, ...samples, trainer: await openTrainer(spec) };
}

function estimateShare({ plan, classNames }: TrainSpec, pictures: number): number {
  const architecture = classifierArchitectures.find(({ name }) => name === plan.architecture);
  const flops = architecture?.countFlops(plan.imageSize, classNames.length) ?? 0;
  return estimatePreparationShare(plan, pictures, flops);
}

function openTrainer({ plan, classNames, provider, threads }: TrainSpec): Promise<Trainer> {
  const { architecture, imageSize, seed, batchSize, labelSmoothing, optimizer, weightDecay } = plan;
  return createTrainer({
    model: createClassifier({ architecture, classes: classNames.length, imageSize, seed }),
    batchSize,
    labelSmoothing,
    optimizer: {
      kind: optimizer,
      weightDecay,
      emaDecay: plan.averageDecay,
      clipNorm: 5,
      ...(optimizer === 'sgd' && { nesterov: true }),
    },
    provider,
    threads,
  });
}

async function readState(
  { checkpointHash }: TrainSpec,
  { blobs, trainer, context }: Surroundings,
): Promise<LoopState> {
  if (checkpointHash === null) return initialLoopState;
  const state = decodeCheckpoint(await blobs.read(checkpointHash));
  await trainer.loadState(state.trainerState);
  context.log('info', `goes on from the checkpoint after epoch ${state.epoch}`);
  return state;
}

function createLoop(spec: TrainSpec, surroundings: Surroundings): LoopOptions {
  const { plan, classNames, metadata } = spec;
  const { blobs, context, journal, reporter, train, val, trainer } = surroundings;
  const steps = createStepMetrics();
  return {
    ...plan,
    trainer,
    sampler: createSampler({ ...plan, classes: train.classes, balance: plan.classBalance }),
    val,
    classCount: classNames.length,
    progress: {
      totalSteps: plan.totalSteps,
      warmupSteps: plan.warmupSteps,
      peakLearningRate: plan.learningRate,
      budgetMs: plan.timeBudgetS === null ? null : 1000 * plan.timeBudgetS,
    },
    clock: systemClock,
    signal: context.signal,
    loadBatch: createBatchLoader(plan, train),
    exportModel: () => trainer.exportOnnx({ classNames, metadata }),
    onStep: async (report) => {
      reporter.stepped(report, plan.epochs);
      const metrics = steps.add(report);
      if (metrics) await context.commit({ step: report.step, metrics, checkpoint: null });
    },
    onEpoch: async (record, state) => {
      const { epoch, step, metrics } = record;
      const hash = await blobs.write(encodeCheckpoint(state));
      const spentMs = Math.round(state.spentMs);
      await context.commit({ step, metrics: { ...metrics, epoch }, checkpoint: { hash, epoch, spentMs } });
      journal.epochClosed(record, state);
    },
  };
}

type GoodEnd = Exclude<LoopEnd, { outcome: 'diverged' }>;

/** The best model becomes a blob, and answers the test pictures as it will answer in service. */
async function conclude(
  spec: TrainSpec,
  { blobs, context, journal, trainer }: Surroundings,
  { outcome, reason, state }: GoodEnd,
): Promise<TrainResult> {
  const { bestModel, standing } = state;
  const step = trainer.stepCount;
  const hash = await blobs.write(bestModel);
  journal.exported(bestModel.length);
  context.reportProgress(0.99, 'trying the model on the test pictures');
  const test = spec.pictures.test.length === 0 ? null : await tryModel(spec, context, blobs, bestModel);
  journal.tested(test?.report ?? null);
  const metrics = {
    'best/epoch': standing.bestEpoch,
    ...(standing.best && { 'best/accuracy': standing.best.accuracy, 'best/loss': standing.best.loss }),
  };
  return { outcome, reason, step, model: { hash, sizeBytes: bestModel.length }, test, metrics };
}

async function tryModel(
  spec: TrainSpec,
  context: TrainContext,
  blobs: BlobStore,
  model: Uint8Array,
): Promise<TestResult> {
  const { classNames, provider, threads, plan, pictures } = spec;
  const { imageSize } = plan;
  const { supply, classes } = openSamples(pictures.test, { classNames, imageSize, blobs, keptBytes: 0 });
  const predictor = await loadPredictor(model, { provider, threads });
  try {
    const probabilities = await classifyPictures(predictor, supply, context);
    const latencyMs = await measureLatency(predictor, supply, systemClock);
    const classCount = classNames.length;
    const figures = measureClassification({ classCount, trueClasses: classes, probabilities });
    return {
      report: toClassificationReport(figures, classNames, { latencyMs, provider }),
      predictions: pictures.test.map(({ imageHash, className }, index) => {
        const predicted = figures.predictedClasses[index] ?? 0;
        const score = probabilities[index * classCount + predicted] ?? 0;
        return { imageHash, trueClass: className, predictedClass: classNames[predicted] ?? '', score };
      }),
    };
  } finally {
    await predictor.dispose();
  }
}
