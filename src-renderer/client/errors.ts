/** What a failure says to a person, and which failure it is. */
import { ORPCError } from '@orpc/client';
import type { ErrorCode } from '../../src-preload/contract/index.ts';

/** One sentence for a person, whatever was thrown. */
export function errorMessage(error: unknown): string {
  if (error instanceof ORPCError && error.message !== '') return error.message;
  if (error instanceof Error && error.message !== '') return error.message;
  return 'The station did not say what went wrong.';
}

/** The contract's code of a failure, undefined for bugs and lost connections. */
export function errorCode(error: unknown): ErrorCode | string | undefined {
  return error instanceof ORPCError ? error.code : undefined;
}

/** The `data` of a failure as a record, empty where there is none. */
export function errorDetails(error: unknown): Record<string, unknown> {
  if (!(error instanceof ORPCError)) return {};
  return isRecord(error.data) ? error.data : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
