import { expect, it } from 'vitest';
import {
  deskFromSearch,
  deskHref,
  deskQueues,
  listMeasures,
  measureOf,
  orderOf,
  queueOf,
} from '../../../../src-renderer/features/desk/desk-queues.ts';

const searchIn = (href: string) => href.split('?')[1] ?? '';

it('every queue has an address that leads back to it', () => {
  for (const { id, filter } of deskQueues) {
    const asked = deskFromSearch(searchIn(deskHref(filter, 'f'.repeat(64))));
    expect([id, asked.filter]).toEqual([id, filter]);
    expect(queueOf(asked.filter)?.id).toBe(id);
  }
  expect(queueOf(deskFromSearch('all=yes').filter)?.id).toBe('all');
  expect(queueOf({ className: 'cell' })).toBeUndefined();
});

it('the uncertain queue comes by the measure in the address, or by the first that the task has', () => {
  const filter = { queue: 'uncertain' } as const;
  const asked = deskFromSearch(searchIn(deskHref(filter, undefined, 'entropy')));
  expect(asked.measure).toBe('entropy');
  expect(orderOf(filter, measureOf('classification', asked.measure))).toBe('entropy');
  expect(orderOf(filter, measureOf('detection', asked.measure))).toBe('lowestBox');
  expect(orderOf(filter, measureOf('classification', undefined))).toBe('leastConfidence');
  expect(listMeasures('detection').map(({ value }) => value)).toEqual([
    'lowestBox',
    'boxMax',
    'boxMean',
    'boxSum',
  ]);
});

it('the worst comes first where there is a worst, suggestions come least sure first, others newest first', () => {
  expect(orderOf({ queue: 'suspect' }, 'margin')).toBe('suspect');
  expect(orderOf({ queue: 'diverse' }, 'margin')).toBe('diverse');
  expect(orderOf({ state: 'predicted' }, 'margin')).toBe('uncertain');
  expect(orderOf({ labelled: false }, 'margin')).toBe('newest');
});
