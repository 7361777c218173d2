/** Strangers, forged paths and oversized bodies over HTTP: refused with a status, a code and a sentence. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StationClient } from '../../src-preload/contract/index.ts';
import { drawPattern } from './draw-patterns.ts';
import { runCommand, type ServedStation, serve } from './served-station.ts';
import { createTrainedFolder, type TrainedFolder } from './trained-folder.ts';

let folder: TrainedFolder;
let station: ServedStation;
let hash: string;

beforeAll(async () => {
  folder = await createTrainedFolder(1);
  station = await serve(folder.dataDir);
  hash = (await station.client.images.listImages({ limit: 1 })).images[0]?.hash ?? '';
}, 240_000);

afterAll(async () => {
  await expectWorks();
  await station.kill();
});

async function expectWorks(): Promise<void> {
  const image = new File([await drawPattern('down', 930).png().toBuffer()], 'leaf.png');
  expect(await station.client.deployment.predict({ image })).toMatchObject({ label: 'down' });
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

interface Received {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** The path goes out as it is: `fetch` would tidy it. */
function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Received> {
  const { hostname, port } = new URL(station.address);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function authorized(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${station.token}`, ...headers };
}

function expectRefused(
  { status, headers, body }: Received,
  expected: { status: number; code: string },
): void {
  expect(headers['content-type']).toContain('application/json');
  const answer: unknown = JSON.parse(body.toString('utf8'));
  expect({ status, answer }).toEqual({
    status: expected.status,
    answer: expect.objectContaining({ code: expected.code, message: expect.stringMatching(/.{20}/) }),
  });
  expect(body.toString('utf8')).not.toMatch(/\/work\/|node_modules|at .*\.ts:/);
}

const authRequired = { status: 401, code: 'AUTH_REQUIRED' };
const originForbidden = { status: 403, code: 'ORIGIN_FORBIDDEN' };
const pathForbidden = { status: 403, code: 'PATH_FORBIDDEN' };

describe('tokens', () => {
  test('nothing but predictions and their description is answered without one', async () => {
    for (const path of [
      '/',
      '/pictures/a',
      '/api/v1/images/counts',
      '/api/v1/settings',
      '/rpc/system/getHealth',
    ])
      expectRefused(await send(path), authRequired);
    expectRefused(await send('/api/v1/deployments/promote', { method: 'POST' }), authRequired);
    expect((await send('/api/v1/openapi.json')).status).toBe(200);
    const health: unknown = JSON.parse((await send('/api/v1/health')).body.toString());
    expect(health).toEqual({ status: 'ok', version: expect.any(String), serving: expect.any(Array) });
  });

  test('a wrong one is refused, also where none is needed', async () => {
    for (const token of ['wrong', '', ' ', station.token.slice(0, -1), `${station.token}x`, 'ä'.repeat(3)]) {
      const headers = { authorization: `Bearer ${Buffer.from(token).toString('latin1')}` };
      expectRefused(await send('/api/v1/settings', { headers }), authRequired);
    }
    expectRefused(await send('/?token=wrong'), authRequired);
    const headers = { authorization: 'Bearer wrong' };
    expectRefused(await send('/api/v1/health', { headers }), authRequired);
    const stranger: StationClient = createORPCClient(new RPCLink({ url: `${station.address}/rpc`, headers }));
    await expect(stranger.system.getHealth()).rejects.toMatchObject({ code: 'AUTH_REQUIRED' });
  });
});

describe('foreign callers', () => {
  const origins = [
    'http://evil.example',
    'null',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'file://',
    'http://[',
  ];
  test.each(origins)('the Origin %s is refused, with the right token too', async (origin) => {
    for (const path of ['/api/v1/health', '/api/v1/settings', `/pictures/${hash}`])
      expectRefused(await send(path, { headers: authorized({ origin }) }), originForbidden);
    const headers = authorized({ origin, 'content-type': 'application/json' });
    expectRefused(
      await send('/rpc/annotation/undo', { method: 'POST', headers, body: '{}' }),
      originForbidden,
    );
  });

  test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '10.0.0.1', 'a b'])(
    'the Host "%s" is refused, with the right token too',
    async (host) => {
      expectRefused(await send('/api/v1/settings', { headers: authorized({ host }) }), originForbidden);
    },
  );

  test('its own Origin is let in, and a WebSocket of a stranger is not', async () => {
    const own = authorized({ origin: station.address });
    expect((await send('/api/v1/settings', { headers: own })).status).toBe(200);
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    expectRefused(await send('/ws', { headers: { ...upgrade, ...key } }), authRequired);
    const foreign = authorized({ ...upgrade, ...key, origin: 'http://evil.example' });
    expectRefused(await send('/ws', { headers: foreign }), originForbidden);
  });
});

const routes = ['pictures', 'thumbnails'] as const;
const escapes = [
  '../station.db',
  '../../../../etc/passwd',
  '..%2fstation.db',
  '%2e%2e/%2e%2e/etc/passwd',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '%252e%252e%252fetc%252fpasswd',
  '..\\..\\station.db',
  '..%5c..%5cstation.db',
  '....//....//etc/passwd',
  '%c0%ae%c0%ae/etc/passwd',
  '/etc/passwd',
  'file:///etc/passwd',
  '%00',
  '%',
  '',
  `${'a'.repeat(64)}/../../station.db`,
  `${'a'.repeat(64)}%00.png`,
  'A'.repeat(64),
  'a'.repeat(63),
  'a'.repeat(8_000),
];

describe('paths', () => {
  test.each(routes.flatMap((route) => escapes.map((path) => `/${route}/${path}`)))(
    '%s leads out of no folder',
    async (path) => {
      expectRefused(await send(path, { headers: authorized() }), pathForbidden);
    },
  );

  test.each([
    '/../package.json',
    '/assets/../../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/%252e%252e/package.json',
    '/..\\package.json',
    '//etc/passwd',
    '/C:/Windows/win.ini',
  ])('the page’s files do not reach %s', async (path) => {
    const { status, body } = await send(path, { headers: authorized() });
    expect([403, 404]).toContain(status);
    expect(JSON.parse(body.toString())).toMatchObject({
      code: expect.stringMatching(/PATH_FORBIDDEN|NOT_FOUND/),
    });
  });

  test('a picture of the station is sent, one of nobody is not found', async () => {
    const found = await send(`/pictures/${hash}`, { headers: authorized() });
    expect(found).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } });
    expect(found.headers['x-content-type-options']).toBe('nosniff');
    const nobody = await send(`/pictures/${'0'.repeat(64)}`, { headers: authorized() });
    expectRefused(nobody, { status: 404, code: 'NOT_FOUND' });
  });

  test('a blob that is no picture is not sent by its hash', async () => {
    const { blobHash } = await station.client.registry.getVersion({ reference: 'patterns/1' });
    const answer = await send(`/pictures/${blobHash}`, { headers: authorized() });
    expectRefused(answer, { status: 404, code: 'NOT_FOUND' });
  });

  test('an import of the data folder itself is refused', async () => {
    for (const path of [
      folder.dataDir,
      join(folder.dataDir, 'blobs'),
      join(folder.scratch, 'pictures/../station'),
    ]) {
      const { status, document } = await runCommand(folder.dataDir, 'import', path);
      expect({ status, document }).toEqual({
        status: 1,
        document: { error: expect.objectContaining({ code: 'PATH_FORBIDDEN' }) },
      });
    }
  });

  test('an upload can not be put beside its folder', async () => {
    const { uploadId } = await station.client.collector.openUpload();
    const file = new File(['x'], 'x.png');
    for (const path of ['../x.png', '/etc/x.png', 'a/../../x.png', '..\\x.png', 'C:x.png', 'a\0.png', '..']) {
      const uploading = station.client.collector.uploadFile({ uploadId, path, file });
      await expect(uploading, path).rejects.toMatchObject({ code: 'PATH_FORBIDDEN' });
    }
  });
});

describe('calls', () => {
  const notFound = { status: 404, code: 'NOT_FOUND' };
  test.each([
    '/api/v1/nothing',
    '/api/v1/',
    '/api/v2/health',
    '/rpc/nothing',
    '/nothing',
    '/api/v1/runs/none',
  ])('there is nothing at %s', async (path) => {
    expectRefused(await send(path, { headers: authorized() }), notFound);
  });

  const broken = [
    ['no JSON', 'application/json', '{"dataset": '],
    ['the wrong shape', 'application/json', '{"dataset": 7}'],
    ['nothing', 'application/json', ''],
    ['an array', 'application/json', '[]'],
    ['out of range', 'application/json', '{"dataset": "patterns", "parameters": {"epochs": -1}}'],
    ['no number', 'application/json', '{"dataset": "patterns", "parameters": {"learningRate": "fast"}}'],
    ['another type', 'text/plain', 'train, please'],
  ] as const;
  test.each(broken)('a body of %s is refused with what was expected', async (_what, type, body) => {
    const headers = authorized({ 'content-type': type });
    const answer = await send('/api/v1/runs', { method: 'POST', headers, body });
    expectRefused(answer, { status: 400, code: 'INPUT_INVALID' });
  });

  test('a form without a picture is refused with what came instead', async () => {
    const boundary = 'x';
    const body = `--${boundary}\r\ncontent-disposition: form-data; name="photo"\r\n\r\nhello\r\n--${boundary}--\r\n`;
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const answer = await send('/api/v1/predict', { method: 'POST', headers, body });
    expectRefused(answer, { status: 400, code: 'INPUT_INVALID' });
    expect(answer.body.toString()).toContain('photo');
    const torn = await send('/api/v1/predict', { method: 'POST', headers, body: body.slice(0, 40) });
    expectRefused(torn, { status: 400, code: 'INPUT_INVALID' });
  });

  test('a model of nobody is not found', async () => {
    const body = await drawPattern('down', 931).png().toBuffer();
    const ask = (model: string) =>
      send(`/api/v1/predict?model=${encodeURIComponent(model)}`, { method: 'POST', body });
    expectRefused(await ask('nobody'), notFound);
    expectRefused(await ask('patterns/99'), notFound);
    expectRefused(await ask('patterns@queen'), { status: 400, code: 'INPUT_INVALID' });
  });

  test('an oversized body is refused before it is read', async () => {
    const tooMany = String(70 * 1024 * 1024);
    const answer = await sendHeadAlone('POST /api/v1/predict', tooMany);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('BODY_TOO_LARGE');
    const large = await sendHeadAlone('POST /api/v1/runs', String(300 * 1024 * 1024));
    expect(large).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a body that grows past the limit without having said so is refused', async () => {
    const answer = await sendEndlessly('POST /api/v1/predict');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

function head(call: string, headers: readonly string[]): string {
  const all = [
    'host: 127.0.0.1',
    `authorization: Bearer ${station.token}`,
    'content-type: image/png',
    ...headers,
  ];
  return `${call} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`;
}

/** Announces a body and sends none. @returns the answer as it came */
function sendHeadAlone(call: string, contentLength: string): Promise<string> {
  return converse((socket) => socket.write(head(call, [`content-length: ${contentLength}`])));
}

function sendEndlessly(call: string): Promise<string> {
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(1024 * 1024), Buffer.from('\r\n')]);
  return converse((socket) => {
    socket.write(head(call, ['transfer-encoding: chunked']));
    const pour = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', pour);
    pour();
  });
}

function converse(speak: (socket: ReturnType<typeof connect>) => void): Promise<string> {
  const { hostname, port } = new URL(station.address);
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => speak(socket));
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      if (/\}\s*(0\s*)?$/.test(heard)) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(heard));
  });
}
