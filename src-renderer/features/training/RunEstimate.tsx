/** What the run would take, beside the button that starts it. */
import { Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { StartTraining, TrainingEstimate } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { formatBytes, formatDuration, formatPlural } from '../../components/formatting.ts';
import classes from './RunEstimate.module.css';

/** Of quiet before the station is asked again. */
const quietMs = 400;

/** @param request null while the form is not valid: the last answer stays */
export function useRunEstimate(request: StartTraining | null): UseQueryResult<TrainingEstimate> {
  const [settled] = useDebouncedValue(request === null ? '' : JSON.stringify(request), quietMs);
  const input = settled === '' ? undefined : (JSON.parse(settled) as StartTraining);
  return useQuery({
    ...station.training.estimate.queryOptions({ input: input ?? { dataset: '?', parameters: {} } }),
    enabled: input !== undefined,
    placeholderData: keepPreviousData,
  });
}

interface RunEstimateProps {
  readonly query: UseQueryResult<TrainingEstimate>;
  /** What is wrong with a field, while the form is not valid. */
  readonly problem: string | undefined;
}

export function RunEstimate({ query, problem }: RunEstimateProps) {
  const refusal = problem ?? (query.isError ? errorMessage(query.error) : undefined);
  if (refusal !== undefined) return <Warning>{refusal}</Warning>;
  if (query.data === undefined) return <Skeleton height={70} radius="md" />;
  return <EstimatedNeeds estimate={query.data} />;
}

function EstimatedNeeds({ estimate }: { readonly estimate: TrainingEstimate }) {
  const { memoryBytes, freeMemoryBytes, diskBytes, durationMs, isMeasured } = estimate;
  return (
    <div className={classes.estimate} data-testid="run-estimate">
      <dl className={classes.needs}>
        <Need
          name={isMeasured ? 'Time, as measured' : 'Time, a guess'}
          value={formatDuration(toWholeMinutes(durationMs))}
        />
        <Need name="Memory" value={formatBytes(memoryBytes)} />
        <Need name="Disk" value={formatBytes(diskBytes)} />
      </dl>
      <p className={classes.plan}>
        {estimate.imageSize} px · batches of {estimate.batchSize} · at most{' '}
        {formatPlural(estimate.epochs, 'epoch')}
      </p>
      {memoryBytes > freeMemoryBytes && (
        <Warning>
          Memory does not suffice: {formatBytes(memoryBytes)} are needed, {formatBytes(freeMemoryBytes)} are
          free. Take smaller batches, pictures or models.
        </Warning>
      )}
    </div>
  );
}

function Warning({ children }: { readonly children: ReactNode }) {
  return (
    <p className={classes.warning} role="alert">
      <TriangleAlert size={16} aria-hidden />
      <span>{children}</span>
    </p>
  );
}

function Need({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function toWholeMinutes(durationMs: number): number {
  return durationMs < 60_000 ? durationMs : 60_000 * Math.round(durationMs / 60_000);
}
