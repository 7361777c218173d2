/** How good a model is on a split: figures, the confusion matrix, and a comparison of two models on the same pictures. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { evaluationIdSchema, jobIdSchema, splitSchema, timestampSchema } from './ids.ts';

export const classMetricsSchema = z.object({
  className: z.string(),
  /** Null where the class was never predicted (precision) or never true (recall): 0/0 is no number. */
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
  /** Pictures of this class. */
  support: z.number().int(),
});

export const latencySchema = z.object({
  /** One picture at a time, model only, milliseconds. */
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  mean: z.number(),
});

export const classificationReportSchema = z.object({
  accuracy: z.number(),
  /** Wilson 95 % interval of the accuracy. */
  accuracyInterval: z.tuple([z.number(), z.number()]),
  /** Unweighted means over the classes present in the split. */
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  /** Mean negative log-likelihood, natural logarithm. */
  logLoss: z.number(),
  perClass: z.array(classMetricsSchema),
  /** `confusion[i][j]`: pictures of class i predicted as class j, in the order of `classNames`. */
  confusion: z.array(z.array(z.number().int())),
  classNames: z.array(z.string()),
  count: z.number().int(),
  latencyMs: latencySchema,
  provider: z.string(),
});
export type ClassificationReport = z.infer<typeof classificationReportSchema>;

export const evaluationSchema = z.object({
  id: evaluationIdSchema,
  /** `NAME/VERSION`, or the file that was evaluated. */
  model: z.string(),
  modelName: z.string().nullable(),
  modelVersion: z.number().int().nullable(),
  dataset: z.object({ name: z.string(), version: z.number().int(), split: splitSchema }),
  report: classificationReportSchema,
  createdAt: timestampSchema,
});
export type Evaluation = z.infer<typeof evaluationSchema>;

export const startEvaluationSchema = z.object({
  /** `NAME@ALIAS`, `NAME/VERSION`, `NAME` (its champion) or an absolute path to an ONNX file. */
  model: z.string().min(1),
  /** `NAME`, `NAME/SPLIT`, `NAME@VERSION/SPLIT`; the test split where none is named. */
  dataset: z.string().min(1),
  /** For foreign ONNX files: how pixels are scaled. */
  pixelRange: z.enum(['0..255', '0..1', 'imagenet']).optional(),
  imageSize: z.number().int().min(8).max(2048).optional(),
  /** For files without class names: the names in the order of the outputs; absent: the dataset's order. */
  classNames: z.array(z.string()).optional(),
});
export type StartEvaluation = z.infer<typeof startEvaluationSchema>;

/** Model b against model a on the same pictures. */
export const comparisonSchema = z.object({
  a: z.string(),
  b: z.string(),
  dataset: z.object({ name: z.string(), version: z.number().int(), split: splitSchema }),
  count: z.number().int(),
  accuracyA: z.number(),
  accuracyB: z.number(),
  /** accuracyB − accuracyA. */
  difference: z.number(),
  /** Paired bootstrap 95 % interval of the difference. */
  interval: z.tuple([z.number(), z.number()]),
  onlyARight: z.number().int(),
  onlyBRight: z.number().int(),
  /** Exact McNemar test, two-sided. */
  pValue: z.number(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const evaluationContract = {
  startEvaluation: oc
    .route({ method: 'POST', path: '/evaluations', tags: ['evaluation'], summary: 'Queue an evaluation' })
    .input(startEvaluationSchema)
    .output(z.object({ id: evaluationIdSchema, jobId: jobIdSchema })),
  listEvaluations: oc
    .route({
      method: 'GET',
      path: '/evaluations',
      tags: ['evaluation'],
      summary: 'Evaluations, newest first',
    })
    .input(z.object({ modelName: z.string().optional(), modelVersion: z.coerce.number().int().optional() }))
    .output(z.array(evaluationSchema)),
  getEvaluation: oc
    .route({ method: 'GET', path: '/evaluations/{id}', tags: ['evaluation'], summary: 'One evaluation' })
    .input(z.object({ id: evaluationIdSchema }))
    .output(evaluationSchema),
  /** Evaluates what is missing first, which can take a while. */
  compareModels: oc
    .route({
      method: 'POST',
      path: '/comparisons',
      tags: ['evaluation'],
      summary: 'Two models on the same pictures',
    })
    .input(z.object({ a: z.string(), b: z.string(), dataset: z.string() }))
    .output(comparisonSchema),
};
