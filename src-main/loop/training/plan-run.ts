/** From a request to a plan: the dataset, the device and the machine looked at, and what can not be trained refused. */
import { freemem } from 'node:os';
import type { DatasetStatistics, DatasetVersion } from '../../../src-preload/contract/dataset.ts';
import type { StartTraining } from '../../../src-preload/contract/training.ts';
import { AppError } from '../../base/app-error.ts';
import type { ProviderName } from '../../engine/index.ts';
import { resolveBaseClassifier } from './base-classifier.ts';
import { resolveBaseDetector } from './detection/base-detector.ts';
import { toBoxedPictures } from './detection/boxed-pictures.ts';
import { type DetectionGround, type DetectionPlan, planDetection } from './detection/detection-plan.ts';
import { countFrames, countViews } from './detection/views.ts';
import { choosePrecision, type RunPrecision } from './run-precision.ts';
import type { TrainingOptions } from './training.ts';
import { planTraining, type TrainingPlan } from './training-plan.ts';

export interface PlannedRun {
  readonly dataset: DatasetVersion;
  readonly plan: TrainingPlan | DetectionPlan;
  readonly provider: ProviderName;
  readonly precision: RunPrecision;
}

/** @throws {AppError} NOT_FOUND, DATASET_SPLIT_EMPTY, DATASET_SINGLE_CLASS, TASK_MISMATCH, INPUT_INVALID, PROVIDER_UNAVAILABLE, MODEL_UNREADABLE, GRAPH_NOT_TRAINABLE */
export async function planRun(
  options: Pick<TrainingOptions, 'datasets' | 'resolveProvider' | 'getAmp' | 'store' | 'getModel'>,
  request: StartTraining,
): Promise<PlannedRun> {
  const { datasets, resolveProvider } = options;
  const dataset = datasets.getVersion(request.dataset);
  const statistics = datasets.getStatistics(`${dataset.name}@${dataset.version}`);
  assertPictures(dataset);
  if (dataset.task === 'classification') assertClasses(statistics);
  const provider = await resolveProvider(request.parameters.device);
  const medianSize = Math.max(statistics.width.median, statistics.height.median);
  const plan =
    dataset.task === 'detection'
      ? planDetection(request.parameters, {
          ...lookAtBoxes(options, dataset, request.parameters.detection?.tile ?? null),
          medianSize,
          base: await resolveBaseDetector(options, request.parameters, dataset.classNames),
          isAccelerated: provider !== 'cpu',
          freeMemoryBytes: freemem(),
        })
      : planTraining(
          request.parameters,
          { count: dataset.counts.train, medianSize },
          await resolveBaseClassifier(options, request.parameters, dataset.classNames),
        );
  const precision = choosePrecision(request.parameters.amp, provider, options.getAmp(provider));
  return { dataset, plan, provider, precision };
}

function lookAtBoxes(
  { datasets }: Pick<TrainingOptions, 'datasets'>,
  { name, version, classNames }: DatasetVersion,
  tile: number | null,
): Pick<DetectionGround, 'trainCount' | 'valCount' | 'mostBoxes'> {
  const train = datasets.listDetectionSplit(`${name}@${version}/train`);
  return {
    trainCount: countViews(toBoxedPictures(train, classNames), tile),
    valCount: countFrames(datasets.listDetectionSplit(`${name}@${version}/val`), tile),
    mostBoxes: train.reduce((most, { boxes }) => Math.max(most, boxes.length), 0),
  };
}

function assertPictures({ name, version, counts }: DatasetVersion): void {
  if (counts.train > 0) return;
  throw new AppError('DATASET_SPLIT_EMPTY', `${name}@${version} has no pictures in its train split`, {
    data: { dataset: `${name}@${version}`, split: 'train' },
  });
}

function assertClasses({ name, version, classes }: DatasetStatistics): void {
  const label = `${name}@${version}`;
  const shown = classes.filter(({ counts }) => counts.train > 0);
  if (shown.length > 1) return;
  throw new AppError(
    'DATASET_SINGLE_CLASS',
    `the train split of ${label} has the class ${shown[0]?.className} alone: a classifier needs at least two`,
    { data: { dataset: label, classes: shown.map(({ className }) => className) } },
  );
}
