/** The contract, ready to be implemented: every call goes through one border where failures get their code. */
import { implement } from '@orpc/server';
import { contract } from '../../src-preload/contract/index.ts';
import { type CallErrorOptions, toCallError } from './call-error.ts';

export function createImplementer(options: CallErrorOptions) {
  return implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw toCallError(error, options);
    }
  });
}

export type Implementer = ReturnType<typeof createImplementer>;
