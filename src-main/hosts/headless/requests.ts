/** What is read from a request's head. */
import type { IncomingMessage } from 'node:http';
import type { AccessRequest } from './access-policy.ts';

/** Cookies of one host are shared by all its ports: the name tells stations apart. */
export function cookieName(port: number): string {
  return `fieldstation_${port}`;
}

export function readAccessRequest(request: IncomingMessage, port: number): AccessRequest {
  const { headers } = request;
  const { rawPath, query } = splitTarget(request.url);
  return {
    method: request.method ?? 'GET',
    rawPath,
    host: headers.host,
    origin: headers.origin,
    fetchSite: single(headers['sec-fetch-site']),
    fetchMode: single(headers['sec-fetch-mode']),
    bearer: headers.authorization?.match(/^Bearer +(.*)$/i)?.[1]?.trim(),
    cookieToken: readCookie(headers.cookie, cookieName(port)),
    queryToken: query.get('token') ?? undefined,
  };
}

/** The target as it came, neither decoded nor with its dots resolved. */
export function splitTarget(target = '/'): { readonly rawPath: string; readonly query: URLSearchParams } {
  const mark = target.indexOf('?');
  if (mark < 0) return { rawPath: target, query: new URLSearchParams() };
  return { rawPath: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

/** Whether a person looks at the answer: a page was opened, not a call made. */
export function wantsPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

function readCookie(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
