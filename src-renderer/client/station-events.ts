/** The one subscription to what happens at the station: it marks answers stale and tells listeners. */
import type { QueryClient } from '@tanstack/react-query';
import type { Job, StationEvent } from '../../src-preload/contract/index.ts';
import { type RouterPath, staleAfter, withJob } from './event-effects.ts';
import { station, stationClient } from './station.ts';

/** Events come in bursts (an import tells every batch): answers are marked stale at most this often. */
const quietMs = 300;
const retryMs = 1_000;
export const jobListInput = { limit: 60 } as const;

export interface StationEventOptions {
  readonly queryClient: QueryClient;
  readonly onEvent: (event: StationEvent) => void;
  readonly signal: AbortSignal;
}

/** Listens until `signal` aborts; after a lost line everything is read afresh, as events were missed. */
export async function followStation({ queryClient, onEvent, signal }: StationEventOptions): Promise<void> {
  const stale = createStaleQueue(queryClient);
  let isFirst = true;
  while (!signal.aborted) {
    try {
      const events = await stationClient.system.watchEvents({}, { signal });
      if (!isFirst) void queryClient.invalidateQueries();
      isFirst = false;
      for await (const event of events) {
        applyJob(queryClient, event);
        stale.add(staleAfter(event));
        onEvent(event);
      }
    } catch {
      isFirst = false;
    }
    await pause(retryMs, signal);
  }
}

/** The event carries the whole job: the tray need not ask again. */
function applyJob(queryClient: QueryClient, event: StationEvent): void {
  if (event.type !== 'job.updated') return;
  const key = station.jobs.listJobs.queryKey({ input: jobListInput });
  queryClient.setQueryData(key, (jobs: Job[] | undefined) =>
    jobs === undefined ? undefined : withJob(jobs, event.job),
  );
}

interface StaleQueue {
  readonly add: (paths: readonly RouterPath[]) => void;
}

function createStaleQueue(queryClient: QueryClient): StaleQueue {
  const waiting = new Map<string, RouterPath>();
  const flush = (): void => {
    for (const path of waiting.values()) void queryClient.invalidateQueries({ queryKey: [path] });
    waiting.clear();
  };
  return {
    add: (paths) => {
      if (waiting.size === 0 && paths.length > 0) setTimeout(flush, quietMs);
      for (const path of paths) waiting.set(path.join('.'), path);
    },
  };
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
