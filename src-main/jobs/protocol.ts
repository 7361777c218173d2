/** What a job's worker and its station say to each other, checked on arrival. */
import { z } from 'zod';
import { errorRecordSchema } from '../../src-preload/contract/errors.ts';
import { jobKindSchema, jobLogLineSchema } from '../../src-preload/contract/job.ts';
import { AppError } from '../base/app-error.ts';

/** An AppError keeps its record; any other error is a bug and keeps its stack for the log. */
const errorMessageSchema = z.union([
  z.object({ record: errorRecordSchema }),
  z.object({ bug: z.object({ message: z.string(), stack: z.string().optional() }) }),
]);
export type ErrorMessage = z.infer<typeof errorMessageSchema>;

export const workerMessageSchema = z.discriminatedUnion('type', [
  /** The worker listens: it can be told what to do. */
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('progress'), fraction: z.number(), message: z.string() }),
  z.object({ type: z.literal('log'), level: jobLogLineSchema.shape.level, message: z.string() }),
  /** Wants a `committed` or `refused` with the same sequence. */
  z.object({ type: z.literal('commit'), sequence: z.number().int(), update: z.unknown() }),
  z.object({ type: z.literal('succeeded'), result: z.unknown() }),
  z.object({ type: z.literal('failed'), error: errorMessageSchema }),
  z.object({ type: z.literal('cancelled') }),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

export const stationMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), kind: jobKindSchema, spec: z.unknown(), blobsDir: z.string() }),
  z.object({ type: z.literal('committed'), sequence: z.number().int() }),
  z.object({ type: z.literal('refused'), sequence: z.number().int(), error: errorMessageSchema }),
  z.object({ type: z.literal('cancel') }),
]);
export type StationMessage = z.infer<typeof stationMessageSchema>;

export function toErrorMessage(error: unknown): ErrorMessage {
  if (error instanceof AppError) return { record: error.toRecord() };
  if (!(error instanceof Error)) return { bug: { message: String(error) } };
  return { bug: { message: error.message, ...(error.stack && { stack: error.stack }) } };
}

export function fromErrorMessage(message: ErrorMessage): AppError | Error {
  if ('record' in message) return AppError.fromRecord(message.record);
  const error = new Error(message.bug.message);
  if (message.bug.stack) error.stack = message.bug.stack;
  return error;
}
