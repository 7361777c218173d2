/** For tests: a real station in a temporary folder, served over HTTP on a free port. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src-main/base/clock.ts';
import { createSilentLog } from '../../../src-main/base/log.ts';
import { type HttpFace, openHttpFace } from '../../../src-main/hosts/headless/http-face.ts';
import { locateInstallation } from '../../../src-main/hosts/installation.ts';
import { createForkLauncher } from '../../../src-main/jobs/fork-launcher.ts';
import { createStation, type Station } from '../../../src-main/station.ts';

export const testToken = 'test-token-0123456789';
export const installation = locateInstallation(new URL('../../../src-main/index.ts', import.meta.url).href);

export interface ServedTestStation {
  readonly dir: string;
  readonly station: Station;
  readonly face: HttpFace;
  close(): Promise<void>;
}

export function startTestStation(dir: string): Station {
  return createStation({
    dataDir: join(dir, 'data'),
    host: 'headless',
    version: installation.version,
    launcher: createForkLauncher(installation.workerEntry),
    clock: systemClock,
    log: createSilentLog(),
    create: true,
  });
}

export async function serveTestStation(host = '127.0.0.1'): Promise<ServedTestStation> {
  const dir = mkdtempSync(join(tmpdir(), 'fieldstation-http-'));
  const pageDir = join(dir, 'page');
  mkdirSync(join(pageDir, 'assets'), { recursive: true });
  writeFileSync(join(pageDir, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(pageDir, 'assets/index-1a2b.js'), 'export {}');
  const station = startTestStation(dir);
  const face = await openHttpFace({ station, host, port: 0, token: testToken, pageDir });
  const close = async () => {
    await face.close();
    await station.shutdown();
    rmSync(dir, { recursive: true, force: true });
  };
  return { dir, station, face, close };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: unknown;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly hasToken?: boolean;
}

/** A request whose path and headers go out as they are: `fetch` would tidy them. */
export function send(address: string, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(address);
  const authorization = { authorization: `Bearer ${testToken}` };
  const headers = { ...(options.hasToken === false ? {} : authorization), ...options.headers };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, path, method: options.method ?? 'GET', headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
            json: parseJson(body),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
