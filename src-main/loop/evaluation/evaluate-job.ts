/** What the station and the worker of an evaluation tell each other. */
import type { DetectionReport } from '../../../src-preload/contract/detection-report.ts';
import type { ClassificationReport } from '../../../src-preload/contract/evaluation.ts';
import type { BlobHash, EvaluationId, ImageHash } from '../../../src-preload/contract/ids.ts';
import type { PixelRange, ProviderName } from '../../engine/index.ts';
import type { TruePicture } from '../../statistics/detector-measurement.ts';
import type { NewEvaluationPicture } from '../../store/tables/evaluation-pictures.ts';
import type { EvaluatedPicture } from '../../store/tables/evaluations.ts';

/** How the model is to be read, where its file does not say: part of what an evaluation is. */
export interface ModelReading {
  readonly pixelRange: PixelRange | null;
  readonly imageSize: number | null;
  readonly classNames: readonly string[] | null;
  /** Of a detector; absent as it was asked for, in evaluations from before there were detectors, and of classifiers. */
  readonly detection?: DetectionReading;
}

/** Null: what the station does by itself. */
export interface DetectionReading {
  readonly conf: number | null;
  readonly iou: number | null;
  readonly maxDet: number | null;
  readonly tile: number | null;
  readonly confusionConfidence: number | null;
}

/** As Ultralytics evaluates. */
export const detectionDefaults = { conf: 0.001, iou: 0.7, maxDet: 300 } as const;

/** What the job row keeps. */
export interface EvaluateRequest {
  readonly id: EvaluationId;
  readonly provider: ProviderName;
  readonly threads: number;
}

interface EvaluateSpecBase {
  readonly modelHash: BlobHash;
  readonly reading: ModelReading;
  /** In the order of the dataset. */
  readonly classNames: readonly string[];
  readonly provider: ProviderName;
  readonly threads: number;
}

export interface ClassifierSpec extends EvaluateSpecBase {
  readonly task: 'classification';
  readonly pictures: readonly { readonly imageHash: ImageHash; readonly className: string }[];
}

export interface DetectorSpec extends EvaluateSpecBase {
  readonly task: 'detection';
  readonly pictures: readonly TruePicture[];
  /** Timed beside the provider of the evaluation. */
  readonly comparedProviders: readonly ProviderName[];
}

export type EvaluateSpec = ClassifierSpec | DetectorSpec;

export interface ClassifierResult {
  readonly report: ClassificationReport;
  readonly predictions: readonly EvaluatedPicture[];
}

/** Judged pictures, handed over a few at a time: thousands at once would hold the station up. */
export interface EvaluateUpdate {
  readonly pictures: readonly NewEvaluationPicture[];
}

export interface DetectorResult {
  readonly report: DetectionReport;
  /** Those that no update has brought. */
  readonly pictures: readonly NewEvaluationPicture[];
}

export type EvaluateResult = ClassifierResult | DetectorResult;
