/** Long work as durable rows: what is queued, what runs, how far it is, how it ended. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorRecordSchema } from './errors.ts';
import { jobIdSchema, timestampSchema } from './ids.ts';

export const jobKindSchema = z.enum([
  'import',
  'train',
  'evaluate',
  'export',
  'label',
  'score',
  'measure',
  'diversify',
]);
export type JobKind = z.infer<typeof jobKindSchema>;

/** `failed`: the work reported an error; `crashed`: the worker process died; both keep the reason. */
export const jobStatusSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'crashed', 'cancelled']);
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const jobProgressSchema = z.object({
  /** Share of the work done, 0 to 1. */
  fraction: z.number().min(0).max(1),
  /** What is being done now, for a person: "epoch 3 of 20". */
  message: z.string(),
  /** Estimated milliseconds to the end; null until there is something to estimate from. */
  remainingMs: z.number().nonnegative().nullable(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

export const jobSchema = z.object({
  id: jobIdSchema,
  kind: jobKindSchema,
  title: z.string(),
  status: jobStatusSchema,
  progress: jobProgressSchema,
  /** What the job works for: the import, run or evaluation id. */
  subject: z.string(),
  /** How often it was started; above 1 after a crash or restart. */
  attempt: z.number().int().nonnegative(),
  createdAt: timestampSchema,
  startedAt: timestampSchema.nullable(),
  heartbeatAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  error: errorRecordSchema.or(z.object({ code: z.literal('BUG'), message: z.string() })).nullable(),
});
export type Job = z.infer<typeof jobSchema>;

export const jobLogLineSchema = z.object({
  at: timestampSchema,
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
});
export type JobLogLine = z.infer<typeof jobLogLineSchema>;

export const jobsContract = {
  listJobs: oc
    .route({ method: 'GET', path: '/jobs', tags: ['jobs'], summary: 'List jobs, newest first' })
    .input(
      z.object({
        status: jobStatusSchema.optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(z.array(jobSchema)),
  getJob: oc
    .route({ method: 'GET', path: '/jobs/{id}', tags: ['jobs'], summary: 'One job' })
    .input(z.object({ id: jobIdSchema }))
    .output(jobSchema),
  listLog: oc
    .route({ method: 'GET', path: '/jobs/{id}/log', tags: ['jobs'], summary: 'The log lines of a job' })
    .input(z.object({ id: jobIdSchema }))
    .output(z.array(jobLogLineSchema)),
  cancelJob: oc
    .route({
      method: 'POST',
      path: '/jobs/{id}/cancel',
      tags: ['jobs'],
      summary: 'Cancel a queued or running job',
    })
    .input(z.object({ id: jobIdSchema }))
    .output(jobSchema),
};
