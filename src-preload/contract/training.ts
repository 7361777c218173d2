/** Training runs: what can be set, how a run is started, cancelled and resumed. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { nameSchema, runIdSchema, timestampSchema } from './ids.ts';
import { jobSchema } from './job.ts';

export const architectureNameSchema = z.enum(['classifier-nano', 'classifier-small']);

export const deviceSchema = z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'directml', 'coreml']);
export type Device = z.infer<typeof deviceSchema>;

/**
 * Everything that, with the dataset version, makes a run repeatable. What is absent is chosen from the training
 * pictures when the run starts, and told in the run's params.
 */
export const trainingParametersSchema = z.object({
  architecture: architectureNameSchema.default('classifier-nano'),
  /** Absent: fewer for more pictures, 200 at most, and a time budget of four minutes if none is given. */
  epochs: z.number().int().min(1).max(10_000).optional(),
  /** Pixels, square. Absent: the pictures' median size, 96 at most. */
  imageSize: z.number().int().min(16).max(1024).optional(),
  /** Absent: 32, or 64 from 5,000 pictures on, less for very few. */
  batchSize: z.number().int().min(1).max(1024).optional(),
  /** Peak learning rate. Absent: the optimizer's default. */
  learningRate: z.number().positive().max(10).optional(),
  optimizer: z.enum(['adamw', 'sgd']).default('adamw'),
  weightDecay: z.number().min(0).max(1).default(0.02),
  labelSmoothing: z.number().min(0).max(0.5).default(0.05),
  /** Absent: a tenth of the run, 200 steps at most. */
  warmupEpochs: z.number().min(0).optional(),
  /** 0 switches augmentation off, 1 is the default strength. */
  augmentation: z.number().min(0).max(2).default(1),
  /** 0: each picture once an epoch; 1: each class as often as the others; ½ helps rare classes and spares their pictures. */
  classBalance: z.number().min(0).max(1).default(0.5),
  /** Epochs in which neither accuracy nor loss improves before the run stops; 0 never stops early. Absent: a quarter of the epochs, at least 10. */
  patience: z.number().int().min(0).optional(),
  device: deviceSchema.default('auto'),
  /** CPU threads; absent: all cores. */
  threads: z.number().int().min(1).max(256).optional(),
  seed: z.number().int().default(0),
  /** Wall-clock budget of the training loop in seconds; the learning-rate schedule is fitted into it. */
  timeBudgetS: z.number().positive().optional(),
});
export type TrainingParameters = z.infer<typeof trainingParametersSchema>;

export const startTrainingSchema = z.object({
  dataset: z.string().min(1),
  /** Registered model that the result becomes a version of; absent: the dataset's name. */
  model: nameSchema.optional(),
  experiment: nameSchema.optional(),
  parameters: trainingParametersSchema.prefault({}),
});
export type StartTraining = z.infer<typeof startTrainingSchema>;

/** Completed: all epochs or the time budget used; stopped: patience ran out. Both register a model version. */
export const runStatusSchema = z.enum([
  'queued',
  'running',
  'completed',
  'stopped',
  'diverged',
  'cancelled',
  'failed',
  'crashed',
]);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const runSchema = z.object({
  id: runIdSchema,
  name: z.string(),
  experiment: z.string(),
  status: runStatusSchema,
  /** Why the run ended as it did, in a sentence. */
  reason: z.string().nullable(),
  dataset: z.object({ name: z.string(), version: z.number().int() }),
  modelName: z.string(),
  /** The version that the run registered, once it has. */
  modelVersion: z.number().int().nullable(),
  createdAt: timestampSchema,
  startedAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  params: z.record(z.string(), z.string()),
  /** The last value of each metric. */
  metrics: z.record(z.string(), z.number()),
  tags: z.record(z.string(), z.string()),
  /** Epochs in the newest checkpoint, which a run that does not go on no longer keeps; null without one. */
  checkpointEpoch: z.number().int().nullable(),
  isResumable: z.boolean(),
  job: jobSchema.nullable(),
});
export type Run = z.infer<typeof runSchema>;

export const metricPointSchema = z.object({
  key: z.string(),
  step: z.number().int(),
  value: z.number(),
  timestamp: timestampSchema,
});
export type MetricPoint = z.infer<typeof metricPointSchema>;

export const architectureSchema = z.object({
  name: architectureNameSchema,
  description: z.string(),
  /** For 10 classes. */
  parameters: z.number().int(),
  /** Multiply-adds times two of one picture at 128 px, 10 classes. */
  flops: z.number(),
});

export const trainingContract = {
  listArchitectures: oc
    .route({
      method: 'GET',
      path: '/architectures',
      tags: ['training'],
      summary: 'Architectures with parameters and FLOPs',
    })
    .input(z.object({}).optional())
    .output(z.array(architectureSchema)),
  startRun: oc
    .route({ method: 'POST', path: '/runs', tags: ['training'], summary: 'Queue a training run' })
    .input(startTrainingSchema)
    .output(runSchema),
  resumeRun: oc
    .route({
      method: 'POST',
      path: '/runs/{id}/resume',
      tags: ['training'],
      summary: 'Go on from the newest checkpoint',
    })
    .input(z.object({ id: runIdSchema }))
    .output(runSchema),
  cancelRun: oc
    .route({
      method: 'POST',
      path: '/runs/{id}/cancel',
      tags: ['training'],
      summary: 'Cancel; the checkpoint stays',
    })
    .input(z.object({ id: runIdSchema }))
    .output(runSchema),
  listRuns: oc
    .route({ method: 'GET', path: '/runs', tags: ['training'], summary: 'Runs, newest first' })
    .input(z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }))
    .output(z.array(runSchema)),
  getRun: oc
    .route({ method: 'GET', path: '/runs/{id}', tags: ['training'], summary: 'One run' })
    .input(z.object({ id: runIdSchema }))
    .output(runSchema),
  listMetrics: oc
    .route({
      method: 'GET',
      path: '/runs/{id}/metrics',
      tags: ['training'],
      summary: 'All metric points of a run by key and step',
    })
    .input(z.object({ id: runIdSchema }))
    .output(z.array(metricPointSchema)),
};
