/** What the station and the worker of a training run tell each other. */
import type { ClassificationReport } from '../../../src-preload/contract/evaluation.ts';
import type { BlobHash, ImageHash, RunId, Split } from '../../../src-preload/contract/ids.ts';
import type { Device } from '../../../src-preload/contract/training.ts';
import type { ProviderName } from '../../engine/index.ts';
import type { EvaluatedPicture } from '../../store/tables/evaluations.ts';
import type { Checkpoint } from '../../store/tables/runs.ts';
import type { TrainingPlan } from './training-plan.ts';

/** What the job row keeps. */
export interface TrainRequest {
  readonly runId: RunId;
  readonly plan: TrainingPlan;
  readonly provider: ProviderName;
  readonly threads: number;
}

export interface LabelledPicture {
  readonly imageHash: ImageHash;
  readonly className: string;
}

export interface TrainSpec {
  readonly plan: TrainingPlan;
  /** In the order of the model's outputs. */
  readonly classNames: readonly string[];
  readonly pictures: Readonly<Record<Split, readonly LabelledPicture[]>>;
  readonly provider: ProviderName;
  /** What `provider` was chosen for. */
  readonly askedDevice: Device;
  readonly threads: number;
  /** Of the ONNX file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the run goes on from. */
  readonly checkpointHash: BlobHash | null;
}

export interface TrainUpdate {
  /** At an optimizer step. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly checkpoint: Checkpoint | null;
}

export type TrainResult =
  | {
      readonly outcome: 'completed' | 'stopped';
      readonly reason: string;
      readonly step: number;
      readonly model: { readonly hash: BlobHash; readonly sizeBytes: number };
      /** Null without test pictures. */
      readonly test: TestResult | null;
      readonly metrics: Readonly<Record<string, number>>;
    }
  | { readonly outcome: 'diverged'; readonly reason: string };

export interface TestResult {
  readonly report: ClassificationReport;
  readonly predictions: readonly EvaluatedPicture[];
}
