/** What the station and its serving worker say to each other, checked on arrival. */
import { z } from 'zod';
import { detectionQuestionSchema } from '../../../src-preload/contract/deployment.ts';
import { errorRecordSchema } from '../../../src-preload/contract/errors.ts';
import { AppError } from '../../base/app-error.ts';

export const servingProviderSchema = z.enum(['cpu', 'webgpu', 'cuda', 'directml', 'coreml']);
export type ServingProvider = z.infer<typeof servingProviderSchema>;

/** Null: pictures are looked at whole. */
const servedQuestionSchema = detectionQuestionSchema
  .omit({ tile: true })
  .extend({ tile: z.number().nullable() });
export type ServedQuestion = z.infer<typeof servedQuestionSchema>;

const detectionSchema = z.object({
  classIndex: z.number().int(),
  score: z.number(),
  /** Pixels of the upright picture. */
  left: z.number(),
  top: z.number(),
  right: z.number(),
  bottom: z.number(),
});

const servedAnswerSchema = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('classification'),
    /** `[classes]` in the order of the model's outputs */
    probabilities: z.array(z.number()),
  }),
  z.object({
    task: z.literal('detection'),
    /** Pixels of the upright picture. */
    width: z.number(),
    height: z.number(),
    detections: z.array(detectionSchema),
  }),
]);
export type ServedAnswer = z.infer<typeof servedAnswerSchema>;

/** Messages are heeded in order: a prediction finds the model that was loaded before it was asked for. */
export const servingRequestSchema = z.discriminatedUnion('type', [
  /** Loads the model file and runs it once. Wants `loaded` or `failed`. */
  z.object({
    type: z.literal('load'),
    sequence: z.number().int(),
    /** `NAME/VERSION` */
    key: z.string(),
    file: z.string(),
    provider: servingProviderSchema,
    threads: z.number().int().min(1),
  }),
  z.object({ type: z.literal('unload'), key: z.string() }),
  /** Wants `predicted` or `failed`. */
  z.object({
    type: z.literal('predict'),
    sequence: z.number().int(),
    key: z.string(),
    /** The picture's file, of any format that is decoded. */
    picture: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    /** For detectors. */
    question: servedQuestionSchema,
  }),
]);
export type ServingRequest = z.infer<typeof servingRequestSchema>;

const servingErrorSchema = z.union([errorRecordSchema, z.object({ bug: z.string() })]);

export const servingAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('loaded'), sequence: z.number().int() }),
  z.object({
    type: z.literal('predicted'),
    sequence: z.number().int(),
    answer: servedAnswerSchema,
  }),
  z.object({ type: z.literal('failed'), sequence: z.number().int(), error: servingErrorSchema }),
]);
export type ServingAnswer = z.infer<typeof servingAnswerSchema>;

export function toServingError(error: unknown): z.infer<typeof servingErrorSchema> {
  if (error instanceof AppError) return error.toRecord();
  return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function fromServingError(error: z.infer<typeof servingErrorSchema>): Error {
  return 'bug' in error ? new Error(error.bug) : AppError.fromRecord(error);
}
