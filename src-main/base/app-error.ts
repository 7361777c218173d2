/** Failures that someone can act on; bugs are plain Errors, cancellation is an aborted AbortSignal. */
import type { ErrorCode, ErrorRecord } from '../../src-preload/contract/errors.ts';

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly data: Record<string, unknown> | undefined;

  /** @param message one sentence: what was expected, what came, where, and what to do. */
  constructor(
    code: ErrorCode,
    message: string,
    options: { data?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data;
  }

  toRecord(): ErrorRecord {
    return { code: this.code, message: this.message, ...(this.data && { data: this.data }) };
  }

  static fromRecord(record: ErrorRecord): AppError {
    return new AppError(record.code, record.message, record.data ? { data: record.data } : {});
  }
}

/** Throws a bug (never an AppError) when a condition that the code guarantees does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`);
}

/** The compiler refuses a call while a case of a closed set is unhandled. */
export function unreachable(value: never, what = 'case'): never {
  throw new Error(`bug: unexpected ${what}: ${JSON.stringify(value)}`);
}
