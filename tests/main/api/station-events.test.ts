import { expect, test } from 'vitest';
import { createStationEvents, maxWaitingEvents } from '../../../src-main/api/station-events.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';

const imported = (added: number): StationEvent => ({ type: 'image.imported', added });
const runUpdated = (runId: string): StationEvent => ({ type: 'run.updated', runId });

async function take(events: AsyncIterable<StationEvent>, count: number): Promise<StationEvent[]> {
  const taken: StationEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

test('every listener gets what happens after it began to listen, in order', async () => {
  const events = createStationEvents();
  events.publish(imported(0));
  const first = events.watch();
  events.publish(imported(1));
  const second = events.watch();
  events.publish(imported(2));
  expect(await take(first, 2)).toEqual([imported(1), imported(2)]);
  expect(await take(second, 1)).toEqual([imported(2)]);
});

test('a listener that leaves its loop is forgotten', async () => {
  const events = createStationEvents();
  const watch = events.watch();
  events.publish(imported(1));
  await take(watch, 1);
  expect(events.listenerCount).toBe(0);
});

test('an aborted listener ends, also one that waits and one that never began', async () => {
  const events = createStationEvents();
  const controller = new AbortController();
  const waiting = events.watch(controller.signal).next();
  events.watch(controller.signal);
  controller.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(events.listenerCount).toBe(0);
});

test('a listener that is told to return while it waits ends', async () => {
  const events = createStationEvents();
  const watch = events.watch();
  const waiting = watch.next();
  await watch.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test('of events that replace each other a slow listener gets the newest only', async () => {
  const events = createStationEvents();
  const watch = events.watch();
  for (let step = 0; step < 5 * maxWaitingEvents; step++) events.publish(runUpdated('a'));
  events.publish(runUpdated('b'));
  expect(await take(watch, 2)).toEqual([runUpdated('a'), runUpdated('b')]);
});

test('a listener that takes nothing is cut off instead of filling the memory', async () => {
  const events = createStationEvents();
  const watch = events.watch();
  for (let count = 0; count <= maxWaitingEvents; count++) events.publish(imported(count));
  expect(events.listenerCount).toBe(0);
  expect((await watch.next()).done).toBe(true);
});

test('the end of the station ends every loop', async () => {
  const events = createStationEvents();
  const waiting = [events.watch().next(), events.watch().next()];
  events.close();
  expect((await Promise.all(waiting)).every(({ done }) => done)).toBe(true);
});
