/** Answers the requests of the app's own scheme: the page, its pictures, and calls that carry files. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { RPCHandler } from '@orpc/server/fetch';
import { errorStatus } from '../../../src-preload/contract/errors.ts';
import { AppError } from '../../base/app-error.ts';
import type { Station } from '../../station.ts';
import { contentSecurityPolicy, inertContentPolicy, securityHeaders } from '../content-policy.ts';
import { findPageFile } from '../page-files.ts';
import { parsePictureAddress } from '../picture-paths.ts';
import { isOwnUrl } from './page-scheme.ts';

/** `protocol.handle` takes this as it is. Never rejects. */
export function createSchemeHandler(
  station: Station,
  pageDir: string,
): (request: Request) => Promise<Response> {
  const rpc = new RPCHandler(station.router);
  const answer = async (request: Request): Promise<Response> => {
    if (!isOwnUrl(request.url)) throw new AppError('ORIGIN_FORBIDDEN', `${request.url} is not this app's`);
    const { response } = await rpc.handle(request, { prefix: '/rpc', context: {} });
    return response
      ? withSecurityHeaders(response)
      : answerWithFile(station, pageDir, new URL(request.url).pathname);
  };
  return (request) =>
    answer(request).catch((error: unknown) => {
      if (!(error instanceof AppError))
        station.log.error({ err: error, url: request.url }, 'a request hit a bug');
      return answerWithError(error);
    });
}

async function answerWithFile(station: Station, pageDir: string, rawPath: string): Promise<Response> {
  const picture = parsePictureAddress(rawPath);
  const found = picture
    ? await station.pictures.find(picture.kind, picture.hash)
    : await findPageFile(pageDir, rawPath);
  const body = Readable.toWeb(createReadStream(found.file)) as ReadableStream<Uint8Array>;
  const isPage = found.contentType.startsWith('text/html');
  return new Response(body, {
    headers: {
      ...securityHeaders,
      'content-type': found.contentType,
      'content-length': String(found.sizeBytes),
      'cache-control': found.cacheControl,
      'content-security-policy': isPage ? contentSecurityPolicy() : inertContentPolicy,
    },
  });
}

function withSecurityHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(securityHeaders)) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}

function answerWithError(error: unknown): Response {
  const record =
    error instanceof AppError
      ? error.toRecord()
      : { code: 'BUG', message: 'Something went wrong inside the station: its log has the details.' };
  const status = error instanceof AppError ? errorStatus[error.code] : 500;
  return Response.json(record, { status, headers: securityHeaders });
}
