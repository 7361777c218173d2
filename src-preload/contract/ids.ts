/** Branded identifiers: a run id can not be passed where a job id is wanted. */
import { z } from 'zod';

export const imageHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected a sha-256 in lower-case hex')
  .brand<'ImageHash'>();
export type ImageHash = z.infer<typeof imageHashSchema>;

export const blobHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected a sha-256 in lower-case hex')
  .brand<'BlobHash'>();
export type BlobHash = z.infer<typeof blobHashSchema>;

export const jobIdSchema = z.string().min(1).brand<'JobId'>();
export type JobId = z.infer<typeof jobIdSchema>;

export const runIdSchema = z.string().min(1).brand<'RunId'>();
export type RunId = z.infer<typeof runIdSchema>;

export const evaluationIdSchema = z.string().min(1).brand<'EvaluationId'>();
export type EvaluationId = z.infer<typeof evaluationIdSchema>;

export const exportIdSchema = z.string().min(1).brand<'ExportId'>();
export type ExportId = z.infer<typeof exportIdSchema>;

export const importIdSchema = z.string().min(1).brand<'ImportId'>();
export type ImportId = z.infer<typeof importIdSchema>;

export const autoLabelIdSchema = z.string().min(1).brand<'AutoLabelId'>();
export type AutoLabelId = z.infer<typeof autoLabelIdSchema>;

export const selectionIdSchema = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'expected 32 digits of lower-case hex')
  .brand<'SelectionId'>();
export type SelectionId = z.infer<typeof selectionIdSchema>;

export const uploadIdSchema = z
  .string()
  .regex(/^[0-9a-z]{8,40}$/)
  .brand<'UploadId'>();
export type UploadId = z.infer<typeof uploadIdSchema>;

/** Chosen by whoever makes the box; unique on its picture. */
export const boxIdSchema = z
  .string()
  .regex(/^[\w:.-]{1,64}$/, 'expected 1 to 64 letters, digits or _ - : .')
  .brand<'BoxId'>();
export type BoxId = z.infer<typeof boxIdSchema>;

/** Milliseconds since 1970-01-01T00:00Z. */
export const timestampSchema = z.number().int().nonnegative();

/** The three parts of a dataset version, in the order in which fractions are given. */
export const splitSchema = z.enum(['train', 'val', 'test']);
export type Split = z.infer<typeof splitSchema>;
export const splits = splitSchema.options;

/** A class, dataset or model name: what a person types, 1 to 200 characters, no control characters, no `/` or `@`. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  .regex(/^[^/@\u0000-\u001f\u007f]+$/, 'a name may not contain /, @ or control characters');
