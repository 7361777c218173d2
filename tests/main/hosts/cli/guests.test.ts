import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sleep } from '../../../../src-main/base/cancellation.ts';
import { type AccessOptions, openStationAccess } from '../../../../src-main/hosts/cli/station-access.ts';
import { locateInstallation } from '../../../../src-main/hosts/installation.ts';

let options: AccessOptions;
const cli = new URL('../../../../src-main/hosts/cli/index.ts', import.meta.url).href;

beforeEach(() => {
  options = {
    installation: locateInstallation(cli),
    dataDir: mkdtempSync(join(tmpdir(), 'fieldstation-guests-')),
    create: true,
    worksJobs: true,
    signal: new AbortController().signal,
    progress: { show: () => undefined, clear: () => undefined },
  };
});
afterEach(() => rmSync(options.dataDir, { recursive: true, force: true }));

test('a command beside one that works speaks to its station, which stays until the guest has gone', async () => {
  const host = await openStationAccess(options);
  const guest = await openStationAccess(options);
  expect([host.isRemote, guest.isRemote]).toEqual([false, true]);
  await guest.client.annotation.addClass({ name: 'ripe' });
  const isClosed = host.close();
  await sleep(300);
  expect(await guest.client.annotation.listClasses()).toMatchObject([{ name: 'ripe' }]);
  await guest.close();
  await isClosed;
  const next = await openStationAccess(options);
  expect(next.isRemote).toBe(false);
  expect(await next.client.annotation.listClasses()).toMatchObject([{ name: 'ripe' }]);
  await next.close();
});

test('a command that is interrupted waits for no guest', async () => {
  const interruption = new AbortController();
  const host = await openStationAccess({ ...options, signal: interruption.signal });
  const guest = await openStationAccess(options);
  interruption.abort();
  await host.close();
  await expect(guest.client.jobs.listJobs({})).rejects.toMatchObject({ code: 'STATION_ENDED' });
});

test('a command that comes while another ends starts a station of its own', async () => {
  const rounds = Array.from({ length: 5 }, async () => {
    const access = await openStationAccess(options);
    await access.client.jobs.listJobs({});
    await access.close();
  });
  await Promise.all(rounds);
});
