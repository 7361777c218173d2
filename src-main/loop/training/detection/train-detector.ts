/** A detector's run inside its worker process: threads for pictures, epochs, checkpoints, and the best model tried at the end. */
import { systemClock } from '../../../base/clock.ts';
import { createModelTrainer, type ModelTrainer } from '../../../engine/index.ts';
import type { JobContext } from '../../../jobs/job-kind.ts';
import { type BlobStore, createBlobStore } from '../../../store/blobs.ts';
import { toFrameDetector } from '../../../vision/frame-detector.ts';
import { persevere } from '../attempts.ts';
import type { StepEngine } from '../open-classifier.ts';
import { createProgressReporter } from '../progress-reporter.ts';
import { createFormChooser } from '../run-forms.ts';
import { createRunRecords, type RunPlace, readLoopState } from '../run-records.ts';
import type { BoxedEntry, DetectorSpec, TrainResult, TrainUpdate } from '../train-job.ts';
import { type LoopEnd, type LoopOptions, runTrainingLoop } from '../training-loop.ts';
import { type BatchSource, createBatchSource } from './batch-source.ts';
import { chooseBoxRoom } from './box-room.ts';
import { toBoxedPictures } from './boxed-pictures.ts';
import { createDetectionJournal, type DetectionJournal } from './detection-journal.ts';
import { updateSizeOf } from './detection-plan.ts';
import { createDetectorSubject } from './detector-subject.ts';
import { openDetectorModel } from './open-detector-model.ts';
import type { PackedBatch } from './sample-thread.ts';
import { createSharedContents } from './shared-contents.ts';
import { tryDetector } from './try-detector.ts';
import { accumulate, createViewSampler, weighViews } from './view-sampler.ts';
import { planViews, type View } from './views.ts';

type TrainContext = JobContext<TrainUpdate>;

/** Memory for decoded pictures; what does not fit is decoded again each time. */
const keptBytes = 1.5 * 2 ** 30;

/** @throws {AppError} PROVIDER_UNAVAILABLE, BLOB_MISSING, IMAGE_UNREADABLE, RUN_NOT_RESUMABLE, MODEL_UNREADABLE */
export async function trainDetector(
  spec: DetectorSpec,
  context: TrainContext,
  engine: StepEngine,
): Promise<TrainResult> {
  const blobs = createBlobStore(context.blobsDir);
  const views = listViews(spec);
  const { augment, imageSize, seed } = spec.plan;
  const maxBoxes = chooseBoxRoom(views, augment, imageSize, seed);
  const journal = createDetectionJournal(context.log, spec, { views: views.length, maxBoxes });
  journal.begun();
  const source = openSource(spec, context, views, maxBoxes);
  const place = { checkpointHash: spec.checkpointHash };
  const pictures = { context, journal, blobs, source, views, place, maxBoxes };
  const batch = { size: spec.plan.batchSize, isGiven: spec.isBatchGiven };
  try {
    return await persevere({ first: spec, batch, context }, (attempt) =>
      trainOnce({ ...spec, ...attempt }, pictures, engine),
    );
  } finally {
    await source.close();
  }
}

async function trainOnce(
  spec: DetectorSpec,
  pictures: Omit<Surroundings, 'trainer'>,
  engine: StepEngine,
): Promise<TrainResult> {
  const { context, journal } = pictures;
  const trainer = await openTrainer(spec, pictures, engine);
  const surroundings = { ...pictures, trainer };
  try {
    const from = await readLoopState({ ...surroundings, log: context.log });
    const end = await runTrainingLoop(createLoop(spec, surroundings), from);
    journal.ended(end);
    return end.outcome === 'diverged' ? end : await conclude(spec, surroundings, end);
  } finally {
    // A device that has failed may fail in this too; what it failed in is what counts.
    await trainer.dispose().catch(() => undefined);
  }
}

interface Surroundings {
  readonly context: TrainContext;
  readonly journal: DetectionJournal;
  readonly blobs: BlobStore;
  readonly trainer: ModelTrainer;
  readonly source: BatchSource;
  readonly views: readonly View[];
  /** Boxes that a training picture has room for. */
  readonly maxBoxes: number;
  readonly place: RunPlace;
}

function listViews({ plan, pictures, classNames }: DetectorSpec): View[] {
  return planViews(toBoxedPictures(pictures.train, classNames), plan.imageSize, plan.tile);
}

async function openTrainer(
  spec: DetectorSpec,
  { blobs, maxBoxes, context }: Pick<Surroundings, 'blobs' | 'maxBoxes' | 'context'>,
  engine: StepEngine,
): Promise<ModelTrainer> {
  const { plan, provider, threads, pieces, amp } = spec;
  const { model, frozen } = await openDetectorModel(spec, blobs, maxBoxes);
  const options = {
    model,
    batchSize: updateSizeOf(plan),
    accumulate: (plan.accumulate ?? 1) * pieces,
    optimizer: {
      kind: plan.optimizer,
      weightDecay: plan.weightDecay,
      emaDecay: plan.averageDecay,
      clipNorm: 10,
      frozen,
      // As Ultralytics does: frozen stages give what they gave in the base.
      freezesStatistics: plan.base !== null,
      ...(plan.optimizer === 'sgd'
        ? { momentum: plan.momentum, nesterov: true }
        : { betas: [plan.momentum, 0.999] as const }),
    },
    provider,
    threads,
    amp,
  };
  const reporter = createProgressReporter(context, systemClock, 0);
  const chooseForms = createFormChooser(spec, { context, blobs, reporter, clock: systemClock });
  return createModelTrainer({ ...engine, ...options, forms: await chooseForms(options) });
}

/** Threads that make batches: the step keeps the other cores busy. */
function chooseThreads(threads: number): number {
  return Math.max(1, Math.min(4, Math.floor(threads / 4)));
}

function openSource(
  { plan, pictures, classNames, threads }: DetectorSpec,
  { blobsDir, workerEntry }: TrainContext,
  views: readonly View[],
  maxBoxes: number,
): BatchSource {
  return createBatchSource({
    threadEntry: workerEntry,
    threads: chooseThreads(threads),
    clock: systemClock,
    setup: {
      blobsDir,
      pictures: toBoxedPictures(pictures.train, classNames),
      views,
      contents: createSharedContents(views, keptBytes),
      imageSize: plan.imageSize,
      augment: plan.augment,
      maxBoxes,
      seed: plan.seed,
      cumulativeWeights: accumulate(weighViews(views, plan.classBalance)),
    },
  });
}

function createLoop(spec: DetectorSpec, surroundings: Surroundings): LoopOptions<PackedBatch> {
  const { plan, classNames, pictures } = spec;
  const { context, trainer, source, views, blobs } = surroundings;
  const weights = weighViews(views, plan.classBalance);
  return {
    subject: createDetectorSubject({
      trainer,
      plan,
      source,
      sampler: createViewSampler(weights, updateSizeOf(plan), plan.seed),
      classNames,
      val: pictures.val,
      readPicture: ({ imageHash }: BoxedEntry) => blobs.read(imageHash),
      detector: serveTrainer(trainer, spec),
      clock: systemClock,
      signal: context.signal,
      exportModel: () => trainer.exportOnnx(spec.metadata),
    }),
    batchSize: updateSizeOf(plan),
    epochs: plan.epochs,
    patience: plan.patience,
    progress: {
      totalSteps: plan.totalSteps,
      warmupSteps: plan.warmupSteps,
      peakLearningRate: plan.learningRate,
      budgetMs: plan.timeBudgetS === null ? null : 1000 * plan.timeBudgetS,
      finalShare: plan.finalShare,
      schedule: plan.schedule,
    },
    clock: systemClock,
    signal: context.signal,
    howJudged: pictures.val.length === 0 ? ', the latest as there are no pictures to validate with' : '',
    checkpointEveryMs: spec.checkpointEveryMs,
    ...createRunRecords({
      ...surroundings,
      reporter: createProgressReporter(context, systemClock, 0),
      epochs: plan.epochs,
    }),
  };
}

/** The averaged weights as they stand, asked as they will be in service. */
function serveTrainer(trainer: ModelTrainer, { plan }: DetectorSpec) {
  const detect = async (frames: Uint8Array, count: number) => {
    const outputs = await trainer.run(frames, count);
    const take = (name: string) => outputs.get(name)?.values ?? new Float32Array();
    const scores = take('scores');
    return { k: scores.length / count, boxes: take('boxes'), scores, classes: take('classes') };
  };
  const { imageSize, confidence } = plan;
  return toFrameDetector({ imageSize, detect }, { place: 'centre', confidence });
}

type GoodEnd = Exclude<LoopEnd, { outcome: 'diverged' }>;

/** The best model becomes a blob, and answers the test pictures as it will answer in service. */
async function conclude(
  spec: DetectorSpec,
  { blobs, context, journal, trainer }: Surroundings,
  { outcome, reason, state }: GoodEnd,
): Promise<TrainResult> {
  const { bestModel, standing } = state;
  const hash = await blobs.write(bestModel);
  journal.exported(bestModel.length);
  context.reportProgress(0.99, 'trying the model on the test pictures');
  const test = spec.pictures.test.length === 0 ? null : await tryDetector(spec, context, blobs, bestModel);
  journal.tested(test);
  const metrics = {
    'best/epoch': standing.bestEpoch,
    ...(spec.pictures.val.length > 0 && standing.best && { 'best/fitness': standing.best.quality }),
  };
  const step = trainer.stepCount;
  return {
    ...{ outcome, reason, step, test, metrics },
    model: { hash, sizeBytes: bestModel.length },
  };
}
