/** How good a model is on a split: figures, the confusion matrix, and a comparison of two models on the same pictures. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import {
  boxSizeSchema,
  cocoFilesSchema,
  detectionQuerySchema,
  detectionReportSchema,
  judgedDetectionSchema,
  judgedPictureSchema,
  judgedTruthSchema,
  latencySchema,
} from './detection-report.ts';
import { evaluationIdSchema, imageHashSchema, jobIdSchema, splitSchema, timestampSchema } from './ids.ts';
import { pixelRangeSchema } from './training.ts';

export const classMetricsSchema = z.object({
  className: z.string(),
  /** Null where the class was never predicted (precision) or never true (recall): 0/0 is no number. */
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
  /** Pictures of this class. */
  support: z.number().int(),
});

export const classificationReportSchema = z.object({
  task: z.literal('classification'),
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

export const evaluationReportSchema = z.discriminatedUnion('task', [
  classificationReportSchema,
  detectionReportSchema,
]);
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

/** The figures of a report that a list of them shows. */
export const reportSummarySchema = z.discriminatedUnion('task', [
  classificationReportSchema.pick({
    ...{ task: true, accuracy: true, precision: true, recall: true, f1: true },
    ...{ count: true, latencyMs: true, provider: true },
  }),
  detectionReportSchema.pick({
    ...{ task: true, map50: true, map5095: true, precision: true, recall: true, f1: true },
    ...{ count: true, latencyMs: true, provider: true },
  }),
]);
export type ReportSummary = z.infer<typeof reportSummarySchema>;

/** What models of a task are ranked by, 0 to 1; null where there was nothing to be right about. */
export interface MainFigure {
  readonly name: 'accuracy' | 'map50';
  readonly value: number | null;
}

export function mainFigureOf(report: ReportSummary): MainFigure {
  return report.task === 'classification'
    ? { name: 'accuracy', value: report.accuracy }
    : { name: 'map50', value: report.map50 };
}

export const evaluationSchema = z.object({
  id: evaluationIdSchema,
  /** `NAME/VERSION`, or the file that was evaluated. */
  model: z.string(),
  modelName: z.string().nullable(),
  modelVersion: z.number().int().nullable(),
  dataset: z.object({ name: z.string(), version: z.number().int(), split: splitSchema }),
  report: evaluationReportSchema,
  createdAt: timestampSchema,
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** Without curves, matrices and classes, of which a list of evaluations would weigh megabytes. */
export const evaluationSummarySchema = evaluationSchema.extend({ report: reportSummarySchema });
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>;

export const startEvaluationSchema = z.object({
  /** `NAME@ALIAS`, `NAME/VERSION`, `NAME` (its champion) or an absolute path to an ONNX file. */
  model: z.string().min(1),
  /** `NAME`, `NAME/SPLIT`, `NAME@VERSION/SPLIT`; the test split where none is named. */
  dataset: z.string().min(1),
  /** For foreign ONNX files: how pixels are scaled. */
  pixelRange: pixelRangeSchema.optional(),
  imageSize: z.number().int().min(8).max(2048).optional(),
  /** For files without class names: the names in the order of the outputs; absent: the dataset's order. */
  classNames: z.array(z.string()).optional(),
  /** Of a detector: detections below it are not kept; 0.001 if absent. */
  conf: z.number().min(0).max(1).optional(),
  /** Of a detector: above it the less certain of two detections of a class is suppressed; 0.7 if absent. */
  iou: z.number().min(0).max(1).optional(),
  /** Of a detector: detections of one picture; 300 if absent. COCO's figures look at 100 of each class. */
  maxDet: z.number().int().min(1).max(10_000).optional(),
  /** Of a detector: side in pixels of the tiles in which pictures are looked at; absent: they are looked at whole. */
  tile: z.number().int().min(64).max(4096).optional(),
  /** Of a detector: from which confidence on the confusion matrix counts; absent: that with the highest mean F1. */
  confusionConfidence: z.number().min(0).max(1).optional(),
});
export type StartEvaluation = z.infer<typeof startEvaluationSchema>;

/** Model b against model a on the same pictures. */
const pairSchema = z.object({
  a: z.string(),
  b: z.string(),
  dataset: z.object({ name: z.string(), version: z.number().int(), split: splitSchema }),
  /** Pictures. */
  count: z.number().int(),
  /** Of b minus a: of accuracies, or of map50s. What a promotion goes by. */
  difference: z.number(),
  /** Paired bootstrap 95 % interval of the difference. */
  interval: z.tuple([z.number(), z.number()]),
});

export const classificationComparisonSchema = pairSchema.extend({
  task: z.literal('classification'),
  accuracyA: z.number(),
  accuracyB: z.number(),
  onlyARight: z.number().int(),
  onlyBRight: z.number().int(),
  /** Exact McNemar test, two-sided. */
  pValue: z.number(),
});
export type ClassificationComparison = z.infer<typeof classificationComparisonSchema>;

export const detectionComparisonSchema = pairSchema.extend({
  task: z.literal('detection'),
  /** Null where there is no truth to find. */
  map50A: z.number().nullable(),
  map50B: z.number().nullable(),
  map5095A: z.number().nullable(),
  map5095B: z.number().nullable(),
  /** map5095B − map5095A, with its paired bootstrap 95 % interval. */
  difference5095: z.number(),
  interval5095: z.tuple([z.number(), z.number()]),
  perClass: z.array(
    z.object({
      className: z.string(),
      support: z.number().int(),
      ap50A: z.number().nullable(),
      ap50B: z.number().nullable(),
    }),
  ),
});
export type DetectionComparison = z.infer<typeof detectionComparisonSchema>;

export const comparisonSchema = z.discriminatedUnion('task', [
  classificationComparisonSchema,
  detectionComparisonSchema,
]);
export type Comparison = z.infer<typeof comparisonSchema>;

/** The main figures of both models. */
export function mainFiguresOf(comparison: Comparison): { readonly a: MainFigure; readonly b: MainFigure } {
  if (comparison.task === 'classification') {
    const { accuracyA, accuracyB } = comparison;
    return { a: { name: 'accuracy', value: accuracyA }, b: { name: 'accuracy', value: accuracyB } };
  }
  const { map50A, map50B } = comparison;
  return { a: { name: 'map50', value: map50A }, b: { name: 'map50', value: map50B } };
}

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
      summary: 'Evaluations with their main figures, newest first',
    })
    .input(z.object({ modelName: z.string().optional(), modelVersion: z.coerce.number().int().optional() }))
    .output(z.array(evaluationSummarySchema)),
  getEvaluation: oc
    .route({ method: 'GET', path: '/evaluations/{id}', tags: ['evaluation'], summary: 'One evaluation' })
    .input(z.object({ id: evaluationIdSchema }))
    .output(evaluationSchema),
  /** The detections of an evaluation that a query is about, the most certain first. */
  listDetections: oc
    .route({
      method: 'POST',
      path: '/evaluations/{id}/detections',
      tags: ['evaluation'],
      summary: 'What a detector found, by the kind of error and by class',
    })
    .input(
      z.object({
        id: evaluationIdSchema,
        query: detectionQuerySchema.default({}),
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(z.object({ detections: z.array(judgedDetectionSchema), total: z.number().int() })),
  /** The truths that a query is about: those missed, where it names no other outcome. */
  listTruths: oc
    .route({
      method: 'POST',
      path: '/evaluations/{id}/truths',
      tags: ['evaluation'],
      summary: 'What a detector should have found, by whether it did and by class',
    })
    .input(
      z.object({
        id: evaluationIdSchema,
        /** Null: whatever became of them. */
        outcome: judgedTruthSchema.shape.outcome.nullable().default('missed'),
        className: z.string().optional(),
        size: boxSizeSchema.optional(),
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(z.object({ truths: z.array(judgedTruthSchema), total: z.number().int() })),
  getPicture: oc
    .route({
      method: 'GET',
      path: '/evaluations/{id}/pictures/{imageHash}',
      tags: ['evaluation'],
      summary: 'What a detector found on one picture, and what was there',
    })
    .input(z.object({ id: evaluationIdSchema, imageHash: imageHashSchema }))
    .output(judgedPictureSchema),
  /** For pycocotools and other scorers: `results` is COCO's list of results with the names of pictures and classes. */
  exportCoco: oc
    .route({
      method: 'GET',
      path: '/evaluations/{id}/coco',
      tags: ['evaluation'],
      summary: 'What a detector found and what was there, as COCO files',
    })
    .input(z.object({ id: evaluationIdSchema }))
    .output(cocoFilesSchema),
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
