/** The queues that a model or measures make, and the orders in which pictures come. */
import { z } from 'zod';

/**
 * uncertain: nobody has labelled them, a model has looked at them; diverse: chosen to be unlike each other and unlike what
 * is labelled; disagreement: annotators, or a model and the label, say different things; suspect: labels that a model
 * strongly disagrees with, and that nobody has confirmed since.
 */
export const smartQueueSchema = z.enum(['uncertain', 'diverse', 'disagreement', 'suspect']);
export type SmartQueue = z.infer<typeof smartQueueSchema>;

/** Of classes: `measureClassUncertainty`; of boxes: `measureBoxUncertainty`. */
export const uncertaintyMeasureSchema = z.enum([
  'leastConfidence',
  'margin',
  'entropy',
  'lowestBox',
  'boxMax',
  'boxMean',
  'boxSum',
]);
export type UncertaintyMeasure = z.infer<typeof uncertaintyMeasureSchema>;

export const measuresOfTask = {
  classification: ['leastConfidence', 'margin', 'entropy'],
  detection: ['lowestBox', 'boxMax', 'boxMean', 'boxSum'],
} as const satisfies Record<'classification' | 'detection', readonly UncertaintyMeasure[]>;

/** Pictures that have no rank in an order are left out of it: with a smart queue every one has. */
export const rankedOrderSchema = z.enum([
  ...uncertaintyMeasureSchema.options,
  'diverse',
  'disagreement',
  'suspect',
]);
export type RankedOrder = z.infer<typeof rankedOrderSchema>;
