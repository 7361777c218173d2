/** Shows what a query answered: a quiet placeholder before, the reason and a second try when it failed. */
import { Button, Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { errorMessage } from '../client/errors.ts';
import { Notice } from './Notice.tsx';

interface LoadedProps<Answer> {
  readonly query: UseQueryResult<Answer>;
  readonly children: (answer: Answer) => ReactNode;
  /** Height of the placeholder in pixels. */
  readonly height?: number;
}

export function Loaded<Answer>({ query, children, height = 120 }: LoadedProps<Answer>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <FailedQuery error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton height={height} radius="md" aria-label="Loading" />;
}

function FailedQuery({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  return (
    <Notice
      tone="bad"
      title="This could not be read"
      action={
        <Button variant="default" leftSection={<RefreshCw size={16} aria-hidden />} onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {errorMessage(error)}
    </Notice>
  );
}
