/** The station itself: settings, health, integrity, snapshots, and the stream of what happens. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { imageHashSchema, nameSchema, timestampSchema } from './ids.ts';
import { jobSchema } from './job.ts';
import { defaultQualityThresholds, qualityThresholdsSchema } from './quality-check.ts';
import { taskSchema } from './task.ts';
import { defaultTeamRule, teamRuleSchema } from './team.ts';

export const settingsSchema = z.object({
  stationName: z.string().trim().min(1).max(200).default('Station'),
  task: taskSchema.default('classification'),
  /** Accuracy by which a challenger must beat the champion on the same test pictures, 0 to 1. */
  promotionMargin: z.number().min(0).max(1).default(0.005),
  device: z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'directml', 'coreml']).default('auto'),
  operator: z.string().trim().min(1).max(200).default('operator'),
  quality: qualityThresholdsSchema.default(defaultQualityThresholds),
  team: teamRuleSchema.default(defaultTeamRule),
});
export type Settings = z.infer<typeof settingsSchema>;

export const providerReportSchema = z.object({
  name: z.enum(['cpu', 'webgpu', 'cuda', 'directml', 'coreml']),
  isUsable: z.boolean(),
  /** Why it is, or is not, used. */
  reason: z.string(),
  /** Milliseconds of the probe's training step, null where it did not run. */
  stepMs: z.number().nullable(),
  /** Whether a training there is in mixed precision if nothing else is asked for, and why. */
  amp: z.object({ isUsable: z.boolean(), reason: z.string() }),
});
export type ProviderReport = z.infer<typeof providerReportSchema>;

export const healthSchema = z.object({
  version: z.string(),
  host: z.enum(['electron', 'headless', 'cli']),
  dataDir: z.string(),
  startedAt: timestampSchema,
  uptimeMs: z.number(),
  node: z.string(),
  platform: z.string(),
  cpu: z.object({ model: z.string(), cores: z.number().int() }),
  memory: z.object({ totalBytes: z.number(), freeBytes: z.number(), stationBytes: z.number() }),
  disk: z.object({
    totalBytes: z.number(),
    freeBytes: z.number(),
    databaseBytes: z.number(),
    blobsBytes: z.number(),
    blobs: z.number().int(),
  }),
  database: z.object({
    schemaVersion: z.number().int(),
    integrity: z.enum(['unknown', 'ok', 'damaged']),
    checkedAt: timestampSchema.nullable(),
    problems: z.array(z.string()),
  }),
  /** Empty until the probe has run. */
  providers: z.array(providerReportSchema),
  /** The provider that `auto` means on this machine, null until the probe has run. */
  chosenProvider: z.string().nullable(),
  /** Gradients of convolutions whose form was chosen on this machine: by time, or left by rule as that took too long. */
  convolutionForms: z.object({ timed: z.number().int(), untimed: z.number().int() }),
});
export type Health = z.infer<typeof healthSchema>;

export const snapshotSchema = z.object({
  file: z.string(),
  createdAt: timestampSchema,
  sizeBytes: z.number().int(),
  reason: z.string(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** The live state of each stage of the loop, for Overview. */
export const overviewSchema = z.object({
  images: z.object({
    total: z.number().int(),
    labelled: z.number().int(),
    lastImportAt: timestampSchema.nullable(),
  }),
  datasets: z.object({
    versions: z.number().int(),
    newest: z.string().nullable(),
    labelledSince: z.number().int(),
  }),
  training: z.object({
    running: jobSchema.nullable(),
    runs: z.number().int(),
    lastStatus: z.string().nullable(),
  }),
  evaluation: z.object({
    evaluations: z.number().int(),
    /** Accuracy, or map50 of a detector. */
    lastAccuracy: z.number().nullable(),
    /** Whose it is: `NAME/VERSION on DATASET@VERSION/SPLIT`, or the file's path. */
    lastModel: z.string().nullable(),
  }),
  registry: z.object({ models: z.number().int(), versions: z.number().int() }),
  deployment: z.object({
    model: z.string().nullable(),
    version: z.number().int().nullable(),
    /** Accuracy, or map50 of a detector. */
    accuracy: z.number().nullable(),
    requests: z.number().int(),
  }),
});
export type Overview = z.infer<typeof overviewSchema>;

/** Events are named `domain.pastTense`; a listener reads afresh what it shows. */
export const stationEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job.updated'), job: jobSchema }),
  z.object({ type: z.literal('image.imported'), added: z.number().int() }),
  z.object({ type: z.literal('annotation.changed'), imageHashes: z.array(imageHashSchema) }),
  z.object({ type: z.literal('dataset.created'), name: z.string(), version: z.number().int() }),
  z.object({ type: z.literal('run.updated'), runId: z.string() }),
  z.object({ type: z.literal('model.registered'), name: z.string(), version: z.number().int() }),
  z.object({ type: z.literal('evaluation.finished'), id: z.string() }),
  z.object({ type: z.literal('deployment.changed'), model: z.string(), version: z.number().int() }),
  z.object({ type: z.literal('system.changed') }),
]);
export type StationEvent = z.infer<typeof stationEventSchema>;

export const systemContract = {
  getHealth: oc
    .route({
      method: 'GET',
      path: '/health',
      tags: ['system'],
      summary: 'State of the machine and the store',
    })
    .input(z.object({}).optional())
    .output(healthSchema),
  getOverview: oc
    .route({ method: 'GET', path: '/overview', tags: ['system'], summary: 'The live state of each stage' })
    .input(z.object({}).optional())
    .output(overviewSchema),
  getSettings: oc
    .route({ method: 'GET', path: '/settings', tags: ['system'], summary: 'The settings' })
    .input(z.object({}).optional())
    .output(settingsSchema),
  updateSettings: oc
    .route({ method: 'PATCH', path: '/settings', tags: ['system'], summary: 'Change settings' })
    .input(
      z.object({
        stationName: nameSchema.optional(),
        task: taskSchema.optional(),
        promotionMargin: settingsSchema.shape.promotionMargin.unwrap().optional(),
        device: settingsSchema.shape.device.unwrap().optional(),
        operator: nameSchema.optional(),
        quality: qualityThresholdsSchema.optional(),
        team: teamRuleSchema.optional(),
      }),
    )
    .output(settingsSchema),
  probeProviders: oc
    .route({
      method: 'POST',
      path: '/providers/probe',
      tags: ['system'],
      summary: 'Try each provider in a process of its own',
    })
    .input(z.object({}).optional())
    .output(z.array(providerReportSchema)),
  checkIntegrity: oc
    .route({
      method: 'POST',
      path: '/integrity',
      tags: ['system'],
      summary: 'Check the database and that every blob exists and matches its hash',
    })
    .input(z.object({}).optional())
    .output(healthSchema.shape.database),
  listSnapshots: oc
    .route({
      method: 'GET',
      path: '/snapshots',
      tags: ['system'],
      summary: 'Copies of the database, newest first',
    })
    .input(z.object({}).optional())
    .output(z.array(snapshotSchema)),
  createSnapshot: oc
    .route({ method: 'POST', path: '/snapshots', tags: ['system'], summary: 'Copy the database now' })
    .input(z.object({}).optional())
    .output(snapshotSchema),
  watchEvents: oc
    .route({
      method: 'GET',
      path: '/events',
      tags: ['system'],
      summary: 'Server-sent events of what happens',
    })
    .input(z.object({}).optional())
    .output(eventIterator(stationEventSchema)),
};
