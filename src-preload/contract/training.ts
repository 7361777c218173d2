/** Training runs: what can be set, how a run is started, cancelled and resumed. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { nameSchema, runIdSchema, timestampSchema } from './ids.ts';
import { jobSchema } from './job.ts';
import { taskSchema } from './task.ts';

export const architectureNameSchema = z.enum([
  'classifier-nano',
  'classifier-small',
  'detector-nano',
  'detector-small',
  'detector-medium',
]);
export type ArchitectureName = z.infer<typeof architectureNameSchema>;

export const deviceSchema = z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'directml', 'coreml']);
export type Device = z.infer<typeof deviceSchema>;

/** How the learning rate moves over the run; after the warm-up but for one cycle, which rises by itself. */
export const scheduleNameSchema = z.enum(['cosine', 'linear', 'step', 'one-cycle', 'constant']);
export type ScheduleName = z.infer<typeof scheduleNameSchema>;

/** How bytes become the numbers that a float model was trained on. */
export const pixelRangeSchema = z.enum(['0..255', '0..1', '-1..1', 'imagenet']);

const share = z.number().min(0).max(1);

/** What a detector's run has beside the rest; names and meanings are those of Ultralytics, but for `crop` and `tile`. */
export const detectionOptionsSchema = z.object({
  /** The learning rate at the end, as a share of the one at the peak. */
  lrf: share.default(0.01),
  /** Along half a cosine; false: along a line. */
  cosLr: z.boolean().default(true),
  /** Of SGD; of AdamW the decay of the mean of gradients. */
  momentum: z.number().min(0).max(0.999).default(0.9),
  /** Epochs at the end that show pictures as they are; of a run with a time budget, their share of it. */
  closeMosaic: z.number().int().min(0).default(10),
  /** Chance that a training picture is put together of four. */
  mosaic: share.default(1),
  /** Chance that two such are mixed. */
  mixup: share.default(0),
  /** Reach of hue, saturation and value, each way. */
  hsvH: share.default(0.015),
  hsvS: share.default(0.7),
  hsvV: share.default(0.4),
  /** Reach of the rotation, each way. */
  degrees: z.number().min(0).max(180).default(0),
  /** Reach of the shift, each way, as a share of the side. */
  translate: share.default(0.1),
  /** Reach of the scale, each way: 0.5 gives 0.5 to 1.5. */
  scale: z.number().min(0).max(0.95).default(0.5),
  /** Reach of the shear in degrees, each way. */
  shear: z.number().min(0).max(45).default(0),
  /** Chance of a picture mirrored from left to right, and from top to bottom. */
  fliplr: share.default(0.5),
  flipud: share.default(0),
  /** Chance that a picture outside a mosaic is cropped as far as its boxes stay whole. */
  crop: share.default(0),
  /** Stages from the beginning of the network whose weights stay as they are. */
  freeze: z.number().int().min(0).max(100).default(0),
  /**
   * Reach of the scale of a whole step's pictures, each way: 0.5 shows all of them at 0.5 to 1.5 of their size. The frame
   * keeps its own, since a training graph has one: what is larger is cut at its edge.
   */
  multiScale: z.number().min(0).max(0.95).default(0),
  /**
   * Nominal batch size: the gradients of round(nbs / batch) batches make one update, of one batch at least and of an epoch
   * at most, and weight decay is scaled by the pictures of an update / nbs (both as Ultralytics defines them; it reaches the
   * full number during the warm-up, here it holds from the first step on). Absent: each batch makes an update.
   */
  nbs: z.number().int().min(1).max(4096).optional(),
  /** Detections below this confidence are not counted in validation and test. */
  conf: share.default(0.001),
  /** Of two detections of one class that overlap by more, the surer stays. */
  iou: share.default(0.7),
  /** Detections of one picture. Absent: 300, or more where training pictures show more. */
  maxDet: z.number().int().min(1).max(10_000).optional(),
  /** Side in pixels of the tiles in which large pictures are shown; absent: pictures are shown whole. */
  tile: z.number().int().min(64).max(4096).optional(),
});
export type DetectionOptions = z.infer<typeof detectionOptionsSchema>;

/**
 * Everything that, with the dataset version, makes a run repeatable. What is absent is chosen from the training
 * pictures when the run starts, and told in the run's params.
 */
export const trainingParametersSchema = z.object({
  /** Absent: the smallest of the dataset's task. */
  architecture: architectureNameSchema.optional(),
  /**
   * What the training goes on from instead of from nothing: `NAME@ALIAS`, `NAME/VERSION`, `NAME` (its champion) or an
   * absolute path to an ONNX file. With other classes the last layer is new and trained alone at first.
   */
  base: z.string().min(1).optional(),
  /** How a base that is a file of float inputs scales pixels; 0..1 if absent. */
  basePixelRange: pixelRangeSchema.optional(),
  /** Absent: fewer for more pictures, 200 at most, and a time budget of four minutes if none is given. */
  epochs: z.number().int().min(1).max(10_000).optional(),
  /** Pixels, square; of a detector a multiple of 32. Absent: the pictures' median size, 96 at most; of a detector 640. */
  imageSize: z.number().int().min(16).max(1536).optional(),
  /** Absent: 32, or 64 from 5,000 pictures on, less for very few; of a detector 16, less where memory is short. */
  batchSize: z.number().int().min(1).max(1024).optional(),
  /** Peak learning rate. Absent: the optimizer's default. */
  learningRate: z.number().positive().max(10).optional(),
  /** Absent: along half a cosine; of a detector as its `cosLr` says. */
  schedule: scheduleNameSchema.optional(),
  optimizer: z.enum(['adamw', 'sgd']).default('adamw'),
  /** Absent: 0.02 of AdamW, which takes it off the weights; 0.0005 of SGD, where it joins the gradient. */
  weightDecay: z.number().min(0).max(1).optional(),
  /** Absent: 0.05; 0 where a base keeps its last layer, whose outputs may be thousands apart. */
  labelSmoothing: z.number().min(0).max(0.5).optional(),
  /** Absent: a tenth of the run, 200 steps at most. */
  warmupEpochs: z.number().min(0).optional(),
  /**
   * 0 switches augmentation off, 1 is the usual strength; of a detector a factor on reaches and chances. Absent: 1, or half
   * of it where a base gets a new last layer.
   */
  augmentation: z.number().min(0).max(2).optional(),
  /** 0: each picture once an epoch; 1: each class as often as the others; ½ helps rare classes and spares their pictures. */
  classBalance: z.number().min(0).max(1).default(0.5),
  /** Epochs in which neither accuracy nor loss improves before the run stops; 0 never stops early. Absent: a quarter of the epochs, at least 10. */
  patience: z.number().int().min(0).optional(),
  device: deviceSchema.default('auto'),
  /** Automatic mixed precision. Absent: on a graphics processor that the probe found to train right so. */
  amp: z.boolean().optional(),
  /** CPU threads; absent: all cores. */
  threads: z.number().int().min(1).max(256).optional(),
  seed: z.number().int().default(0),
  /** Wall-clock budget of the training loop in seconds; the learning-rate schedule is fitted into it. */
  timeBudgetS: z.number().positive().optional(),
  /** Seconds of training between two checkpoints inside an epoch: what a power cut costs at most. Epochs end in one too. */
  checkpointEveryS: z.number().min(0).max(3600).default(60),
  /**
   * How the gradients of convolutions are computed: in the forms that are fastest on this machine, timed once before the
   * first step and kept in the data folder, so that there the same run gives the same bytes again; or by rule, with
   * which it does so in every folder.
   */
  forms: z.enum(['timed', 'rule']).default('timed'),
  /** Of detectors alone. */
  detection: detectionOptionsSchema.optional(),
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

/** What a run will take, as far as that can be told before it starts. */
export const trainingEstimateSchema = z.object({
  task: taskSchema,
  architecture: z.string(),
  epochs: z.number().int(),
  steps: z.number().int(),
  batchSize: z.number().int(),
  imageSize: z.number().int(),
  /** Of the training loop: all epochs, or the time budget where that is used up sooner. */
  durationMs: z.number(),
  /** Whether the time was measured in a run on this machine, or follows from the network's arithmetic. */
  isMeasured: z.boolean(),
  /** Of the training process at its largest. */
  memoryBytes: z.number(),
  /** Of the machine. */
  freeMemoryBytes: z.number(),
  /** Model, checkpoint and measurements. */
  diskBytes: z.number(),
  /** The same in a sentence. */
  statement: z.string(),
});
export type TrainingEstimate = z.infer<typeof trainingEstimateSchema>;

export const architectureSchema = z.object({
  name: architectureNameSchema,
  task: taskSchema,
  description: z.string(),
  /** For 10 classes. */
  parameters: z.number().int(),
  /** Multiply-adds times two of one picture at 128 px, of a detector at 640 px, 10 classes. */
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
  /** What `startRun` with the same input would take; starts nothing. */
  estimate: oc
    .route({
      method: 'POST',
      path: '/runs/estimate',
      tags: ['training'],
      summary: 'Time, memory and disk that a run will need',
    })
    .input(startTrainingSchema)
    .output(trainingEstimateSchema),
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
