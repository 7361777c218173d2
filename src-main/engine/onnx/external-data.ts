/** Tensors that a model keeps in files beside its own. */
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { AppError } from '../../base/app-error.ts';
import type { ReadExternal } from './decode.ts';

/**
 * Reads from the folder and below only: a location that leaves it, also through a link, is refused.
 * @throws AppError MODEL_UNREADABLE naming the location
 */
export function createExternalReader(folder: string): ReadExternal {
  const root = realpathSync(folder);
  return ({ location, offset, length }) => {
    const path = findInside(root, location);
    const sizeBytes = statSync(path).size;
    const wanted = length ?? sizeBytes - offset;
    if (offset < 0 || wanted < 0 || offset + wanted > sizeBytes)
      throw refuse(location, `bytes ${offset} to ${offset + wanted}`, `${sizeBytes} bytes`);
    return readRange(path, offset, wanted);
  };
}

function findInside(root: string, location: string): string {
  if (location === '' || isAbsolute(location)) throw refuse(location, 'a relative path', 'another');
  const path = resolve(root, location);
  if (!isInside(root, path)) throw refuse(location, 'a path beside the model', 'one outside');
  let real: string;
  try {
    real = realpathSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refuse(location, 'this file, which holds the weights, beside the model', `none (${reason})`);
  }
  if (!isInside(root, real) || !statSync(real).isFile())
    throw refuse(location, 'a file beside the model', 'a link or folder');
  return real;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function readRange(path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    let done = 0;
    while (done < length) {
      const count = readSync(file, bytes, done, length - done, offset + done);
      if (count === 0) throw refuse(path, `${length} bytes`, `${done}`);
      done += count;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function refuse(location: string, expected: string, found: string): AppError {
  return new AppError('MODEL_UNREADABLE', `external data ${location}: expected ${expected}, found ${found}`);
}
