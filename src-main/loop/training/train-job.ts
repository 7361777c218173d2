/** What the station and the worker of a training run tell each other. */
import type { ClassificationReport } from '../../../src-preload/contract/evaluation.ts';
import type { BlobHash, ImageHash, RunId, Split } from '../../../src-preload/contract/ids.ts';
import type { Device } from '../../../src-preload/contract/training.ts';
import type { ProviderName } from '../../engine/index.ts';
import type { DetectorMeasurement } from '../../statistics/detector-measurement.ts';
import type { DetectionEntry } from '../../store/tables/datasets.ts';
import type { EvaluatedPicture } from '../../store/tables/evaluations.ts';
import type { Checkpoint } from '../../store/tables/runs.ts';
import type { DetectionPlan } from './detection/detection-plan.ts';
import type { KnownForms, RunForms } from './run-forms.ts';
import type { RunPrecision } from './run-precision.ts';
import type { TrainingPlan } from './training-plan.ts';

/** What the job row keeps. */
export interface TrainRequest {
  readonly runId: RunId;
  readonly plan: TrainingPlan | DetectionPlan;
  readonly provider: ProviderName;
  readonly threads: number;
  /** Absent in requests of versions that knew float32 alone. */
  readonly precision?: RunPrecision;
}

export interface LabelledPicture {
  readonly imageHash: ImageHash;
  readonly className: string;
}

/** A picture with its boxes. */
export type BoxedEntry = Pick<DetectionEntry, 'imageHash' | 'fileName' | 'width' | 'height' | 'boxes'>;

export type TrainSpec = ClassifierSpec | DetectorSpec;

export interface ClassifierSpec extends RunSpec {
  readonly task: 'classification';
  readonly plan: TrainingPlan;
  readonly pictures: Readonly<Record<Split, readonly LabelledPicture[]>>;
}

export interface DetectorSpec extends RunSpec {
  readonly task: 'detection';
  readonly plan: DetectionPlan;
  readonly pictures: Readonly<Record<Split, readonly BoxedEntry[]>>;
}

interface RunSpec {
  /** In the order of the model's outputs. */
  readonly classNames: readonly string[];
  readonly provider: ProviderName;
  /** In which each step is done where a whole batch did not fit into memory; 1 else. */
  readonly pieces: number;
  /** Automatic mixed precision, as planned or as is left of it after a failure. */
  readonly amp: boolean;
  /** As planned. */
  readonly precision: RunPrecision;
  /** Whether somebody asked for this batch size. */
  readonly isBatchGiven: boolean;
  /** What `provider` was chosen for. */
  readonly askedDevice: Device;
  readonly threads: number;
  /** Of the ONNX file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Of training between two checkpoints inside an epoch. */
  readonly checkpointEveryMs: number;
  /** Where the run goes on from. */
  readonly checkpointHash: BlobHash | null;
  readonly forms: KnownForms;
}

export interface TrainUpdate {
  /** At an optimizer step. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly checkpoint: Checkpoint | null;
  readonly tags?: Readonly<Record<string, string>>;
  readonly forms?: RunForms;
}

export type TrainResult = TrainedModel | { readonly outcome: 'diverged'; readonly reason: string };

export interface TrainedModel {
  readonly outcome: 'completed' | 'stopped';
  readonly reason: string;
  readonly step: number;
  readonly model: { readonly hash: BlobHash; readonly sizeBytes: number };
  /** Null without test pictures. */
  readonly test: ClassifierTest | DetectorTest | null;
  readonly metrics: Readonly<Record<string, number>>;
}

export type DetectorTest = DetectorMeasurement;

export interface ClassifierTest {
  readonly report: ClassificationReport;
  readonly predictions: readonly EvaluatedPicture[];
}
