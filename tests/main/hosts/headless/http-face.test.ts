/** The door of a served station, tried with raw requests: what gets in, what is refused and in which words. */
import { connect } from 'node:net';
import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { StationClient } from '../../../../src-preload/contract/index.ts';
import { type ServedTestStation, send, serveTestStation, testToken } from '../served-station.ts';

let served: ServedTestStation;
let address: string;
beforeAll(async () => {
  served = await serveTestStation();
  address = served.face.address;
});
afterAll(() => served.close());

describe('the page', () => {
  test('comes with a strict policy and the other security headers', async () => {
    const answer = await send(address, '/');
    expect(answer).toMatchObject({ status: 200, body: '<!doctype html><title>page</title>' });
    expect(answer.headers['content-security-policy']).toMatch(
      /default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'/,
    );
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  });

  test('needs the token, and tells a person where to get it', async () => {
    const page = await send(address, '/', { hasToken: false, headers: { accept: 'text/html' } });
    expect(page.status).toBe(401);
    expect(page.body).toMatch(/asks for its token[\s\S]*<form/);
    const program = await send(address, '/', { hasToken: false });
    expect(program).toMatchObject({
      status: 401,
      json: { code: 'AUTH_REQUIRED', message: expect.stringContaining('Bearer') },
    });
  });

  test('is opened by the printed address, which leaves the token in a cookie and out of the address', async () => {
    const { pathname, search } = new URL(served.face.loginAddress);
    const login = await send(address, pathname + search, { hasToken: false });
    expect(login).toMatchObject({ status: 303, headers: { location: '/' } });
    const cookie = String(login.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict; Path=\//);
    const page = await send(address, '/', {
      hasToken: false,
      headers: { cookie: cookie.split(';')[0] ?? '' },
    });
    expect(page.status).toBe(200);
  });

  test('a stale cookie is refused and taken away', async () => {
    const { port } = new URL(address);
    const answer = await send(address, '/', {
      hasToken: false,
      headers: { cookie: `fieldstation_${port}=stale` },
    });
    expect(answer.status).toBe(401);
    expect(String(answer.headers['set-cookie'])).toMatch(/Max-Age=0/);
  });

  test.each([
    '/../data/station.db',
    '/%2e%2e/data/station.db',
    '/assets/..%2f..%2f..%2fdata/station.db',
    '/%252e%252e/data/station.db',
  ])('%s stays outside', async (path) => {
    expect(await send(address, path)).toMatchObject({ status: 403, json: { code: 'PATH_FORBIDDEN' } });
  });

  test('what is not there is told as such', async () => {
    expect(await send(address, '/nothing.js')).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
    expect(await send(address, '/', { method: 'DELETE' })).toMatchObject({
      status: 400,
      json: { code: 'INPUT_INVALID' },
    });
  });
});

describe('strangers', () => {
  test.each([
    ['a foreign Origin', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a rebound name', { host: 'evil.example' }],
  ])('%s is refused whatever token it holds', async (_who, headers) => {
    for (const path of ['/', '/api/v1/models', '/api/v1/health']) {
      const answer = await send(address, path, { headers });
      expect(answer).toMatchObject({
        status: 403,
        json: { code: 'ORIGIN_FORBIDDEN', message: expect.stringContaining('expected') },
      });
    }
  });

  test.each([
    '/rpc/system/getSettings',
    '/api/v1/models',
    '/api/v1/settings',
    '/pictures/x',
    '/assets/index-1a2b.js',
  ])('%s needs the token', async (path) => {
    expect(await send(address, path, { hasToken: false })).toMatchObject({
      status: 401,
      json: { code: 'AUTH_REQUIRED' },
    });
    const wrong = await send(address, path, { headers: { authorization: 'Bearer wrong' } });
    expect(wrong).toMatchObject({ status: 401, json: { code: 'AUTH_REQUIRED' } });
  });

  test('a socket needs the token and its own Origin', async () => {
    const statusOf = (headers: Record<string, string>, path = '/ws') =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${address.replace('http', 'ws')}${path}`, { headers });
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('open', () => {
          socket.close();
          resolve('open');
        });
      });
    const authorization = `Bearer ${testToken}`;
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await statusOf({ authorization, origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf({ authorization }, '/other')).toBe(404);
    expect(await statusOf({ authorization, origin: address })).toBe('open');
  });

  test('a request without a Host is refused', async () => {
    const { hostname, port } = new URL(address);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.0\r\n\r\n'));
      socket.once('data', (data) => resolve(data.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
  });
});

describe('calls', () => {
  const headers = { authorization: `Bearer ${testToken}` };

  async function withSocket<T>(work: (client: StationClient, socket: WebSocket) => Promise<T>): Promise<T> {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, { headers });
    const client: StationClient = createORPCClient(
      new SocketLink({ websocket: socket as unknown as globalThis.WebSocket }),
    );
    try {
      return await work(client, socket);
    } finally {
      socket.close();
    }
  }

  test('go over HTTP and over the socket alike', async () => {
    const overHttp: StationClient = createORPCClient(new FetchLink({ url: `${address}/rpc`, headers }));
    const expected = await served.station.client.system.getSettings();
    expect(await overHttp.system.getSettings()).toEqual(expected);
    expect(await withSocket((client) => client.system.getSettings())).toEqual(expected);
  });

  test('fail with a code and a sentence, over every way', async () => {
    const overHttp: StationClient = createORPCClient(new FetchLink({ url: `${address}/rpc`, headers }));
    const failure = { code: 'NOT_FOUND', status: 404, message: expect.stringContaining('nope') };
    await expect(overHttp.registry.getVersion({ reference: 'nope/1' })).rejects.toMatchObject(failure);
    await withSocket((client) =>
      expect(client.registry.getVersion({ reference: 'nope/1' })).rejects.toMatchObject(failure),
    );
    const overRest = await send(address, '/api/v1/models/version?reference=nope%2F1');
    expect(overRest).toMatchObject({ status: 404, json: failure });
  });

  test('refused input names the place, the expectation and what came', async () => {
    const answer = await send(address, '/api/v1/settings', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ promotionMargin: 7 }),
    });
    expect(answer).toMatchObject({
      status: 400,
      json: {
        code: 'INPUT_INVALID',
        message: expect.stringMatching(/^promotionMargin: expected .*1, got 7$/),
      },
    });
  });

  test('a body that is no JSON is refused', async () => {
    const answer = await send(address, '/api/v1/settings', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: '{"promotionMargin":',
    });
    expect(answer.status).toBe(400);
  });

  test('events reach every socket, and a closed one is forgotten', async () => {
    await withSocket(async (client) => {
      const events = await client.system.watchEvents({});
      await expect.poll(() => served.station.events.listenerCount).toBe(1);
      served.station.events.publish({ type: 'dataset.created', name: 'leaf', version: 3 });
      const { value } = await events.next();
      expect(value).toEqual({ type: 'dataset.created', name: 'leaf', version: 3 });
    });
    await expect.poll(() => served.station.events.listenerCount).toBe(0);
  });

  test('unknown calls are told as such', async () => {
    expect(await send(address, '/rpc/system/nothing', { method: 'POST' })).toMatchObject({
      status: 404,
      json: { code: 'NOT_FOUND' },
    });
    expect(await send(address, '/api/v1/nothing')).toMatchObject({
      status: 404,
      json: { code: 'NOT_FOUND', message: expect.stringContaining('/api/v1/docs') },
    });
  });
});

describe('the serving face on loopback', () => {
  const open = { hasToken: false } as const;

  test('describes itself without a token, and nothing of the machine', async () => {
    const health = await send(address, '/api/v1/health', open);
    expect(health.json).toEqual({ status: 'ok', version: expect.any(String), serving: [] });
    const whole = await send(address, '/api/v1/health');
    expect(whole.json).toMatchObject({
      dataDir: served.station.dataDir,
      database: { schemaVersion: expect.any(Number) },
    });
    expect((await send(address, '/api/v1/docs', open)).body).toContain('POST</td><td><code>/api/v1/predict');
  });

  test('takes a picture as a form field and as the raw body', async () => {
    const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'green' } })
      .png()
      .toBuffer();
    const form = new FormData();
    form.set('image', new File([Uint8Array.from(picture)], 'leaf.png'));
    const asForm = await fetch(`${address}/api/v1/predict`, { method: 'POST', body: form });
    expect(await asForm.json()).toMatchObject({ code: 'DEPLOYMENT_EMPTY' });
    // What curl --data-binary sends.
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const asBody = await send(address, '/api/v1/predict', {
      ...open,
      method: 'POST',
      headers,
      body: picture,
    });
    expect(asBody.json).toMatchObject({ code: 'DEPLOYMENT_EMPTY' });
    const named = await send(address, '/api/v1/predict?model=nope', {
      ...open,
      method: 'POST',
      body: picture,
    });
    expect(named.json).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('nope') });
  });

  test.each([
    ['nothing', {}, undefined, /got nothing/],
    [
      'a form without the field',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\ncontent-disposition: form-data; name="picture"\r\n\r\n1\r\n--x--\r\n',
      /field "image", got the fields "picture"/,
    ],
    [
      'a broken form',
      { 'content-type': 'multipart/form-data; boundary=x' },
      'no form',
      /expected a multipart form/,
    ],
  ] as const)('refuses %s', async (_what, headers, body, message) => {
    const answer = await send(address, '/api/v1/predict', {
      ...open,
      method: 'POST',
      headers,
      ...(body && { body }),
    });
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'INPUT_INVALID', message: expect.stringMatching(message) },
    });
  });

  test('a body beyond the limit is refused as soon as it is seen', async () => {
    const headers = { 'content-length': String(10 ** 10) };
    const answer = await new Promise<number>((resolve) => {
      const { hostname, port } = new URL(address);
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `POST /api/v1/predict HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: ${headers['content-length']}\r\n\r\nabc`,
        ),
      );
      socket.once('data', (data) => resolve(Number(data.toString().split(' ')[1])));
    });
    expect(answer).toBe(413);
  });

  test('the OpenAPI document lists every call, and both ways to send a picture', async () => {
    const { json } = await send(address, '/api/v1/openapi.json', open);
    const document = json as {
      openapi: string;
      paths: Record<string, { post?: { requestBody: { content: object } } }>;
    };
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths['/predict']?.post?.requestBody.content ?? {})).toEqual([
      'multipart/form-data',
      'image/*',
      'application/octet-stream',
    ]);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/models', '/runs/{id}/metrics', '/deployments/rollback']),
    );
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
    expect(operations.length).toBeGreaterThan(40);
    for (const operation of operations) {
      expect(operation).toMatchObject({
        operationId: expect.any(String),
        summary: expect.any(String),
        responses: { 200: expect.anything(), default: { $ref: '#/components/responses/Failure' } },
      });
    }
  });
});

test('a station that ends closes its sockets and its port', async () => {
  const other = await serveTestStation();
  const socket = new WebSocket(`${other.face.address.replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${testToken}` },
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await other.close();
  expect(await closed).toBe(1001);
  await expect(fetch(other.face.address)).rejects.toThrow();
});

test('a port that is taken is told as such', async () => {
  const { openHttpFace } = await import('../../../../src-main/hosts/headless/http-face.ts');
  const port = Number(new URL(address).port);
  const opening = openHttpFace({
    station: served.station,
    host: '127.0.0.1',
    port,
    token: testToken,
    pageDir: served.dir,
  });
  await expect(opening).rejects.toMatchObject({
    code: 'ADDRESS_UNAVAILABLE',
    message: expect.stringContaining(String(port)),
  });
});
