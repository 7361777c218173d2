/** What waits in the queues of whoever labels in this window, and how fast it is worked through. */
import { useQuery } from '@tanstack/react-query';
import type { DeskQueues, ImageFilter, QueueNeed } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { annotatorInput } from '../team/annotator-store.ts';
import { queueOf } from './desk-queues.ts';

/** Told anew after each stroke of anybody: what is shown until then stays. */
export function useQueues(): DeskQueues | undefined {
  return useQuery(station.annotation.listQueues.queryOptions({ input: annotatorInput() })).data;
}

export interface QueueState {
  /** Undefined until it is known, and for pictures of the person's own choice. */
  readonly pictures: number | undefined;
  readonly needs: QueueNeed | null;
  /** Null until it can be told. */
  readonly picturesPerHour: number | null;
}

export function readQueueState(queues: DeskQueues | undefined, filter: ImageFilter): QueueState {
  const named = queueOf(filter);
  const queue = queues?.queues.find(({ id }) => id === named?.id);
  return {
    pictures: queue?.pictures,
    needs: queue?.needs ?? null,
    picturesPerHour: queues?.picturesPerHour ?? null,
  };
}
