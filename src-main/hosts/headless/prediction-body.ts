/** Reads the picture of `POST /api/v1/predict`: the raw body, or the field `image` of a form. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { AppError } from '../../base/app-error.ts';

export const maxPictureBytes = 64 * 1024 * 1024;

/** Fields of the form that may stand in the address too. */
const addressFields = ['model', 'conf', 'iou', 'maxDet', 'tile'] as const;

/**
 * A form as the contract wants it: `image`, and the rest from the form or the address.
 * @throws {AppError} INPUT_INVALID, BODY_TOO_LARGE
 */
export async function readPredictionForm(
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<FormData> {
  const contentType = request.headers['content-type'] ?? '';
  const bytes = await readLimited(request, maxPictureBytes);
  const form = contentType.startsWith('multipart/form-data')
    ? await parseForm(bytes, contentType)
    : toForm(bytes, contentType);
  for (const field of addressFields) {
    const value = query.get(field);
    if (value !== null && !form.has(field)) form.set(field, value);
  }
  return form;
}

async function parseForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  const form = await new Response(bytes, { headers: { 'content-type': contentType } })
    .formData()
    .catch((cause) => {
      throw new AppError('INPUT_INVALID', 'expected a multipart form, got a body that is none', { cause });
    });
  if (form.get('image') instanceof File) return form;
  const fields = [...form.keys()].map((key) => JSON.stringify(key)).join(', ');
  throw new AppError(
    'INPUT_INVALID',
    `expected a picture in the form field "image", got ${fields === '' ? 'an empty form' : `the fields ${fields}`}`,
  );
}

function toForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): FormData {
  if (bytes.byteLength === 0) {
    throw new AppError(
      'INPUT_INVALID',
      'expected a picture as the body or as the form field "image", got nothing',
    );
  }
  const form = new FormData();
  form.set('image', new File([bytes], 'picture', { type: contentType }));
  return form;
}

/** @throws {AppError} BODY_TOO_LARGE as soon as the limit is passed, told or not. */
export async function readLimited(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  assertBodySize(Number(request.headers['content-length'] ?? 0), limitBytes);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // The iterator must not destroy the request: the refusal still has to be answered.
  for await (const chunk of Readable.prototype.iterator.call(request, { destroyOnReturn: false })) {
    sizeBytes += chunk.length;
    assertBodySize(sizeBytes, limitBytes);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** @throws {AppError} BODY_TOO_LARGE */
export function assertBodySize(sizeBytes: number, limitBytes: number): void {
  if (sizeBytes <= limitBytes) return;
  const limit = Math.round(limitBytes / 1024 / 1024);
  throw new AppError(
    'BODY_TOO_LARGE',
    `expected a body of at most ${limit} MiB, got ${sizeBytes} bytes or more`,
  );
}
