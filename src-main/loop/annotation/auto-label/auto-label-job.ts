/** What the station and the worker of a labelling job tell each other. */
import type { AutoLabelId, BlobHash, ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { UncertaintyMeasure } from '../../../../src-preload/contract/queue-order.ts';
import type { Task } from '../../../../src-preload/contract/task.ts';
import type { ProviderName } from '../../../engine/index.ts';
import type { Prediction } from '../../../store/tables/predictions.ts';

/** What the job row keeps. */
export interface AutoLabelRequest {
  readonly id: AutoLabelId;
  readonly task: Task;
  readonly modelHash: BlobHash;
  /** `NAME/VERSION`, or the file: kept on every label. */
  readonly model: string;
  readonly imageHashes: readonly ImageHash[];
  readonly acceptFrom: number;
  readonly auditShare: number;
  readonly confidence: number;
  readonly provider: ProviderName;
  readonly threads: number;
}

/** Of a job that only looks: labels stay as they are. */
export type ScoreRequest = Omit<AutoLabelRequest, 'id' | 'acceptFrom' | 'auditShare'>;

export type AutoLabelSpec = Pick<
  AutoLabelRequest,
  'task' | 'modelHash' | 'confidence' | 'provider' | 'threads'
> & {
  /** That the job has not looked at yet. */
  readonly imageHashes: readonly ImageHash[];
};

export interface SuggestedBox {
  readonly className: string;
  /** Pixels of the upright picture; x and y are the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
}

/** What the model says of a picture. */
export interface Suggestion {
  readonly imageHash: ImageHash;
  /** 0 to 1: of the class, or of the least certain box; without a box, that there is none. */
  readonly certainty: number;
  /** Null in detection. */
  readonly className: string | null;
  readonly boxes: readonly SuggestedBox[];
  /** All that the model says, for the queues of the desk. */
  readonly score: {
    readonly uncertainty: Partial<Readonly<Record<UncertaintyMeasure, number>>>;
    readonly prediction: Prediction;
  };
}

export interface AutoLabelUpdate {
  readonly suggestions: readonly Suggestion[];
}

export interface AutoLabelResult {
  readonly pictures: number;
}
