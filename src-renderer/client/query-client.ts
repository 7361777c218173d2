/** One cache for everything the station answered; events say when an answer is stale. */
import { QueryClient } from '@tanstack/react-query';
import { errorCode } from './errors.ts';

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        networkMode: 'always',
        retry: (failures, error) => failures < 2 && isWorthRetrying(error),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** An answer with a code is an answer: asking again gives the same. */
function isWorthRetrying(error: unknown): boolean {
  const code = errorCode(error);
  return code === undefined || code === 'SERVICE_UNAVAILABLE';
}
