/** Turns whatever a call threw into what its caller is told: a code, a status, a sentence. */
import { ValidationError } from '@orpc/contract';
import { ORPCError } from '@orpc/server';
import { type ErrorCode, errorStatus } from '../../src-preload/contract/errors.ts';
import { InvalidReferenceError } from '../../src-preload/contract/reference.ts';
import { AppError } from '../base/app-error.ts';
import { isCancellation } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { createId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { describeInputIssues } from './input-sentence.ts';

export type CallError = ORPCError<string, unknown>;

export interface CallErrorOptions {
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * An AppError keeps its code, status and data; refused input becomes INPUT_INVALID; a call that was called off
 * becomes CLIENT_CLOSED_REQUEST; anything else is a bug: it goes to the log with its stack, and the caller gets
 * code BUG with an id to find it by.
 */
export function toCallError(error: unknown, { log, clock }: CallErrorOptions): CallError {
  if (error instanceof AppError) return fromAppError(error);
  if (error instanceof InvalidReferenceError) return createCallError(error.code, error.message);
  if (error instanceof ORPCError) return fromLibraryError(error, { log, clock });
  if (isCancellation(error))
    return new ORPCError('CLIENT_CLOSED_REQUEST', { status: 499, message: 'cancelled' });
  return fromBug(error, { log, clock });
}

function fromAppError(error: AppError): CallError {
  return createCallError(error.code, error.message, error.data);
}

export function createCallError(code: ErrorCode, message: string, data?: Record<string, unknown>): CallError {
  return new ORPCError<string, unknown>(code, { status: errorStatus[code], message, data });
}

/** oRPC's own errors: wrong input is the caller's, wrong output and the rest are ours. */
function fromLibraryError(error: CallError, options: CallErrorOptions): CallError {
  if (error.code in errorStatus || error.code === 'BUG') return error;
  if (error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
    return createCallError('INPUT_INVALID', describeInputIssues(error.cause.issues, error.cause.data));
  }
  if (error.status >= 500) return fromBug(error.cause ?? error, options);
  return error;
}

function fromBug(error: unknown, { log, clock }: CallErrorOptions): CallError {
  const id = createId(clock);
  log.error({ err: error, id }, 'a call hit a bug');
  const message = `Something went wrong inside the station (${id}): its log has the details.`;
  return new ORPCError('BUG', { status: 500, message, data: { id } });
}

/** The other way, for callers of a client: the AppError that a remote or in-process call was answered with. */
export function fromCallError(error: unknown): unknown {
  if (!(error instanceof ORPCError) || !isErrorCode(error.code)) return error;
  const data = isRecord(error.data) ? { data: error.data } : {};
  return new AppError(error.code, error.message, { ...data, cause: error });
}

function isErrorCode(code: string): code is ErrorCode {
  return code in errorStatus;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
