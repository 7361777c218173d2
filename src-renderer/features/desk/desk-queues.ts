/** The queues of the desk, the order of their pictures, and their place in the address. */
import {
  type ImageFilter,
  type ListOrder,
  measuresOfTask,
  type QueueId,
  queueFilters,
  queueIdSchema,
  type Task,
  type UncertaintyMeasure,
  uncertaintyMeasureSchema,
} from '../../../src-preload/contract/index.ts';
import { filterFromSearch, searchFromFilter } from '../image/image-filter.ts';

export interface NamedQueue {
  readonly id: QueueId;
  readonly name: string;
  readonly filter: ImageFilter;
}

const names = {
  unlabelled: 'Not labelled',
  uncertain: 'Uncertain',
  diverse: 'Most diverse',
  predicted: 'Suggestions',
  draft: 'Begun',
  disagreement: 'Disagreements',
  suspect: 'Suspect labels',
  rejected: 'Rejected',
  labelled: 'Labelled',
  all: 'All pictures',
} as const satisfies Record<QueueId, string>;

export const deskQueues: readonly NamedQueue[] = queueIdSchema.options.map((id) => ({
  id,
  name: names[id],
  filter: queueFilters[id],
}));

/** The queue that the filter is; undefined for a filter of the person's own. */
export function queueOf(filter: ImageFilter): NamedQueue | undefined {
  return deskQueues.find((queue) => searchFromFilter(queue.filter) === searchFromFilter(filter));
}

const measureNames = {
  leastConfidence: 'Least sure of its class',
  margin: 'Torn between two classes',
  entropy: 'Spread over all classes',
  lowestBox: 'Lowest box',
  boxMax: 'Most ambiguous box',
  boxMean: 'Ambiguous boxes, mean',
  boxSum: 'Ambiguous boxes, sum',
} as const satisfies Record<UncertaintyMeasure, string>;

/** What each measure of the task puts first, in words. */
export function listMeasures(task: Task): { readonly value: UncertaintyMeasure; readonly label: string }[] {
  return measuresOfTask[task].map((value) => ({ value, label: measureNames[value] }));
}

/** The one asked for, or the first of the task. */
export function measureOf(task: Task, asked: UncertaintyMeasure | undefined): UncertaintyMeasure {
  const known: readonly UncertaintyMeasure[] = measuresOfTask[task];
  return asked !== undefined && known.includes(asked) ? asked : measuresOfTask[task][0];
}

/** Suggestions come with the least sure one first: there a person helps most. */
export function orderOf(filter: ImageFilter, measure: UncertaintyMeasure): ListOrder {
  if (filter.queue !== undefined) return filter.queue === 'uncertain' ? measure : filter.queue;
  return filter.state === 'predicted' ? 'uncertain' : 'newest';
}

/** What the part of the address after `?` asks for. */
export function deskFromSearch(search: string): {
  readonly filter: ImageFilter;
  readonly measure: UncertaintyMeasure | undefined;
} {
  const params = new URLSearchParams(search);
  return {
    filter: filterFromSearch(search),
    measure: uncertaintyMeasureSchema.safeParse(params.get('by')).data,
  };
}

/** @param start the picture to begin with */
export function deskHref(filter: ImageFilter, start?: string, measure?: UncertaintyMeasure): string {
  const params = new URLSearchParams(searchFromFilter(filter));
  if (start !== undefined) params.set('at', start);
  if (measure !== undefined) params.set('by', measure);
  const search = params.toString();
  return search === '' ? '/desk?all=yes' : `/desk?${search}`;
}
