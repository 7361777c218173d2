/** Opening a data folder: what is laid out, who is refused, what is kept. */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src-main/base/clock.ts';
import { createId } from '../../../src-main/base/ids.ts';
import { publishPresence, readPresence } from '../../../src-main/store/presence.ts';
import { findRunningStation } from '../../../src-main/store/station-lock.ts';
import { isInitialized, openStore } from '../../../src-main/store/store.ts';
import type { JobId } from '../../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

test('a folder without a station is refused, told to run init, and left as it was', () => {
  const dataDir = createTemporaryFolder();
  writeFileSync(join(dataDir, 'holiday.txt'), 'not ours');
  expect(() => openStore(dataDir, { create: false })).toThrow(
    expect.objectContaining({ code: 'STATION_NOT_INITIALIZED', message: expect.stringContaining('init') }),
  );
  expect(readdirSync(dataDir)).toEqual(['holiday.txt']);
  expect(isInitialized(dataDir)).toBe(false);
});

test('settings keep their defaults until changed, survive a restart, and refuse what does not fit', () => {
  const dataDir = createTemporaryFolder();
  const first = openStore(dataDir, { create: true });
  expect(first.settings.read()).toMatchObject({ stationName: 'Station', promotionMargin: 0.005 });
  first.settings.update({ stationName: 'Plot 7' });
  expect(() => first.settings.update({ promotionMargin: 7, operator: 'x' })).toThrow();
  first.close();
  const second = openStore(dataDir, { create: false });
  expect(second.settings.read()).toMatchObject({
    stationName: 'Plot 7',
    promotionMargin: 0.005,
    operator: 'operator',
  });
  second.close();
});

test('a second station on the folder is refused with the pid and address of the first, also in one process', () => {
  const dataDir = createTemporaryFolder();
  const first = openStore(dataDir, { create: true, host: 'headless' });
  const presence = {
    pid: process.pid,
    host: 'headless',
    startedAt: 1,
    address: 'http://127.0.0.1:4310',
    token: 't',
  } as const;
  publishPresence(dataDir, presence);
  expect(() => openStore(dataDir, { create: false })).toThrow(
    expect.objectContaining({
      code: 'STATION_IN_USE',
      message: expect.stringMatching(new RegExp(`${process.pid}.*http://127.0.0.1:4310`)),
      data: expect.objectContaining({ pid: process.pid, address: 'http://127.0.0.1:4310' }),
    }),
  );
  expect(findRunningStation(dataDir)).toEqual({ presence });
  first.close();
  expect(findRunningStation(dataDir)).toBeUndefined();
  expect(readPresence(dataDir)).toBeUndefined();
  openStore(dataDir, { create: false }).close();
});

test('the file with the token is readable by its owner alone', () => {
  const dataDir = createTemporaryFolder();
  const store = openStore(dataDir, { create: true });
  expect(statSync(join(dataDir, 'station.json')).mode & 0o777).toBe(0o600);
  store.close();
});

test('closing twice does not take the lock from the station that came after', () => {
  const dataDir = createTemporaryFolder();
  const first = openStore(dataDir, { create: true });
  first.close();
  const second = openStore(dataDir, { create: false });
  first.close();
  expect(existsSync(join(dataDir, 'station.json'))).toBe(true);
  second.close();
});

test('jobs list newest first by status, and log lines are trimmed from the oldest', () => {
  const store = openStore(createTemporaryFolder(), { create: true });
  const ids = [1, 2, 3].map((createdAt) => {
    const id = createId(systemClock) as JobId;
    store.jobs.insert({
      id,
      kind: 'train',
      subject: `run ${createdAt % 2}`,
      title: 't',
      request: { createdAt },
      createdAt,
    });
    return id;
  });
  const [first, , last] = ids as [JobId, JobId, JobId];
  expect(store.jobs.list({ limit: 2 }).map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 2));
  expect(store.jobs.findBySubject('run 1')?.id).toBe(last);
  expect(store.jobs.readRequest(first)).toEqual({ createdAt: 1 });
  for (const message of ['a', 'b', 'c']) store.jobs.appendLog(first, { at: 0, level: 'info', message });
  store.jobs.trimLog(first, 2);
  expect(store.jobs.listLog(first).map(({ message }) => message)).toEqual(['b', 'c']);
  expect(() => store.jobs.get('nobody' as JobId)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  store.close();
});
