/** Checks what options were put together to against the contract, before a call is made of it. */
import type { z } from 'zod';
import { describeInputIssues } from '../../api/input-sentence.ts';
import { AppError } from '../../base/app-error.ts';

/** @throws {AppError} INPUT_INVALID, naming what was expected and what came. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AppError('INPUT_INVALID', describeInputIssues(parsed.error.issues, input));
}
