/** The app's own scheme, asked as Electron would ask it; no Electron is needed for that. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCHandler } from '@orpc/server/message-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSchemeHandler } from '../../../../src-main/hosts/electron/scheme-handler.ts';
import type { Station } from '../../../../src-main/station.ts';
import type { StationClient } from '../../../../src-preload/contract/index.ts';
import { startTestStation } from '../served-station.ts';

const dir = mkdtempSync(join(tmpdir(), 'fieldstation-scheme-'));
const pageDir = join(dir, 'page');
let station: Station;
let handle: (request: Request) => Promise<Response>;
beforeAll(() => {
  mkdirSync(pageDir);
  writeFileSync(join(pageDir, 'index.html'), '<!doctype html>');
  station = startTestStation(dir);
  handle = createSchemeHandler(station, pageDir);
});
afterAll(async () => {
  await station.shutdown();
  rmSync(dir, { recursive: true, force: true });
});

const get = (url: string) => handle(new Request(url));

test('gives the page with a strict policy', async () => {
  const response = await get('app://station/');
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('<!doctype html>');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});

test.each([
  ['app://station/%2e%2e%2fdata%2fstation.db', 403, 'PATH_FORBIDDEN'],
  ['app://station/pictures/..%2f..%2fdata%2fstation.db', 403, 'PATH_FORBIDDEN'],
  [`app://station/pictures/${'0'.repeat(64)}`, 404, 'NOT_FOUND'],
  ['app://station/nothing.js', 404, 'NOT_FOUND'],
  ['app://elsewhere/', 403, 'ORIGIN_FORBIDDEN'],
] as const)('%s is answered with %i %s', async (url, status, code) => {
  const response = await get(url);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code });
});

test('takes calls that carry files at /rpc', async () => {
  const link = new RPCLink({ url: 'app://station/rpc', fetch: (request) => handle(request) });
  const client: StationClient = createORPCClient(link);
  expect(await client.annotation.addClass({ name: 'rust' })).toMatchObject({ name: 'rust' });
});

test('a page talks to the station through a message port', async () => {
  const { port1, port2 } = new MessageChannel();
  new RPCHandler(station.router).upgrade(port2, { context: {} });
  port2.start();
  port1.start();
  const client: StationClient = createORPCClient(new PortLink({ port: port1 }));
  const events = await client.system.watchEvents({});
  station.events.publish({ type: 'system.changed' });
  expect((await events.next()).value).toEqual({ type: 'system.changed' });
  await expect(client.registry.getVersion({ reference: 'nope/1' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  port1.close();
  await expect.poll(() => station.events.listenerCount).toBe(0);
});
