/** Answers over HTTP: JSON, pages, files and errors, each with the headers of its kind. */
import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { errorStatus } from '../../../src-preload/contract/errors.ts';
import type { AppError } from '../../base/app-error.ts';
import { contentSecurityPolicy, inertContentPolicy, securityHeaders } from '../content-policy.ts';

/** A reader that takes nothing for this long is let go. */
const stalledReaderMs = 60_000;
const readAwayMs = 3_000;

export interface FileAnswer {
  readonly file: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly cacheControl: string;
}

/** Before anything else: every answer carries these, whoever writes the rest of it. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  response.setHeader('content-security-policy', inertContentPolicy);
  response.setHeader('cache-control', 'no-store');
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}

export function sendPage(response: ServerResponse, status: number, html: string): void {
  response.setHeader('content-security-policy', contentSecurityPolicy());
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(html);
}

/** The same shape as the errors of the contract's calls; clients of the RPC protocol look for it under `json`. */
export function sendError(response: ServerResponse, error: AppError, form: 'rest' | 'rpc'): void {
  const status = errorStatus[error.code];
  if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="Fieldstation"');
  readAway(response);
  const body = { defined: false, status, ...error.toRecord() };
  sendJson(response, status, form === 'rpc' ? { ...body, json: body } : body);
}

/**
 * What is left of the request is read and thrown away for a moment: a connection that is closed on unread bytes takes
 * the answer with it, and the sender sees a broken pipe instead of the reason.
 */
function readAway(response: ServerResponse): void {
  const { req } = response;
  if (req.complete) return;
  response.once('finish', () => {
    req.resume();
    setTimeout(() => req.complete || req.socket.destroy(), readAwayMs).unref();
  });
}

/** What it was stands in the log. */
export function sendBug(response: ServerResponse): void {
  readAway(response);
  sendJson(response, 500, {
    defined: false,
    status: 500,
    code: 'BUG',
    message: 'Something went wrong inside the station: its log has the details.',
  });
}

export async function sendFile(response: ServerResponse, answer: FileAnswer, isHead: boolean): Promise<void> {
  if (answer.contentType.startsWith('text/html')) {
    response.setHeader('content-security-policy', contentSecurityPolicy());
  }
  response.writeHead(200, {
    'content-type': answer.contentType,
    'content-length': answer.sizeBytes,
    'cache-control': answer.cacheControl,
  });
  if (isHead) return void response.end();
  response.setTimeout(stalledReaderMs, () => response.destroy());
  // A reader that went away is no failure of the station.
  await pipeline(createReadStream(answer.file), response).catch(() => response.destroy());
}
