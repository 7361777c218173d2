import { ValidationError } from '@orpc/contract';
import { ORPCError } from '@orpc/server';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { fromCallError, toCallError } from '../../../src-main/api/call-error.ts';
import { describeInputIssues } from '../../../src-main/api/input-sentence.ts';
import { AppError } from '../../../src-main/base/app-error.ts';
import { CancelledError } from '../../../src-main/base/cancellation.ts';
import { systemClock } from '../../../src-main/base/clock.ts';
import { createSilentLog } from '../../../src-main/base/log.ts';

const options = { log: createSilentLog(), clock: systemClock };

test('an AppError keeps its code, status, sentence and data', () => {
  const error = new AppError('PROMOTION_REFUSED', 'not better', { data: { margin: 0.01 } });
  expect(toCallError(error, options).toJSON()).toMatchObject({
    code: 'PROMOTION_REFUSED',
    status: 409,
    message: 'not better',
    data: { margin: 0.01 },
  });
});

test('a bug keeps its message and stack in the log and gives the caller an id to find it by', () => {
  const log = createSilentLog();
  const logged = vi.spyOn(log, 'error');
  const told = toCallError(new Error('secret path /root'), { ...options, log });
  expect(told).toMatchObject({ code: 'BUG', status: 500 });
  expect(JSON.stringify(told.toJSON())).not.toContain('secret');
  expect(logged).toHaveBeenCalledWith(expect.objectContaining(told.data as object), expect.any(String));
});

test('a call that was called off is neither a failure nor a bug', () => {
  expect(toCallError(new CancelledError(), options)).toMatchObject({
    code: 'CLIENT_CLOSED_REQUEST',
    status: 499,
  });
});

test('refused input becomes INPUT_INVALID with the place, the expectation and what came', () => {
  const input = { parameters: { epochs: 0, optimizer: 'adam' } };
  const schema = z.object({
    parameters: z.object({
      epochs: z.number().min(1),
      optimizer: z.enum(['adamw', 'sgd']),
      seed: z.number(),
    }),
  });
  const issues = schema.safeParse(input).error?.issues ?? [];
  const cause = new ValidationError({ message: 'Input validation failed', issues, data: input });
  expect(toCallError(new ORPCError('BAD_REQUEST', { cause }), options)).toMatchObject({
    code: 'INPUT_INVALID',
    status: 400,
    message:
      'parameters.epochs: expected number to be >=1, got 0; parameters.optimizer: expected one of "adamw"|"sgd", got "adam"; parameters.seed: expected number, got nothing',
  });
});

test('output that breaks the contract is a bug of ours, not the caller’s', () => {
  const cause = new ValidationError({ message: 'Output validation failed', issues: [], data: {} });
  expect(toCallError(new ORPCError('INTERNAL_SERVER_ERROR', { cause }), options).code).toBe('BUG');
});

test('a long or strange value does not flood the sentence', () => {
  const issue = { message: 'Invalid input: expected number, received string', path: ['seed'] };
  const sentence = describeInputIssues([issue], { seed: 'x'.repeat(5_000) });
  expect(sentence.length).toBeLessThan(130);
  expect(describeInputIssues([issue, issue, issue, issue, issue], {})).toMatch(/and 2 more$/);
});

test('the caller of a client gets the AppError back', () => {
  const told = toCallError(new AppError('NOT_FOUND', 'no such run', { data: { id: 'r1' } }), options);
  expect(fromCallError(told)).toBeInstanceOf(AppError);
  expect(fromCallError(told)).toMatchObject({
    code: 'NOT_FOUND',
    message: 'no such run',
    data: { id: 'r1' },
  });
});
