/** A station over HTTP: the page, its pictures, its calls, and the REST face, behind one door. */
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node';
import { errorStatus } from '../../../src-preload/contract/errors.ts';
import { AppError } from '../../base/app-error.ts';
import type { Station } from '../../station.ts';
import { findPageFile } from '../page-files.ts';
import { parsePictureAddress } from '../picture-paths.ts';
import { type Access, type AccessRules, decideAccess } from './access-policy.ts';
import { renderLoginPage, renderMissingPage } from './pages.ts';
import { assertBodySize } from './prediction-body.ts';
import { cookieName, readAccessRequest, splitTarget, wantsPage } from './requests.ts';
import { sendBug, sendError, sendFile, sendPage, setSecurityHeaders } from './responses.ts';
import { createRestFace, maxBodyBytes, restPrefix } from './rest-face.ts';
import { createSocketFace, type SocketFace } from './socket-face.ts';

export interface HttpFaceOptions {
  readonly station: Station;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly token: string;
  /** Folder of the built page. */
  readonly pageDir: string;
  readonly allowedHosts?: readonly string[];
  /** Told of every request that comes, with the answer that it will get. */
  readonly onRequest?: (response: ServerResponse) => void;
}

export interface HttpFace {
  /** `http://127.0.0.1:4310`. */
  readonly address: string;
  /** The address that lets its opener in. */
  readonly loginAddress: string;
  close(): Promise<void>;
}

/** Slow heads are cut off early; bodies get time, since pictures come over poor radio links. */
const headTimeoutMs = 15_000;
const bodyTimeoutMs = 10 * 60_000;
/** Long enough that a client rarely sends into a connection that is just being closed. */
const idleTimeoutMs = 65_000;
const closePatienceMs = 2_000;

/** @throws {AppError} ADDRESS_UNAVAILABLE when the port is taken or the host is not this machine's. */
export async function openHttpFace(options: HttpFaceOptions): Promise<HttpFace> {
  const server = createServer({
    headersTimeout: headTimeoutMs,
    requestTimeout: bodyTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const sockets = createSocketFace(options.station);
  const door = createDoor(options, port, sockets);
  server.on('request', door.onRequest);
  server.on('request', (_, response) => options.onRequest?.(response));
  server.on('upgrade', door.onUpgrade);
  const address = `http://${toReachableHost(options.host)}:${port}`;
  return {
    address,
    loginAddress: `${address}/?token=${options.token}`,
    close: () => closeServer(server, sockets),
  };
}

/** Listening on every address, a server is reached from its own machine by loopback. */
function toReachableHost(host: string): string {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return reachable.includes(':') ? `[${reachable}]` : reachable;
}

function listen(server: Server, { host, port }: HttpFaceOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
      reject(
        new AppError('ADDRESS_UNAVAILABLE', `can not listen on ${host} port ${port}: ${why}`, { cause }),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Lets answers under way finish for a moment, then ends every connection. */
async function closeServer(server: Server, sockets: SocketFace): Promise<void> {
  sockets.close();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), closePatienceMs);
  await closed;
  clearTimeout(cut);
}

interface Door {
  onRequest(request: IncomingMessage, response: ServerResponse): void;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

function createDoor(options: HttpFaceOptions, port: number, sockets: SocketFace): Door {
  const { station, token } = options;
  const rules: AccessRules = { token, boundHost: options.host, allowedHosts: options.allowedHosts ?? [] };
  const route = createRoutes(options);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setSecurityHeaders(response);
    const access = decideAccess(readAccessRequest(request, port), rules);
    if (access.kind === 'refused') return refuse(request, response, access.error, port);
    if (access.kind === 'login') return logIn(response, token, port);
    await route(request, response, access);
  };
  return {
    onRequest: (request, response) =>
      void answer(request, response).catch((error: unknown) => fail(station, request, response, error)),
    onUpgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      const access = decideAccess(readAccessRequest(request, port), rules);
      if (access.kind === 'full' && splitTarget(request.url).rawPath === '/ws')
        sockets.accept(request, socket, head);
      else rejectUpgrade(socket, access);
    },
  };
}

const rpcPrefix = '/rpc/';

type Routes = (request: IncomingMessage, response: ServerResponse, access: Access) => Promise<void>;

function createRoutes(options: HttpFaceOptions): Routes {
  const { station } = options;
  const rest = createRestFace(station);
  const rpc = new RPCHandler(station.router, {
    plugins: [new BodyLimitPlugin({ maxBodySize: maxBodyBytes })],
  });
  return async (request, response, access) => {
    const { rawPath } = splitTarget(request.url);
    assertBodySize(Number(request.headers['content-length'] ?? 0), maxBodyBytes);
    if (rawPath.startsWith(`${restPrefix}/`))
      return rest(request, response, access.kind === 'full' ? 'full' : 'serving');
    if (rawPath.startsWith(rpcPrefix)) {
      const { matched } = await rpc.handle(request, response, { prefix: '/rpc', context: {} });
      if (!matched) throw new AppError('NOT_FOUND', `there is no call ${JSON.stringify(rawPath)}`);
      return;
    }
    assertReading(request);
    await sendFound(options, request, response, rawPath);
  };
}

async function sendFound(
  { station, pageDir }: HttpFaceOptions,
  request: IncomingMessage,
  response: ServerResponse,
  rawPath: string,
): Promise<void> {
  const isHead = request.method === 'HEAD';
  const picture = parsePictureAddress(rawPath);
  if (picture) return sendFile(response, await station.pictures.find(picture.kind, picture.hash), isHead);
  const isBuilt = existsSync(join(pageDir, 'index.html'));
  if (rawPath === '/' && !isBuilt) return sendPage(response, 503, renderMissingPage(pageDir));
  await sendFile(response, await findPageFile(pageDir, rawPath), isHead);
}

function assertReading(request: IncomingMessage): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  throw new AppError('INPUT_INVALID', `expected GET here, got ${request.method}`);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: AppError, port: number): void {
  if (error.code === 'AUTH_REQUIRED' && request.headers.cookie !== undefined) {
    response.setHeader('set-cookie', `${cookieName(port)}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`);
  }
  const isLoginNeeded = error.code === 'AUTH_REQUIRED' && wantsPage(request);
  if (isLoginNeeded) sendPage(response, errorStatus[error.code], renderLoginPage(error.message));
  else tellError(request, response, error);
}

/** A client of the contract takes an answer's word only where it comes in the form of one. */
function tellError(request: IncomingMessage, response: ServerResponse, error: AppError): void {
  const isCall = splitTarget(request.url).rawPath.startsWith(rpcPrefix);
  sendError(response, error, isCall ? 'rpc' : 'rest');
}

/** The cookie takes the token out of the address, where history and screens would keep it. */
function logIn(response: ServerResponse, token: string, port: number): void {
  const thirtyDaysS = 30 * 24 * 3600;
  response.writeHead(303, {
    location: '/',
    'set-cookie': `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${thirtyDaysS}`,
  });
  response.end();
}

function rejectUpgrade(socket: Duplex, access: Access): void {
  const error =
    access.kind === 'refused'
      ? access.error
      : new AppError('NOT_FOUND', 'expected a WebSocket at /ws, got another path');
  const body = JSON.stringify(error.toRecord());
  socket.end(
    `HTTP/1.1 ${errorStatus[error.code]} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function fail(station: Station, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const isExpected = error instanceof AppError;
  if (!isExpected) station.log.error({ err: error }, 'a request hit a bug');
  if (response.headersSent) response.destroy();
  else if (isExpected) tellError(request, response, error);
  else sendBug(response);
}
