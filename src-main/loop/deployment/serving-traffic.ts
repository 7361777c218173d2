/** How many predictions each model was asked for since the station started, how many failed, and how long they took. */
import type { ServingStatus } from '../../../src-preload/contract/deployment.ts';
import { percentiles } from '../../statistics/percentiles.ts';

export type TrafficFigures = Pick<ServingStatus, 'requests' | 'failures' | 'latencyMs'>;

export interface ServingTraffic {
  /** Counts the request, and how it ends. */
  follow<T>(model: string, request: () => Promise<T>): Promise<T>;
  describe(model: string): TrafficFigures;
}

/** The percentiles are over this many of the last answers. */
const durationsKept = 1_000;

interface Counts {
  requests: number;
  failures: number;
  readonly durationsMs: number[];
}

export function createServingTraffic(clock: { monotonic(): number }): ServingTraffic {
  const models = new Map<string, Counts>();
  const countsOf = (model: string): Counts => {
    const counts = models.get(model) ?? { requests: 0, failures: 0, durationsMs: [] };
    models.set(model, counts);
    return counts;
  };
  return {
    follow: async (model, request) => {
      const counts = countsOf(model);
      const startedAt = clock.monotonic();
      counts.requests++;
      try {
        const answer = await request();
        counts.durationsMs.push(clock.monotonic() - startedAt);
        if (counts.durationsMs.length > durationsKept) counts.durationsMs.shift();
        return answer;
      } catch (error) {
        counts.failures++;
        throw error;
      }
    },
    describe: (model) => {
      const { requests, failures, durationsMs } = countsOf(model);
      return { requests, failures, latencyMs: describeDurations(durationsMs) };
    },
  };
}

function describeDurations(durationsMs: readonly number[]): ServingStatus['latencyMs'] {
  if (durationsMs.length === 0) return null;
  const [p50 = 0, p95 = 0] = percentiles(durationsMs, [50, 95]);
  return { p50, p95 };
}
