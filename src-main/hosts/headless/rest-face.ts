/** `/api/v1`: the contract as REST, its OpenAPI document, and a page about it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { BodyLimitPlugin } from '@orpc/server/node';
import { type CallError, createCallError } from '../../api/call-error.ts';
import { AppError } from '../../base/app-error.ts';
import type { Station } from '../../station.ts';
import { renderDocumentation } from './pages.ts';
import { readPredictionForm } from './prediction-body.ts';
import { splitTarget } from './requests.ts';
import { sendJson, sendPage } from './responses.ts';
import { createRestDocument, type OpenAPIDocument } from './rest-document.ts';

export const restPrefix = '/api/v1';
export const maxBodyBytes = 256 * 1024 * 1024;
const tooLargeSentence = `expected a body of at most ${maxBodyBytes / 1024 / 1024} MiB, got more`;

/** `serving` callers hold no token: they get predictions, and of health only what concerns these. */
export type RestScope = 'full' | 'serving';
export type RestFace = (
  request: IncomingMessage,
  response: ServerResponse,
  scope: RestScope,
) => Promise<void>;

export function createRestFace(station: Station): RestFace {
  const handler = new OpenAPIHandler(station.router, {
    plugins: [new BodyLimitPlugin({ maxBodySize: maxBodyBytes })],
    customErrorResponseBodyEncoder: (error) => inContractWords(error).toJSON(),
  });
  let document: Promise<OpenAPIDocument> | undefined;
  const readDocument = () => (document ??= createRestDocument(station.version));
  return async (request, response, scope) => {
    const { rawPath, query } = splitTarget(request.url);
    const call = `${request.method} ${rawPath.slice(restPrefix.length)}`;
    if (call === 'GET /openapi.json') return sendJson(response, 200, await readDocument());
    if (call === 'GET /docs') return sendPage(response, 200, renderDocumentation(await readDocument()));
    if (call === 'GET /health' && scope === 'serving')
      return sendJson(response, 200, await reducedHealth(station));
    if (call === 'POST /predict') {
      const form = await readPredictionForm(request, query);
      // Where a body has been read already, the handler takes it from here.
      Object.assign(request, { body: form });
    }
    const { matched } = await handler.handle(request, response, { prefix: restPrefix, context: {} });
    if (!matched) throw unknownCall(request);
  };
}

/** What the library finds wrong with a body before any call is made of it. */
function inContractWords(error: CallError): CallError {
  if (error.code === 'BAD_REQUEST') {
    const reason = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return createCallError('INPUT_INVALID', `expected JSON or a form as the body, got neither${reason}`);
  }
  if (error.code === 'PAYLOAD_TOO_LARGE') return createCallError('BODY_TOO_LARGE', tooLargeSentence);
  return error;
}

/** Enough for a load balancer and for the program that sends pictures. */
async function reducedHealth(station: Station): Promise<unknown> {
  const serving = await station.client.deployment.listServing();
  return {
    status: 'ok',
    version: station.version,
    serving: serving.map(({ model, version, state }) => ({ model, version, state })),
  };
}

function unknownCall(request: IncomingMessage): AppError {
  return new AppError(
    'NOT_FOUND',
    `there is no call ${request.method} ${splitTarget(request.url).rawPath}: ${restPrefix}/docs lists them all`,
  );
}
