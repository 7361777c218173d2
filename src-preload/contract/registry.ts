/** Registered models, their versions with lineage, and the aliases champion and challenger. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { blobHashSchema, nameSchema, runIdSchema, timestampSchema } from './ids.ts';
import { pixelRangeSchema } from './training.ts';

export const aliasSchema = z.enum(['champion', 'challenger']);
export type Alias = z.infer<typeof aliasSchema>;

export const modelVersionSchema = z.object({
  name: z.string(),
  version: z.number().int(),
  aliases: z.array(aliasSchema),
  runId: runIdSchema.nullable(),
  dataset: z.object({ name: z.string(), version: z.number().int() }).nullable(),
  architecture: z.string(),
  classNames: z.array(z.string()),
  /** Pixels, square. */
  imageSize: z.number().int(),
  blobHash: blobHashSchema,
  sizeBytes: z.number().int(),
  /** From the evaluation on the run's own test split: accuracy, f1, latencyMs (p50), … */
  metrics: z.record(z.string(), z.number()),
  createdAt: timestampSchema,
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;

export const registeredModelSchema = z.object({
  name: z.string(),
  createdAt: timestampSchema,
  latestVersion: z.number().int(),
  champion: z.number().int().nullable(),
  challenger: z.number().int().nullable(),
});
export type RegisteredModel = z.infer<typeof registeredModelSchema>;

export const importModelSchema = z.object({
  /** Absolute path to an ONNX file. */
  path: z.string().min(1),
  name: nameSchema,
  /** In the order of the outputs; absent: those that the file names. */
  classNames: z.array(z.string().min(1)).min(1).optional(),
  /** How float inputs scale pixels; 0..1 if absent. */
  pixelRange: pixelRangeSchema.optional(),
  /** Side of the pictures where the file leaves it open. */
  imageSize: z.number().int().min(8).max(2048).optional(),
});
export type ImportModel = z.infer<typeof importModelSchema>;

export const registryContract = {
  listModels: oc
    .route({ method: 'GET', path: '/models', tags: ['registry'], summary: 'Registered models' })
    .input(z.object({}).optional())
    .output(z.array(registeredModelSchema)),
  listVersions: oc
    .route({
      method: 'GET',
      path: '/models/versions',
      tags: ['registry'],
      summary: 'Model versions, newest first',
    })
    .input(z.object({ name: z.string().optional() }))
    .output(z.array(modelVersionSchema)),
  getVersion: oc
    .route({
      method: 'GET',
      path: '/models/version',
      tags: ['registry'],
      summary: 'One model version by NAME/VERSION or NAME@ALIAS',
    })
    .input(z.object({ reference: z.string().min(1) }))
    .output(modelVersionSchema),
  importModel: oc
    .route({
      method: 'POST',
      path: '/models/import',
      tags: ['registry'],
      summary: "Register a classifier or detector from somebody's ONNX file as a model version",
    })
    .input(importModelSchema)
    .output(modelVersionSchema),
};
