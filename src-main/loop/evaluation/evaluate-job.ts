/** What the station and the worker of an evaluation tell each other. */
import type { ClassificationReport } from '../../../src-preload/contract/evaluation.ts';
import type { BlobHash, EvaluationId, ImageHash } from '../../../src-preload/contract/ids.ts';
import type { PixelRange, ProviderName } from '../../engine/index.ts';
import type { EvaluatedPicture } from '../../store/tables/evaluations.ts';

/** How the model is to be read, where its file does not say: part of what an evaluation is. */
export interface ModelReading {
  readonly pixelRange: PixelRange | null;
  readonly imageSize: number | null;
  readonly classNames: readonly string[] | null;
}

/** What the job row keeps. */
export interface EvaluateRequest {
  readonly id: EvaluationId;
  readonly provider: ProviderName;
  readonly threads: number;
}

export interface EvaluateSpec {
  readonly modelHash: BlobHash;
  readonly reading: ModelReading;
  /** In the order of the dataset. */
  readonly classNames: readonly string[];
  readonly pictures: readonly { readonly imageHash: ImageHash; readonly className: string }[];
  readonly provider: ProviderName;
  readonly threads: number;
}

export interface EvaluateResult {
  readonly report: ClassificationReport;
  readonly predictions: readonly EvaluatedPicture[];
}
