/** Who may ask what over HTTP: decided from the request's headers alone, before anything is read or done. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { AppError } from '../../base/app-error.ts';
import { isSameToken } from '../access-token.ts';

export interface AccessRules {
  readonly token: string;
  /** The name or address that the server listens on. */
  readonly boundHost: string;
  /** Names under which the station is known besides: of a proxy, of a DNS entry. */
  readonly allowedHosts: readonly string[];
}

export interface AccessRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly rawPath: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode`, which browsers send and pages can not forge. */
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
  readonly bearer: string | undefined;
  readonly cookieToken: string | undefined;
  readonly queryToken: string | undefined;
}

/** `serving`: predictions and their description alone. `login`: the right token stood in the address. */
export type Access =
  | { readonly kind: 'full' }
  | { readonly kind: 'serving' }
  | { readonly kind: 'login' }
  | { readonly kind: 'refused'; readonly error: AppError };

/** What a station on loopback answers without a token, to programs and to its own pages. */
const servingPaths: ReadonlySet<string> = new Set([
  'POST /api/v1/predict',
  'GET /api/v1/health',
  'GET /api/v1/openapi.json',
  'GET /api/v1/docs',
]);

export function decideAccess(request: AccessRequest, rules: AccessRules): Access {
  const foreign = findForeignCaller(request, rules);
  if (foreign !== undefined) return { kind: 'refused', error: new AppError('ORIGIN_FORBIDDEN', foreign) };
  const isLogin = request.rawPath === '/' && request.method === 'GET' && request.queryToken !== undefined;
  const presented = (isLogin ? request.queryToken : undefined) ?? request.bearer ?? request.cookieToken;
  if (presented === undefined) return withoutToken(request, rules);
  if (!isSameToken(presented, rules.token))
    return refuseToken('the token that came with the request is not this station’s');
  return { kind: isLogin ? 'login' : 'full' };
}

function withoutToken(request: AccessRequest, rules: AccessRules): Access {
  const isServing = servingPaths.has(`${request.method} ${request.rawPath}`);
  if (isServing && isLoopback(rules.boundHost)) return { kind: 'serving' };
  return refuseToken('this needs the station’s token');
}

function refuseToken(what: string): Access {
  const message = `${what}: send it as "Authorization: Bearer <token>", or open the address with "?token=…" that the station printed when it started`;
  return { kind: 'refused', error: new AppError('AUTH_REQUIRED', message) };
}

/** A sentence about what is foreign, undefined for a caller that may ask. */
function findForeignCaller(request: AccessRequest, rules: AccessRules): string | undefined {
  const host = parseHost(request.host);
  if (!host || !isKnownHost(host.hostname, rules)) {
    return `expected a Host header that names this station, got ${JSON.stringify(request.host ?? '')}: use its address, or start it with --allow-host`;
  }
  if (request.origin !== undefined && !isOriginOf(request.origin, host)) {
    return `expected no Origin or the station’s own (http://${host.host}), got ${JSON.stringify(request.origin)}: other pages may not call this station`;
  }
  const isElsewhere = request.fetchSite === 'cross-site' || request.fetchSite === 'same-site';
  if (isElsewhere && request.fetchMode !== 'navigate') {
    return 'other pages may not load anything from this station';
  }
  return undefined;
}

function parseHost(host: string | undefined): URL | undefined {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) return undefined;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
}

function isOriginOf(origin: string, host: URL): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  return (protocol === 'http:' || protocol === 'https:') && originHost === host.host;
}

/**
 * Against DNS rebinding: a name that a stranger's DNS made point here is refused. A bare address can not be rebound,
 * so beyond loopback every address of the machine will do.
 */
function isKnownHost(name: string, rules: AccessRules): boolean {
  const plain = unbracket(name);
  if (isLoopback(plain) || plain === rules.boundHost || rules.allowedHosts.includes(plain)) return true;
  if (isLoopback(rules.boundHost)) return false;
  const own = hostname().toLowerCase();
  return isIP(plain) !== 0 || plain === own || plain === `${own}.local`;
}

/** Whether only this machine can reach a server that listens on, or is called by, this name. */
export function isLoopback(host: string): boolean {
  const plain = unbracket(host).toLowerCase();
  return (
    plain === 'localhost' || plain.endsWith('.localhost') || plain === '::1' || /^127(\.\d+){3}$/.test(plain)
  );
}

function unbracket(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
