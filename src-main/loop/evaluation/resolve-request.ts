/** What an evaluation is asked for, made definite: the bytes of a model, the pictures of a split, how they are read. */
import { isAbsolute } from 'node:path';
import type { DatasetVersion } from '../../../src-preload/contract/dataset.ts';
import type { EvaluationReport, StartEvaluation } from '../../../src-preload/contract/evaluation.ts';
import type { BlobHash, Split } from '../../../src-preload/contract/ids.ts';
import { formatDatasetReference, parseDatasetReference } from '../../../src-preload/contract/reference.ts';
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import type { Task } from '../../../src-preload/contract/task.ts';
import { AppError } from '../../base/app-error.ts';
import { readModelFile } from '../../engine/index.ts';
import type { Store } from '../../store/store.ts';
import { detectionDefaults, type ModelReading } from './evaluate-job.ts';

interface ResolvingOptions {
  readonly store: Pick<Store, 'blobs'>;
  readonly datasets: { getVersion(reference: string): DatasetVersion };
  readonly getVersion: (reference: string) => ModelVersion;
}

export interface ResolvedModel {
  readonly hash: BlobHash;
  /** `NAME/VERSION`, or the file. */
  readonly label: string;
  readonly registered: { readonly name: string; readonly version: number } | null;
}

export interface ResolvedSplit {
  readonly task: Task;
  readonly name: string;
  readonly version: number;
  readonly split: Split;
}

/** @throws {AppError} DATASET_SPLIT_EMPTY */
export function resolveSplit({ datasets }: ResolvingOptions, reference: string): ResolvedSplit {
  const { split = 'test', ...rest } = parseDatasetReference(reference);
  const { task, name, version, counts } = datasets.getVersion(
    formatDatasetReference({ name: rest.name, version: rest.version }),
  );
  if (counts[split] === 0) {
    throw new AppError('DATASET_SPLIT_EMPTY', `${name}@${version} has no pictures in its ${split} split`, {
      data: { dataset: `${name}@${version}`, split, counts },
    });
  }
  return { task, name, version, split };
}

/** A file is copied to the blobs, so that what was evaluated can be looked at again. */
export async function resolveModel(
  { getVersion, store }: ResolvingOptions,
  reference: string,
): Promise<ResolvedModel> {
  if (!isAbsolute(reference)) {
    const { name, version, blobHash } = getVersion(reference);
    return { hash: blobHash, label: `${name}/${version}`, registered: { name, version } };
  }
  const hash = await store.blobs.write(await readModelFile(reference));
  return { hash, label: reference, registered: null };
}

/** What is as the station does it by itself is null, whether it was asked for or not: the same trial is found again. */
export function toReading(request: Omit<StartEvaluation, 'model' | 'dataset'>, task: Task): ModelReading {
  const { pixelRange = null, imageSize = null, classNames = null } = request;
  if (task === 'classification') return { pixelRange, imageSize, classNames };
  const { tile = null, confusionConfidence = null } = request;
  const unlessDefault = (name: keyof typeof detectionDefaults) =>
    request[name] === detectionDefaults[name] ? null : (request[name] ?? null);
  const [conf, iou, maxDet] = [unlessDefault('conf'), unlessDefault('iou'), unlessDefault('maxDet')];
  return { pixelRange, imageSize, classNames, detection: { conf, iou, maxDet, tile, confusionConfidence } };
}

/** How a model was read that was tried elsewhere. */
export function readingOf(report: EvaluationReport): ModelReading {
  if (report.task === 'classification') return toReading({}, report.task);
  const { leastConfidence: conf, suppressionIou: iou, maxDetections: maxDet } = report.thresholds;
  return toReading({ conf, maxDet, ...(iou !== null && { iou }) }, report.task);
}
