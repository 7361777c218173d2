/** The jobs of the station, kept current by its events. */
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Job } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { jobListInput } from '../../client/station-events.ts';
import { notifyFailure } from '../../components/notify.tsx';

/** The newest jobs, newest first. */
export function useJobs(): readonly Job[] {
  const query = useQuery(station.jobs.listJobs.queryOptions({ input: jobListInput }));
  return query.data ?? [];
}

export function useCancelJob() {
  return useMutation(
    station.jobs.cancelJob.mutationOptions({
      onError: (error) => notifyFailure('The job was not cancelled', error),
    }),
  );
}
