/** What the station and the process that compares two detectors say to each other. */
import { z } from 'zod';
import { imageHashSchema } from '../../../src-preload/contract/ids.ts';

const comparedDetectorSchema = z.object({
  classNames: z.array(z.string()).readonly(),
  /** As they are kept, in the order of their hashes. */
  pictures: z.array(
    z.object({
      imageHash: imageHashSchema,
      fileName: z.string(),
      detections: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
      truths: z.string(),
    }),
  ),
});
export type ComparedDetector = z.infer<typeof comparedDetectorSchema>;

export const comparisonRequestSchema = z.object({ a: comparedDetectorSchema, b: comparedDetectorSchema });
export type ComparisonRequest = z.infer<typeof comparisonRequestSchema>;

const mapPairSchema = z.object({ map50: z.number().nullable(), map5095: z.number().nullable() });

export const comparisonAnswerSchema = z.object({
  /** Pictures that both were tried on. */
  count: z.number().int(),
  figures: z.object({
    a: mapPairSchema,
    b: mapPairSchema,
    interval50: z.tuple([z.number(), z.number()]),
    interval5095: z.tuple([z.number(), z.number()]),
  }),
});
export type ComparisonAnswer = z.infer<typeof comparisonAnswerSchema>;
