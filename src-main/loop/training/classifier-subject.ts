/** A classifier as the training loop sees it: batches of varied pictures, accuracy, and who judges an epoch. */
import type { Trainer } from '../../engine/index.ts';
import { measureClassification } from '../../statistics/classification-metrics.ts';
import { classifyPictures, type PictureSupply } from '../../statistics/classifier-measurement.ts';
import { scoreAccuracy } from './epoch-score.ts';
import type { Sampler } from './sampler.ts';
import type { LoopSubject, TrainedEpoch, Validation } from './training-loop.ts';

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

export interface ClassifierSubjectOptions {
  readonly trainer: Trainer;
  readonly sampler: Sampler;
  readonly val: Samples;
  readonly classCount: number;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  /** The pictures, varied. @param epoch 0-based */
  readonly loadBatch: (indices: Int32Array, epoch: number) => Promise<Batch>;
  readonly exportModel: () => Promise<Uint8Array>;
}

export function createClassifierSubject(options: ClassifierSubjectOptions): LoopSubject<Batch> {
  const { trainer, batchSize, exportModel } = options;
  return {
    stepCount: () => trainer.stepCount,
    listBatches: (epoch, _share, skipped) => loadAhead(options, epoch, skipped),
    step: async ({ images, labels }, learningRate) => {
      const { correct, ...outcome } = await trainer.step(images, labels, learningRate);
      return { ...outcome, figures: { accuracy: correct / batchSize } };
    },
    validate: (trained) => validate(options, trained),
    readState: () => trainer.readState(),
    exportModel,
  };
}

/** The batches of an epoch but for those skipped; the next is being loaded while one is used. */
async function* loadAhead(
  { sampler, loadBatch }: ClassifierSubjectOptions,
  epoch: number,
  skipped: number,
): AsyncGenerator<Batch, void, void> {
  const batches = sampler.listBatches(epoch).slice(skipped);
  let next: Promise<Batch> | undefined;
  for (const [index, indices] of batches.entries()) {
    const batch = await (next ?? loadBatch(indices, epoch));
    const following = batches[index + 1];
    next = following && loadBatch(following, epoch);
    next?.catch(() => undefined);
    yield batch;
  }
}

/** Fewer validation pictures choose an epoch by chance: the training pictures then judge it. */
const fewestJudges = 20;

async function validate(
  { trainer, val, classCount, signal, batchSize }: ClassifierSubjectOptions,
  trained: TrainedEpoch,
): Promise<Validation> {
  const shown = trained.steps * batchSize;
  const byTraining = scoreAccuracy(trained.figures.accuracy ?? 0, trained.loss, shown);
  const count = val.classes.length;
  if (count === 0) return { metrics: {}, score: byTraining };
  const probabilities = await classifyPictures(trainer, val.supply, { signal });
  const figures = measureClassification({ classCount, trueClasses: val.classes, probabilities });
  const { accuracy, logLoss } = figures;
  return {
    metrics: { 'val/loss': logLoss, 'val/accuracy': accuracy },
    score: count >= fewestJudges ? scoreAccuracy(accuracy, logLoss, count) : byTraining,
  };
}

/** As the end of a sentence about the weights that are kept; empty where the validation pictures chose them. */
export function describeJudge({ classes }: Samples): string {
  if (classes.length >= fewestJudges) return '';
  const others = classes.length === 0 ? 'no others' : 'too few others';
  return `, the best on the training pictures as there are ${others}`;
}
