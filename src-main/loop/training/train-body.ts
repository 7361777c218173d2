/** A training run inside its worker process: pictures, epochs, checkpoints, and the best model tried on the test pictures. */
import { systemClock } from '../../base/clock.ts';
import { classifierArchitectures, loadPredictor, type Trainer } from '../../engine/index.ts';
import type { JobBody, JobContext } from '../../jobs/job-kind.ts';
import { measureClassification } from '../../statistics/classification-metrics.ts';
import {
  classifyPictures,
  measureLatency,
  toClassificationReport,
} from '../../statistics/classifier-measurement.ts';
import { type BlobStore, createBlobStore } from '../../store/blobs.ts';
import { persevere } from './attempts.ts';
import { createBatchLoader } from './batch-loader.ts';
import { type Batch, createClassifierSubject, describeJudge } from './classifier-subject.ts';
import { trainDetector } from './detection/train-detector.ts';
import { openTrainer, type StepEngine } from './open-classifier.ts';
import { createProgressReporter, type ProgressReporter } from './progress-reporter.ts';
import { createFormChooser } from './run-forms.ts';
import { createRunJournal, type RunJournal } from './run-journal.ts';
import { createRunRecords, type RunPlace, readLoopState } from './run-records.ts';
import { createSampler } from './sampler.ts';
import { type CachedSamples, openSamples } from './samples.ts';
import type {
  ClassifierSpec,
  ClassifierTest,
  LabelledPicture,
  TrainResult,
  TrainSpec,
  TrainUpdate,
} from './train-job.ts';
import { type LoopEnd, type LoopOptions, runTrainingLoop } from './training-loop.ts';
import { estimatePreparationShare } from './training-plan.ts';

type TrainContext = JobContext<TrainUpdate>;

/** Memory for decoded pictures; what does not fit is decoded again each time. */
const keptBytes = { train: 1.5 * 2 ** 30, val: 2 ** 28 } as const;

/** @throws {AppError} PROVIDER_UNAVAILABLE, BLOB_MISSING, IMAGE_UNREADABLE, RUN_NOT_RESUMABLE, MODEL_UNREADABLE */
export const trainBody = createTrainBody({});

/** @param engine what runs the steps */
export function createTrainBody(engine: StepEngine): JobBody<TrainSpec, TrainUpdate, TrainResult> {
  return (spec, context) =>
    spec.task === 'detection' ? trainDetector(spec, context, engine) : trainClassifier(spec, context, engine);
}

async function trainClassifier(
  spec: ClassifierSpec,
  context: TrainContext,
  engine: StepEngine,
): Promise<TrainResult> {
  const journal = createRunJournal(context.log, spec);
  journal.begun();
  const pictures = await prepare(spec, context, journal);
  const batch = { size: spec.plan.batchSize, isGiven: spec.isBatchGiven };
  return persevere({ first: spec, batch, context }, (attempt) =>
    trainOnce({ ...spec, ...attempt }, pictures, engine),
  );
}

async function trainOnce(
  spec: ClassifierSpec,
  pictures: Omit<Surroundings, 'trainer'>,
  engine: StepEngine,
): Promise<TrainResult> {
  const { context, journal } = pictures;
  const chooseForms = createFormChooser(spec, { ...pictures, clock: systemClock });
  const trainer = await openTrainer(spec, pictures.blobs, engine, chooseForms);
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
  readonly journal: RunJournal;
  readonly blobs: BlobStore;
  readonly reporter: ProgressReporter;
  readonly train: CachedSamples;
  readonly val: CachedSamples;
  readonly place: RunPlace;
  readonly trainer: Trainer;
}

async function prepare(
  spec: ClassifierSpec,
  context: TrainContext,
  journal: RunJournal,
): Promise<Omit<Surroundings, 'trainer'>> {
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
  const place = { checkpointHash: spec.checkpointHash };
  return { context, journal, blobs, reporter, ...samples, place };
}

function estimateShare({ plan, classNames }: ClassifierSpec, pictures: number): number {
  const architecture = classifierArchitectures.find(({ name }) => name === plan.architecture);
  const flops = plan.base?.flops ?? architecture?.countFlops(plan.imageSize, classNames.length) ?? 0;
  return estimatePreparationShare(plan, pictures, flops);
}

function createLoop(spec: ClassifierSpec, surroundings: Surroundings): LoopOptions<Batch> {
  const { plan, classNames, metadata } = spec;
  const { context, train, val, trainer } = surroundings;
  return {
    ...plan,
    subject: createClassifierSubject({
      trainer,
      sampler: createSampler({ ...plan, classes: train.classes, balance: plan.classBalance }),
      val,
      classCount: classNames.length,
      batchSize: plan.batchSize,
      signal: context.signal,
      loadBatch: createBatchLoader(plan, train),
      exportModel: () => trainer.exportOnnx({ classNames, metadata }),
    }),
    howJudged: describeJudge(val),
    progress: {
      totalSteps: plan.totalSteps,
      warmupSteps: plan.warmupSteps,
      headSteps: plan.headSteps,
      peakLearningRate: plan.learningRate,
      schedule: plan.schedule,
      budgetMs: plan.timeBudgetS === null ? null : 1000 * plan.timeBudgetS,
    },
    clock: systemClock,
    signal: context.signal,
    checkpointEveryMs: spec.checkpointEveryMs,
    ...createRunRecords({ ...surroundings, epochs: plan.epochs }),
  };
}

type GoodEnd = Exclude<LoopEnd, { outcome: 'diverged' }>;

/** The best model becomes a blob, and answers the test pictures as it will answer in service. */
async function conclude(
  spec: ClassifierSpec,
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
    ...(standing.best && { 'best/accuracy': standing.best.quality, 'best/loss': standing.best.loss }),
  };
  return { outcome, reason, step, model: { hash, sizeBytes: bestModel.length }, test, metrics };
}

async function tryModel(
  spec: ClassifierSpec,
  context: TrainContext,
  blobs: BlobStore,
  model: Uint8Array,
): Promise<ClassifierTest> {
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
