/** What a model says of a picture, as its row keeps it. */
import { pictureScoreSchema } from '../../../src-preload/contract/queue.ts';

export interface Prediction {
  /** The likeliest first; none of a detector. */
  readonly classes: readonly { readonly className: string; readonly probability: number }[];
  /** The surest first, in pixels of the upright picture; none of a classifier. */
  readonly boxes: readonly {
    readonly className: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly score: number;
  }[];
}

const predictionSchema = pictureScoreSchema.pick({ classes: true, boxes: true });

export function readPrediction(text: string) {
  return predictionSchema.parse(JSON.parse(text));
}
