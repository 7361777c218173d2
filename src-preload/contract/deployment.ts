/** What answers predictions now, how it is replaced, and how the last replacement is taken back. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { comparisonSchema } from './evaluation.ts';
import { timestampSchema } from './ids.ts';

export const deploymentEventSchema = z.object({
  id: z.number().int(),
  model: z.string(),
  kind: z.enum(['promote', 'rollback']),
  fromVersion: z.number().int().nullable(),
  toVersion: z.number().int(),
  reason: z.string(),
  actor: z.string(),
  at: timestampSchema,
  /** Milliseconds from the request to the first moment at which the new version answers. */
  switchMs: z.number().nullable(),
  comparison: comparisonSchema.nullable(),
});
export type DeploymentEvent = z.infer<typeof deploymentEventSchema>;

export const servingStatusSchema = z.object({
  model: z.string(),
  /** The version that answers, null while nothing is deployed. */
  version: z.number().int().nullable(),
  state: z.enum(['idle', 'loading', 'ready', 'failed']),
  provider: z.string().nullable(),
  /** Since the station started. */
  requests: z.number().int(),
  failures: z.number().int(),
  latencyMs: z.object({ p50: z.number(), p95: z.number() }).nullable(),
  /** The version that one rollback leads to, null if there is none. */
  rollbackTo: z.number().int().nullable(),
  reason: z.string().nullable(),
});
export type ServingStatus = z.infer<typeof servingStatusSchema>;

export const classificationPredictionSchema = z.object({
  task: z.literal('classification'),
  label: z.string(),
  /** Probability of the label, 0 to 1. */
  score: z.number(),
  /** All classes, most probable first. */
  probabilities: z.array(z.object({ label: z.string(), score: z.number() })),
  model: z.string(),
  version: z.number().int(),
  latencyMs: z.number(),
});
export type ClassificationPrediction = z.infer<typeof classificationPredictionSchema>;

export const predictedBoxSchema = z.object({
  className: z.string(),
  /** 0 to 1. */
  score: z.number(),
  /** Pixels of the upright picture; x and y are the upper left corner. */
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
});

export const detectionPredictionSchema = z.object({
  task: z.literal('detection'),
  /** The most certain first. */
  boxes: z.array(predictedBoxSchema),
  /** Pixels of the upright picture. */
  width: z.number().int(),
  height: z.number().int(),
  model: z.string(),
  version: z.number().int(),
  latencyMs: z.number(),
});
export type DetectionPrediction = z.infer<typeof detectionPredictionSchema>;

export const predictionSchema = z.discriminatedUnion('task', [
  classificationPredictionSchema,
  detectionPredictionSchema,
]);
export type Prediction = z.infer<typeof predictionSchema>;

/** How a detector is asked; a classifier has no use for it. */
export const detectionQuestionSchema = z.object({
  /** Boxes below this confidence are left out. */
  conf: z.coerce.number().min(0).max(1).default(0.25),
  /** Of two boxes of one class that overlap by more, the surer stays; the model's own is an upper bound. */
  iou: z.coerce.number().min(0).max(1).default(0.7),
  /** Boxes of one picture. */
  maxDet: z.coerce.number().int().min(1).max(10_000).default(300),
  /** Side in pixels of the tiles in which a large picture is looked at; absent: as the model was trained. */
  tile: z.coerce.number().int().min(64).max(8192).optional(),
});
export type DetectionQuestion = z.infer<typeof detectionQuestionSchema>;
/** What is absent is as the schema says. */
export type AskedDetection = { readonly [K in keyof DetectionQuestion]?: DetectionQuestion[K] | undefined };

export const deploymentContract = {
  listServing: oc
    .route({
      method: 'GET',
      path: '/serving',
      tags: ['deployment'],
      summary: 'What answers predictions now, per registered model',
    })
    .input(z.object({}).optional())
    .output(z.array(servingStatusSchema)),
  /**
   * `POST /api/v1/predict`, the picture as the raw body or as the multipart field `image`.
   * Without `model` the only deployed model answers.
   */
  predict: oc
    .route({
      method: 'POST',
      path: '/predict',
      tags: ['deployment'],
      summary: 'Picture in, prediction with model version out',
    })
    .input(
      detectionQuestionSchema.partial().extend({
        image: z.file(),
        /** `NAME`, `NAME@ALIAS` or `NAME/VERSION`. */
        model: z.string().optional(),
      }),
    )
    .output(predictionSchema),
  /**
   * Makes a version the champion. Refused (PROMOTION_REFUSED, with the comparison in `data`) unless it is better than
   * the champion on the same test pictures by the margin in the settings, or `force` is set.
   */
  promote: oc
    .route({
      method: 'POST',
      path: '/deployments/promote',
      tags: ['deployment'],
      summary: 'Make a version the champion',
    })
    .input(
      z.object({
        /** `NAME/VERSION` or `NAME@challenger`. */
        model: z.string().min(1),
        reason: z.string().max(1000).default(''),
        force: z.boolean().default(false),
      }),
    )
    .output(deploymentEventSchema),
  rollback: oc
    .route({
      method: 'POST',
      path: '/deployments/rollback',
      tags: ['deployment'],
      summary: 'Go back to the champion before this one',
    })
    .input(
      z.object({
        model: z.string().min(1),
        /** Absent: the champion before. */ version: z.number().int().optional(),
        reason: z.string().max(1000).default(''),
      }),
    )
    .output(deploymentEventSchema),
  listHistory: oc
    .route({
      method: 'GET',
      path: '/deployments',
      tags: ['deployment'],
      summary: 'Promotions and rollbacks, newest first',
    })
    .input(z.object({ model: z.string().optional() }))
    .output(z.array(deploymentEventSchema)),
};
