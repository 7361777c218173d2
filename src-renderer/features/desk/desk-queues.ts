/** The queues of the desk and their place in the address. */
import type { ImageFilter } from '../../../src-preload/contract/index.ts';
import { searchFromFilter } from '../image/image-filter.ts';

export interface NamedQueue {
  readonly id: string;
  readonly name: string;
  readonly filter: ImageFilter;
}

export const deskQueues: readonly NamedQueue[] = [
  { id: 'unlabelled', name: 'Not labelled', filter: { labelled: false } },
  { id: 'predicted', name: 'Suggestions, least sure first', filter: { state: 'predicted' } },
  { id: 'draft', name: 'Begun', filter: { state: 'draft' } },
  { id: 'rejected', name: 'Rejected', filter: { state: 'rejected' } },
  { id: 'labelled', name: 'Labelled', filter: { labelled: true } },
  { id: 'all', name: 'All pictures', filter: {} },
];

/** The queue that the filter is; undefined for a filter of the person's own. */
export function queueOf(filter: ImageFilter): NamedQueue | undefined {
  return deskQueues.find((queue) => searchFromFilter(queue.filter) === searchFromFilter(filter));
}

/** Suggestions come with the least sure one first: there a person helps most. */
export function orderOf(filter: ImageFilter): 'newest' | 'uncertain' {
  return filter.state === 'predicted' ? 'uncertain' : 'newest';
}

/** @param start the picture to begin with */
export function deskHref(filter: ImageFilter, start?: string): string {
  const params = new URLSearchParams(searchFromFilter(filter));
  if (start !== undefined) params.set('at', start);
  const search = params.toString();
  return search === '' ? '/desk?all=yes' : `/desk?${search}`;
}
