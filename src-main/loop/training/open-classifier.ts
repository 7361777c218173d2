/** The trainer of a classifier's run: of our own network from nothing, or of what it goes on from. */
import {
  type Classifier,
  createClassifier,
  createTrainer,
  createTransferTrainer,
  type ModelTrainerOptions,
  type Trainer,
  toTrainableModel,
} from '../../engine/index.ts';
import type { BlobStore } from '../../store/blobs.ts';
import { openBaseClassifier } from './base-classifier.ts';
import type { ChooseForms } from './run-forms.ts';
import type { ClassifierSpec } from './train-job.ts';

/** What runs the steps; onnxruntime where nothing is said. */
export type StepEngine = Pick<ModelTrainerOptions, 'createRunner'>;

/** @throws {AppError} PROVIDER_UNAVAILABLE, MEMORY_EXHAUSTED, BLOB_MISSING, MODEL_UNREADABLE, GRAPH_NOT_TRAINABLE */
export async function openTrainer(
  { plan, classNames, provider, threads, pieces, amp }: ClassifierSpec,
  blobs: Pick<BlobStore, 'read'>,
  engine: StepEngine,
  chooseForms: ChooseForms,
): Promise<Trainer> {
  const { architecture, base, imageSize, seed, batchSize, labelSmoothing, optimizer, weightDecay } = plan;
  const common = {
    batchSize,
    accumulate: pieces,
    optimizer: {
      kind: optimizer,
      weightDecay,
      emaDecay: plan.averageDecay,
      clipNorm: 5,
      ...(optimizer === 'sgd' && { nesterov: true }),
    },
    provider,
    threads,
    amp,
  };
  const chooseFor = (model: Classifier) =>
    chooseForms({ ...common, model: toTrainableModel(model, labelSmoothing) });
  if (base) {
    const bytes = await blobs.read(base.blobHash);
    const model = openBaseClassifier(bytes, { ...base, imageSize }, classNames, seed);
    const backboneRate = model.hasNewHead ? backboneRates.ofOtherClasses : backboneRates.ofSameClasses;
    const transfer = { model, labelSmoothing, headSteps: plan.headSteps, backboneRate };
    return createTransferTrainer({ ...engine, ...common, ...transfer, forms: await chooseFor(model) });
  }
  const model = createClassifier({ architecture, classes: classNames.length, imageSize, seed });
  return createTrainer({ ...engine, ...common, model, labelSmoothing, forms: await chooseFor(model) });
}

/**
 * Factors on the learning rate of what was learned before. Found by trials: textures to leaves pass 95 % in epoch 5
 * with 0.6, in epoch 12 with 0.2; digits on digits get better from 0.03 to 0.1.
 */
const backboneRates = { ofOtherClasses: 0.5, ofSameClasses: 0.1 } as const;
